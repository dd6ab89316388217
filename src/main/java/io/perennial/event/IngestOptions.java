package io.perennial.event;

import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * How files become events.
 *
 * @param format of the files; default {@link Format#AUTO}
 * @param csv how CSV files are written
 * @param columns from columns of {@link EventColumns} (user_id, item_id, event_type, value,
 *     event_time) to the columns of the files; a canonical column that is neither here nor in
 *     {@code constants} is looked for under its own name, and event_type and value may be absent
 *     (then "" and 1)
 * @param constants from canonical columns to the text that every event has there: {@code
 *     event_type: purchase}
 * @param timestampFormats how event times are written, tried in order: {@link #ISO}, {@link
 *     #EPOCH_SECONDS}, {@link #EPOCH_MILLIS}, or a pattern of {@link DateTimeFormatter}; default
 *     ISO alone. Columns that a file stores as timestamps need none
 * @param sourceTimeZone in which times without a zone are read; required for input that has such
 *     times
 * @param exclude rows that are no events by declaration
 * @param maximalMalformedShare share, 0 to 1, of malformed rows among the rows of all files of one
 *     ingest beyond which nothing of it is written; default 0.01
 * @param traversal whether folders inside the input folder are read too
 * @param maximalRowsPerFile rows at most in one data file of the events table; default 5,000,000
 */
public record IngestOptions(
    Format format,
    CsvOptions csv,
    Map<String, String> columns,
    Map<String, String> constants,
    List<String> timestampFormats,
    Optional<ZoneId> sourceTimeZone,
    List<ExclusionRule> exclude,
    double maximalMalformedShare,
    Traversal traversal,
    long maximalRowsPerFile) {
  /** ISO-8601: a date and a time, with an offset or zone, or without. */
  public static final String ISO = "iso";

  /** Seconds since 1970-01-01T00:00:00Z, possibly with a fraction. */
  public static final String EPOCH_SECONDS = "epoch_seconds";

  /** Milliseconds since 1970-01-01T00:00:00Z. */
  public static final String EPOCH_MILLIS = "epoch_millis";

  /** Default of {@code maximalMalformedShare}. */
  public static final double DEFAULT_MALFORMED_SHARE = 0.01;

  /** Default of {@code maximalRowsPerFile}. */
  public static final long DEFAULT_ROWS_PER_FILE = 5_000_000;

  /** CSV, JSON or Parquet with the canonical names, ISO times that carry their zone. */
  public static final IngestOptions DEFAULT =
      new IngestOptions(
          Format.AUTO,
          CsvOptions.DEFAULT,
          Map.of(),
          Map.of(),
          List.of(ISO),
          Optional.empty(),
          List.of(),
          DEFAULT_MALFORMED_SHARE,
          Traversal.TOP_LEVEL,
          DEFAULT_ROWS_PER_FILE);

  private static final Set<String> MAPPED =
      new TreeSet<>(
          List.of(
              EventColumns.USER,
              EventColumns.ITEM,
              EventColumns.TYPE,
              EventColumns.VALUE,
              EventColumns.TIME));

  /** What the files are. */
  public enum Format {
    /**
     * By each file's extension: .csv, .tsv, .txt, .dat; .json, .jsonl, .ndjson; .parquet; and .gz.
     */
    AUTO,
    /** Comma separated values, or with another delimiter. */
    CSV,
    /** One JSON object a line. */
    JSON,
    /** Apache Parquet. */
    PARQUET
  }

  /** How deep an input folder is read. */
  public enum Traversal {
    /** The files of the folder itself. */
    TOP_LEVEL,
    /** The files of folders inside it too. */
    RECURSIVE
  }

  public IngestOptions {
    Objects.requireNonNull(format, "format");
    Objects.requireNonNull(csv, "csv");
    columns = Map.copyOf(columns);
    constants = Map.copyOf(constants);
    timestampFormats = List.copyOf(timestampFormats);
    Objects.requireNonNull(sourceTimeZone, "sourceTimeZone");
    exclude = List.copyOf(exclude);
    Objects.requireNonNull(traversal, "traversal");
    requireCanonical("ingest.columns", columns);
    requireCanonical("ingest.constants", constants);
    for (Map.Entry<String, String> column : columns.entrySet()) {
      if (constants.containsKey(column.getKey())) {
        throw new IllegalArgumentException(
            "ingest.constants."
                + column.getKey()
                + " and ingest.columns."
                + column.getKey()
                + " exclude each other: an event has one "
                + column.getKey());
      }
      if (column.getValue().isEmpty()) {
        throw new IllegalArgumentException(
            "ingest.columns." + column.getKey() + " needs the name of a column");
      }
    }
    for (String id : List.of(EventColumns.USER, EventColumns.ITEM, EventColumns.TIME)) {
      if (constants.containsKey(id)) {
        throw new IllegalArgumentException(
            "ingest.constants may hold event_type and value, got " + id);
      }
    }
    if (constants.containsKey(EventColumns.VALUE)) {
      requireFinite(constants.get(EventColumns.VALUE));
    }
    if (timestampFormats.isEmpty()) {
      throw new IllegalArgumentException(
          "ingest.timestampFormats needs at least one format, such as iso");
    }
    timestampFormats.forEach(IngestOptions::requireFormat);
    Set<String> names = new HashSet<>();
    for (ExclusionRule rule : exclude) {
      if (!names.add(rule.name())) {
        throw new IllegalArgumentException(
            "ingest.exclude has two rules named '" + rule.name() + "'");
      }
    }
    if (!(maximalMalformedShare >= 0 && maximalMalformedShare <= 1)) {
      throw new IllegalArgumentException(
          "ingest.maximalMalformedShare must lie between 0 and 1, got " + maximalMalformedShare);
    }
    if (maximalRowsPerFile < 1) {
      throw new IllegalArgumentException(
          "ingest.maximalRowsPerFile must be at least 1, got " + maximalRowsPerFile);
    }
  }

  /** The source's column for each canonical one that is not a constant; its own name by default. */
  public Map<String, String> sourceColumns() {
    Map<String, String> result = new LinkedHashMap<>();
    for (String canonical :
        List.of(
            EventColumns.USER,
            EventColumns.ITEM,
            EventColumns.TYPE,
            EventColumns.VALUE,
            EventColumns.TIME)) {
      if (!constants.containsKey(canonical)) {
        result.put(canonical, columns.getOrDefault(canonical, canonical));
      }
    }
    return result;
  }

  private static void requireCanonical(String key, Map<String, String> map) {
    for (String column : map.keySet()) {
      if (!MAPPED.contains(column)) {
        throw new IllegalArgumentException(
            key + " may hold " + String.join(", ", MAPPED) + ", got '" + column + "'");
      }
    }
  }

  private static void requireFinite(String text) {
    double value;
    try {
      value = Double.parseDouble(text);
    } catch (NumberFormatException e) {
      value = Double.NaN;
    }
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(
          "ingest.constants.value must be a finite number, got '" + text + "'");
    }
  }

  private static void requireFormat(String format) {
    if (format.equals(ISO) || format.equals(EPOCH_SECONDS) || format.equals(EPOCH_MILLIS)) {
      return;
    }
    try {
      DateTimeFormatter.ofPattern(format);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "ingest.timestampFormats may hold iso, epoch_seconds, epoch_millis or a pattern such as"
              + " yyyy-MM-dd HH:mm:ss, got '"
              + format
              + "': "
              + e.getMessage(),
          e);
    }
  }
}
