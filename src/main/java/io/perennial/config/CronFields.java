package io.perennial.config;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The five fields of a cron expression, and what each may say. */
final class CronFields {
  private static final Pattern PART =
      Pattern.compile("(\\*|([0-9]{1,2}|[a-z]{3})(-([0-9]{1,2}|[a-z]{3}))?)(/([0-9]{1,2}))?");

  private static final List<String> NO_NAMES = List.of();
  private static final List<String> MONTHS =
      List.of(
          "", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");
  private static final List<String> DAYS = List.of("sun", "mon", "tue", "wed", "thu", "fri", "sat");

  private record Field(String name, int least, int most, List<String> names) {}

  private static final List<Field> FIELDS =
      List.of(
          new Field("minute", 0, 59, NO_NAMES),
          new Field("hour", 0, 23, NO_NAMES),
          new Field("day of month", 1, 31, NO_NAMES),
          new Field("month", 1, 12, MONTHS),
          new Field("day of week", 0, 7, DAYS));

  private CronFields() {}

  /**
   * Refuses what is no cron expression.
   *
   * @param key for the message
   * @throws IllegalArgumentException naming the field that is wrong
   */
  static void require(String key, String cron) {
    String[] fields = cron.strip().split("\\s+");
    if (fields.length != FIELDS.size()) {
      throw new IllegalArgumentException(
          key
              + " must have five fields (minute, hour, day of month, month, day of week) such as"
              + " '30 2 * * *', got '"
              + cron
              + "'");
    }
    for (int i = 0; i < fields.length; i++) {
      Field field = FIELDS.get(i);
      for (String part : fields[i].toLowerCase(Locale.ROOT).split(",", -1)) {
        if (!isValid(field, part)) {
          throw new IllegalArgumentException(
              key
                  + " has the "
                  + field.name
                  + " '"
                  + fields[i]
                  + "', which must be *, a number from "
                  + field.least
                  + " to "
                  + field.most
                  + ", a range, a list of them, or one with a step such as */5");
        }
      }
    }
  }

  private static boolean isValid(Field field, String part) {
    Matcher matcher = PART.matcher(part);
    if (!matcher.matches()) {
      return false;
    }
    int step = matcher.group(6) == null ? 1 : Integer.parseInt(matcher.group(6));
    if (step < 1) {
      return false;
    }
    if (matcher.group(2) == null) {
      return true;
    }
    int from = number(field, matcher.group(2));
    int to = matcher.group(4) == null ? from : number(field, matcher.group(4));
    return from >= field.least && to <= field.most && from <= to;
  }

  /** A number or the number of a name; one below every range where it is neither. */
  private static int number(Field field, String text) {
    return Character.isDigit(text.charAt(0)) ? Integer.parseInt(text) : field.names.indexOf(text);
  }
}
