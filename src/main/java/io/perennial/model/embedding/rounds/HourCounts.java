package io.perennial.model.embedding.rounds;

import java.io.Serializable;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * How many events each hour has.
 *
 * @param counts events by hour since 1970
 */
public record HourCounts(NavigableMap<Long, Long> counts) implements Serializable {
  private static final long HOUR = 3_600_000;

  /** Of no events. */
  public static final HourCounts NONE = new HourCounts(new TreeMap<>());

  /** Of some events. */
  public static HourCounts of(EventRows events) {
    NavigableMap<Long, Long> counts = new TreeMap<>();
    for (long time : events.times()) {
      counts.merge(Math.floorDiv(time, HOUR), 1L, Long::sum);
    }
    return new HourCounts(counts);
  }

  /** Of both together. */
  public HourCounts plus(HourCounts other) {
    NavigableMap<Long, Long> both = new TreeMap<>(counts);
    other.counts.forEach((hour, count) -> both.merge(hour, count, Long::sum));
    return new HourCounts(both);
  }

  /**
   * From when on the newest events are, by whole hours, at least a share of all and less than half
   * of them.
   *
   * @param share above 0 and below 0.5
   * @return epoch milliseconds; nothing where one hour holds too many
   */
  public OptionalLong newest(double share) {
    long all = counts.values().stream().mapToLong(Long::longValue).sum();
    long newer = 0;
    for (Map.Entry<Long, Long> hour : counts.descendingMap().entrySet()) {
      newer += hour.getValue();
      if (newer >= share * all) {
        return 2 * newer < all ? OptionalLong.of(hour.getKey() * HOUR) : OptionalLong.empty();
      }
    }
    return OptionalLong.empty();
  }
}
