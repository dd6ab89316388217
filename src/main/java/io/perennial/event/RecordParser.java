package io.perennial.event;

import static org.apache.spark.sql.types.DataTypes.DoubleType;
import static org.apache.spark.sql.types.DataTypes.IntegerType;
import static org.apache.spark.sql.types.DataTypes.LongType;
import static org.apache.spark.sql.types.DataTypes.StringType;
import static org.apache.spark.sql.types.DataTypes.createArrayType;

import java.io.Serializable;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/**
 * Turns the fields of a raw record into an event, or says why it is none. A record that matches an
 * exclusion rule is {@code excluded}, whatever else is wrong with it; its reasons tell both.
 */
final class RecordParser implements Serializable {
  /** Kinds of a record. */
  static final String EVENT = "event";

  static final String EXCLUDED = "excluded";
  static final String MALFORMED = "malformed";

  /** Reason of a line without any character. */
  static final String EMPTY_LINE = "empty line";

  /** End of the reason of a time that cannot be placed; stops an ingest. */
  static final String WITHOUT_ZONE = "has no zone and ingest.sourceTimeZone is not set";

  /** Columns of a parsed record. */
  static final StructType SCHEMA =
      new StructType()
          .add("file", StringType, false)
          .add("line", LongType, false)
          .add("kind", StringType, false)
          .add("reasons", createArrayType(StringType, false), true)
          .add("raw", StringType, true)
          .add(EventColumns.USER, StringType, true)
          .add(EventColumns.ITEM, StringType, true)
          .add(EventColumns.TYPE, StringType, true)
          .add(EventColumns.VALUE, DoubleType, true)
          .add("micros", LongType, true)
          .add("day", IntegerType, true);

  private final HashMap<String, String> columns;
  private final HashMap<String, String> constants;
  private final ArrayList<ExclusionRule> rules;
  private final ArrayList<String> timestampFormats;
  private final ZoneId sourceZone;
  private final ZoneId zone;

  /**
   * @param zone in which the day of an event is told
   * @param timestampFormats how event times are written
   */
  RecordParser(IngestOptions options, ZoneId zone, List<String> timestampFormats) {
    this.columns = new HashMap<>(options.sourceColumns());
    this.constants = new HashMap<>(options.constants());
    this.rules = new ArrayList<>(options.exclude());
    this.timestampFormats = new ArrayList<>(timestampFormats);
    this.sourceZone = options.sourceTimeZone().orElse(null);
    this.zone = zone;
  }

  /** The columns of the source that must be there: mapped ones and those of exclusion rules. */
  static List<String> required(IngestOptions options) {
    Set<String> result = new LinkedHashSet<>();
    options
        .sourceColumns()
        .forEach(
            (canonical, column) -> {
              boolean optional =
                  canonical.equals(EventColumns.TYPE) || canonical.equals(EventColumns.VALUE);
              if (!optional || options.columns().containsKey(canonical)) {
                result.add(column);
              }
            });
    options
        .exclude()
        .forEach(rule -> rule.conditions().forEach(condition -> result.add(condition.column())));
    return List.copyOf(result);
  }

  /** The columns of the source that are read when they are there. */
  static List<String> wanted(IngestOptions options) {
    Set<String> result = new LinkedHashSet<>(options.sourceColumns().values());
    result.addAll(required(options));
    return List.copyOf(result);
  }

  /** For records whose fields come in the order of {@code header}. */
  Bound bind(List<String> header) {
    return new Bound(header);
  }

  /** A parser that knows where each column is. For one thread. */
  final class Bound {
    private final int width;
    private final Map<String, Integer> positions = new HashMap<>();
    private final Map<String, Pattern> patterns = new HashMap<>();
    private final EventTimeFormat times;
    private final String type;
    private final double value;

    private Bound(List<String> header) {
      width = header.size();
      for (int i = 0; i < width; i++) {
        positions.putIfAbsent(header.get(i), i);
      }
      for (ExclusionRule rule : rules) {
        for (SourceCondition condition : rule.conditions()) {
          if (condition instanceof SourceCondition.Matches matches) {
            patterns.put(matches.regex(), Pattern.compile(matches.regex()));
          }
        }
      }
      times = new EventTimeFormat(timestampFormats, java.util.Optional.ofNullable(sourceZone));
      type = constants.getOrDefault(EventColumns.TYPE, "");
      value = Double.parseDouble(constants.getOrDefault(EventColumns.VALUE, "1"));
    }

    /** A record that could not be split into fields, or has none. */
    Row refused(String file, long line, String raw, String reason) {
      String kind = reason.equals(EMPTY_LINE) ? EXCLUDED : MALFORMED;
      return RowFactory.create(
          file, line, kind, new String[] {reason}, raw, null, null, null, null, null, null);
    }

