package io.perennial.bench;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Pairs for a script: (int32 user, int32 item, float32 value), little endian.
 *
 * @param users one more than the highest index
 * @param items likewise
 */
record PairFile(Path path, int users, int items) {
  static PairFile write(Dataset<Row> pairs, Path path) throws IOException {
    int users = 0;
    int items = 0;
    ByteBuffer pair = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(path), 1 << 20)) {
      Iterator<Row> rows = pairs.select("user_index", "item_index", "value").toLocalIterator();
      while (rows.hasNext()) {
        Row row = rows.next();
        users = Math.max(users, row.getInt(0) + 1);
        items = Math.max(items, row.getInt(1) + 1);
        pair.clear();
        pair.putInt(row.getInt(0)).putInt(row.getInt(1)).putFloat((float) row.getDouble(2));
        out.write(pair.array());
      }
    }
    return new PairFile(path, users, items);
  }
}
