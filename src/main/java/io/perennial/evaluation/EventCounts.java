package io.perennial.evaluation;

import java.io.Serializable;
import java.sql.Timestamp;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.spark.sql.Row;

/** How often users, items and hours occur among some events; adds up over partitions. */
final class EventCounts implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final long HOUR = 3_600_000L;

  private long rows;
  private long begin = Long.MAX_VALUE;
  private final Map<Long, Long> userDays = new HashMap<>();
  private final Map<Long, Long> users = new HashMap<>();

  /** Of users who are closed: how many (user, day) have so many events, and the busiest user's. */
  private final TreeMap<Long, Long> closedUserDays = new TreeMap<>();

  private long closedTopUser;
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
    other.closedUserDays.forEach((key, n) -> closedUserDays.merge(key, n, Long::sum));
    closedTopUser = Math.max(closedTopUser, other.closedTopUser);
    other.items.forEach((key, n) -> items.merge(key, n, Long::sum));
    other.hours.forEach((key, n) -> hours.merge(key, n, Long::sum));
    days.addAll(other.days);
  }

  /** These, with others counted in. */
  EventCounts plus(EventCounts other) {
    add(other);
    return this;
  }

  long rows() {
    return rows;
  }

  /**
   * The same, where no other partition holds events of these users: instead of each user it keeps
   * how many there are with so many events.
   */
  EventCounts closed() {
    userDays.values().forEach(n -> closedUserDays.merge(n, 1L, Long::sum));
    closedTopUser = Math.max(closedTopUser, (long) largest(users));
    userDays.clear();
    users.clear();
    return this;
  }

  /** The shape of at least one event. */
  Shape shape() {
    closed();
    long visits = closedUserDays.values().stream().mapToLong(Long::longValue).sum();
    Map<String, Double> figures = new HashMap<>();
    int n = days.size();
    figures.put(ProfileFigure.ROWS, (double) rows / n);
    figures.put(ProfileFigure.USERS, (double) visits / n);
    figures.put(ProfileFigure.ITEMS, (double) items.size());
    figures.put(ProfileFigure.ROWS_PER_USER, (double) rows / visits);
    figures.put(ProfileFigure.MEDIAN_ROWS_PER_USER, median(closedUserDays, visits));
    figures.put(ProfileFigure.HOURS, hours() / n);
    figures.put(ProfileFigure.TOP_USER_SHARE, (double) closedTopUser / rows);
    figures.put(ProfileFigure.TOP_ITEM_SHARE, largest(items) / rows);
    int last = days.stream().mapToInt(Integer::intValue).max().orElseThrow();
    return new Shape(rows, begin, n, last, figures, items);
  }

  private static double largest(Map<Long, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).max().orElse(0);
  }

  /** Of values with their numbers, {@code size} in all. */
  private static double median(TreeMap<Long, Long> numbers, long size) {
    return (at(numbers, (size - 1) / 2) + at(numbers, size / 2)) / 2.0;
  }

  /** The value at a position of the sorted values. */
  private static long at(TreeMap<Long, Long> numbers, long position) {
    long passed = 0;
    for (Map.Entry<Long, Long> value : numbers.entrySet()) {
      passed += value.getValue();
      if (position < passed) {
        return value.getKey();
      }
    }
    throw new IllegalArgumentException("There is no position " + position);
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