    /** A record; {@code fields} hold null where the source has no value. */
    Row parse(String file, long line, String raw, List<String> fields) {
      if (fields.size() != width) {
        return refused(file, line, raw, fields.size() + " fields where the header has " + width);
      }
      List<String> reasons = new ArrayList<>();
      for (ExclusionRule rule : rules) {
        if (excludes(rule, fields)) {
          reasons.add(rule.name());
        }
      }
      boolean excluded = !reasons.isEmpty();
      String user = id(EventColumns.USER, fields, reasons);
      String item = id(EventColumns.ITEM, fields, reasons);
      String eventType = type;
      if (has(EventColumns.TYPE)) {
        String text = field(EventColumns.TYPE, fields);
        eventType = text == null ? "" : text;
      }
      double number = has(EventColumns.VALUE) ? number(fields, reasons) : value;
      long micros = time(fields, reasons);
      if (!reasons.isEmpty()) {
        return RowFactory.create(
            file,
            line,
            excluded ? EXCLUDED : MALFORMED,
            reasons.toArray(String[]::new),
            raw,
            null,
            null,
            null,
            null,
            null,
            null);
      }
      int day =
          (int)
              Instant.EPOCH.plus(micros, ChronoUnit.MICROS).atZone(zone).toLocalDate().toEpochDay();
      return RowFactory.create(
          file, line, EVENT, null, null, user, item, eventType, number, micros, day);
    }

    private boolean has(String canonical) {
      return columns.containsKey(canonical) && positions.containsKey(columns.get(canonical));
    }

    private String field(String canonical, List<String> fields) {
      return fieldOf(columns.get(canonical), fields);
    }

    private String fieldOf(String column, List<String> fields) {
      Integer position = positions.get(column);
      return position == null ? null : fields.get(position);
    }

    private String id(String canonical, List<String> fields, List<String> reasons) {
      String text = field(canonical, fields);
      if (text == null || text.isEmpty()) {
        reasons.add(named(canonical) + " is missing");
      } else if (text.indexOf('\uFFFD') >= 0) {
        reasons.add(named(canonical) + " holds bytes that are not of the file's charset");
      }
      return text;
    }

    private double number(List<String> fields, List<String> reasons) {
      String text = field(EventColumns.VALUE, fields);
      if (text == null || text.isEmpty()) {
        reasons.add(named(EventColumns.VALUE) + " is missing");
        return Double.NaN;
      }
      double number = parsed(text);
      if (!Double.isFinite(number)) {
        reasons.add(named(EventColumns.VALUE) + " is no finite number");
      }
      return number;
    }

    private long time(List<String> fields, List<String> reasons) {
      String text = field(EventColumns.TIME, fields);
      if (text == null || text.isBlank()) {
        reasons.add(named(EventColumns.TIME) + " is missing");
        return 0;
      }
      long micros = times.micros(text);
      if (micros == EventTimeFormat.WITHOUT_ZONE) {
        reasons.add(named(EventColumns.TIME) + " " + WITHOUT_ZONE);
      } else if (micros == EventTimeFormat.SKIPPED_BY_CLOCK) {
        reasons.add(named(EventColumns.TIME) + " does not exist in " + sourceZone);
      } else if (micros == EventTimeFormat.UNREADABLE) {
        reasons.add(
            named(EventColumns.TIME) + " fits none of " + String.join(", ", timestampFormats));
      }
      return micros;
    }

    private boolean excludes(ExclusionRule rule, List<String> fields) {
      for (SourceCondition condition : rule.conditions()) {
        if (!holds(condition, fieldOf(condition.column(), fields))) {
          return false;
        }
      }
      return true;
    }

    private boolean holds(SourceCondition condition, String text) {
      if (condition instanceof SourceCondition.Missing) {
        return text == null || text.isEmpty();
      }
      if (text == null) {
        return false;
      }
      if (condition instanceof SourceCondition.OneOf oneOf) {
        return oneOf.values().contains(text);
      }
      if (condition instanceof SourceCondition.Matches matches) {
        return patterns.get(matches.regex()).matcher(text).matches();
      }
      SourceCondition.Compared compared = (SourceCondition.Compared) condition;
      return compared.relation().holds(parsed(text), compared.bound());
    }

    private String named(String canonical) {
      String column = columns.get(canonical);
      return column.equals(canonical) ? canonical : canonical + " (" + column + ")";
    }
  }

  /** The number, or NaN; Java's suffixes and hexadecimals are no numbers here. */
  private static double parsed(String text) {
    String number = text.strip();
    for (int i = 0; i < number.length(); i++) {
      char c = number.charAt(i);
      if (!(c >= '0' && c <= '9' || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E')) {
        return Double.NaN;
      }
    }
    try {
      return Double.parseDouble(number);
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }
}
