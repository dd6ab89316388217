package io.perennial.registry;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Row;

/**
 * Rows of files of few rows that were read or written a moment ago. A file never changes and its
 * name is never used again, so what is remembered is never wrong. A session of many nights reads
 * each record once.
 */
final class RecordCache {
  /** Bytes of the largest file that is remembered. */
  private static final long LARGEST = 256 * 1024;

  /** Rows of one: figures, of which a file has hundreds, are looked at once. */
  private static final int MOST_ROWS = 64;

  /** Bytes of all files together. Most of such a file is Parquet's own account of it. */
  private static final long MOST = 8 * 1024 * 1024;

  private record Entry(List<Row> rows, long bytes) {}

  private final Map<String, Entry> byPath = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;

  synchronized Optional<List<Row>> get(String path) {
    return Optional.ofNullable(byPath.get(path)).map(Entry::rows);
  }

  /**
   * @param size of the file in bytes
   */
  synchronized void put(String path, long size, List<Row> rows) {
    if (size > LARGEST || rows.size() > MOST_ROWS || byPath.containsKey(path)) {
      return;
    }
    byPath.put(path, new Entry(rows, size));
    bytes += size;
    var oldest = byPath.values().iterator();
    while (bytes > MOST) {
      bytes -= oldest.next().bytes();
      oldest.remove();
    }
  }
}
