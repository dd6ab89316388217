package io.perennial.evaluation;

import java.io.Serializable;
import java.sql.Timestamp;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.Row;

/** How often users, items and hours occur among some events; adds up over partitions. */
final class EventCounts implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final long HOUR = 3_600_000L;

  private long rows;
  private long begin = Long.MAX_VALUE;
  private final Map<Long, Long> userDays = new HashMap<>();
  private final Map<Long, Long> users = new HashMap<>();
  private final Map<Long, Long> items = new HashMap<>();
  private final Map<Long, Long> hours = new HashMap<>();
  private final Set<Integer> days = new HashSet<>();

  /**
   * What a profile needs of the counts.
   *
   * @param rows number of events
   * @param begin first event, epoch milliseconds
   * @param days number of distinct days
   * @param lastDay epoch day
   * @param figures those that need nothing but the events
   * @param items events of each item
   */
  record Shape(
      long rows,
      long begin,
      int days,
      int lastDay,
      Map<String, Double> figures,
      Map<Long, Long> items)
      implements Serializable {
    Shape withoutItems() {
      return new Shape(rows, begin, days, lastDay, figures, new HashMap<>());
    }
  }

  /** Counts an event: user index, item index, time stamp, epoch day. */
  void add(Row event) {
    long user = event.getInt(0);
    long time = event.<Timestamp>getAs(2).getTime();
    int day = event.getInt(3);
    rows++;
    begin = Math.min(begin, time);
    userDays.merge((user << 32) | (day & 0xFFFFFFFFL), 1L, Long::sum);
    users.merge(user, 1L, Long::sum);
    items.merge((long) event.getInt(1), 1L, Long::sum);
    hours.merge(Math.floorDiv(time, HOUR), 1L, Long::sum);
    days.add(day);
  }

  void add(EventCounts other) {
    rows += other.rows;
    begin = Math.min(begin, other.begin);
    other.userDays.forEach((key, n) -> userDays.merge(key, n, Long::sum));
    other.users.forEach((key, n) -> users.merge(key, n, Long::sum));
    other.items.forEach((key, n) -> items.merge(key, n, Long::sum));
    other.hours.forEach((key, n) -> hours.merge(key, n, Long::sum));
    days.addAll(other.days);
  }

  long rows() {
    return rows;
  }

  /** The shape of at least one event. */
  Shape shape() {
    Map<String, Double> figures = new HashMap<>();
    int n = days.size();
    figures.put(ProfileFigure.ROWS, (double) rows / n);
    figures.put(ProfileFigure.USERS, (double) userDays.size() / n);
    figures.put(ProfileFigure.ITEMS, (double) items.size());
    figures.put(ProfileFigure.ROWS_PER_USER, (double) rows / userDays.size());
    figures.put(ProfileFigure.MEDIAN_ROWS_PER_USER, median(userDays));
    figures.put(ProfileFigure.HOURS, hours() / n);
    figures.put(ProfileFigure.TOP_USER_SHARE, largest(users) / rows);
    figures.put(ProfileFigure.TOP_ITEM_SHARE, largest(items) / rows);
    int last = days.stream().mapToInt(Integer::intValue).max().orElseThrow();
    return new Shape(rows, begin, n, last, figures, items);
  }

  private static double largest(Map<Long, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).max().orElse(0);
  }

  private static double median(Map<Long, Long> counts) {
    long[] sorted = counts.values().stream().mapToLong(Long::longValue).sorted().toArray();
    int n = sorted.length;
    return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2.0;
  }

  /** Effective number of (day, hour) cells: exp of the entropy. */
  private double hours() {
    double entropy = 0;
    for (long hour : hours.keySet().stream().sorted().toList()) {
      double share = (double) hours.get(hour) / rows;
      entropy -= share * Math.log(share);
    }
    return Math.exp(entropy);
  }
}
