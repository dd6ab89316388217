package io.perennial.evaluation;

import io.perennial.event.EventColumns;
import io.perennial.model.history.DecayPolicy;
import io.perennial.model.history.EventBehaviour;
import io.perennial.model.history.HistoryTable;
import io.perennial.model.history.InteractionHistory;
import io.perennial.model.history.ItemStatistics;
import io.perennial.model.history.Past;
import java.io.Serializable;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.roaringbitmap.RoaringBitmap;

/**
 * Makes the test on which subjects are compared, from the events of a window and what their users
 * had done before. Where a window holds more users than the limit, those with the smallest hash of
 * (seed, user) are taken: the same sample wherever and however often it is built.
 */
public final class WindowBuilder {
  private final int maximalUsers;
  private final DecayPolicy decay;
  private final long seed;
  private final OptionalInt judged;

  /**
   * A builder for one pipeline whose events are all judged on.
   *
   * @param maximalUsers users of a window at most
   * @param decay how counts of earlier events fade until the window begins
   * @param seed of the sample
   */
  public WindowBuilder(int maximalUsers, DecayPolicy decay, long seed) {
    this(maximalUsers, decay, seed, OptionalInt.empty());
  }

  /**
   * A builder for one pipeline.
   *
   * @param maximalUsers users of a window at most
   * @param decay how counts of earlier events fade until the window begins
   * @param seed of the sample
   * @param judged place of the behaviour whose events users are tested on; what they had before is
   *     what they did of any behaviour. Empty: events of every kind
   */
  public WindowBuilder(int maximalUsers, DecayPolicy decay, long seed, OptionalInt judged) {
    if (maximalUsers < 1) {
      throw new IllegalArgumentException("maximalUsers must be positive, got " + maximalUsers);
    }
    this.maximalUsers = maximalUsers;
    this.decay = decay;
    this.seed = seed;
    this.judged = judged;
  }

  /**
   * Builds a window; two small Spark jobs, and one read of the history.
   *
   * @param events in the window: user_index, item_index, value, event_time, event_date
   * @param history what users did before, as of the champion; empty when there is none
   * @param earlier events of tonight before the window, that the history does not hold yet (the fit
   *     part, for a validation window); empty for a prequential window
   * @param statistics items as of the champion; empty when there is none
   * @param begin of the window, to which counts are faded
   */
  public EvaluationWindow build(
      String name,
      Dataset<Row> events,
      Optional<HistoryTable> history,
      Optional<Dataset<Row>> earlier,
      Optional<ItemStatistics> statistics,
      Instant begin) {
    Dataset<Row> tested = EventBehaviour.only(events, judged);
    RoaringBitmap everybody = UserSample.distinct(tested);
    int[] sample = UserSample.of(everybody, maximalUsers, seed);
    Found found = found(tested, earlier, sample);
    BitSet oldItems = new BitSet();
    found.items.forEach((int item) -> oldItems.set(item));
    statistics.ifPresent(
        s -> {
          for (int item = 0; item < s.capacity(); item++) {
            if (s.eventCounts()[item] > 0) {
              oldItems.set(item);
            }
          }
        });
    Map<Integer, List<Entry>> byUser = new HashMap<>();
    for (Entry entry : found.entries) {
      byUser.computeIfAbsent(entry.user, u -> new ArrayList<>()).add(entry);
    }
    InteractionHistory before =
        history.map(h -> h.rows(sample)).orElseGet(InteractionHistory::empty);
    List<UserCase> cases = new ArrayList<>(sample.length);
    for (int user : sample) {
      cases.add(userCase(user, byUser.getOrDefault(user, List.of()), before, begin));
    }
    return new EvaluationWindow(name, cases, everybody.getCardinality(), oldItems);
  }

  /**
   * A window with at most so many of the users, those with the smallest hash, under a new name:
   * what is kept to measure forgetting on in later nights.
   */
  public static EvaluationWindow bounded(
      EvaluationWindow window, String name, int maximalUsers, long seed) {
    int[] users = window.cases().stream().mapToInt(UserCase::user).toArray();
    int[] kept = sample(users, maximalUsers, seed);
    List<UserCase> cases =
        window.cases().stream().filter(c -> Arrays.binarySearch(kept, c.user()) >= 0).toList();
    return new EvaluationWindow(name, cases, window.totalUsers(), window.oldItems());
  }

  /** Those with the smallest hashes, in the order of their indices. */
  private static int[] sample(int[] users, int limit, long seed) {
    return users.length <= limit
        ? users
        : UserSample.of(RoaringBitmap.bitmapOf(users), limit, seed);
  }

  /**
   * The users that a window over these events would be made of: all, or the sample.
   *
   * @param events with user_index
   */
  public int[] users(Dataset<Row> events) {
    return UserSample.of(
        UserSample.distinct(EventBehaviour.only(events, judged)), maximalUsers, seed);
  }

  /** One event of a sampled user, in the window or before it. */
  private record Entry(
      int user, int item, double value, long time, int day, double weight, Part part)
      implements Serializable {}

  private enum Part {
    WINDOW,
    EARLIER
  }

  /**
   * What some events hold: those of sampled users, and which items occur before the window, at a
   * bit each.
   */
  private record Found(List<Entry> entries, RoaringBitmap items) implements Serializable {
    Found() {
      this(new ArrayList<>(), new RoaringBitmap());
    }

    Found plus(Found other) {
      entries.addAll(other.entries);
      items.or(other.items);
      return this;
    }
  }

  private static Found found(Dataset<Row> events, Optional<Dataset<Row>> earlier, int[] sample) {
    Dataset<Row> all = columns(events, Part.WINDOW);
    if (earlier.isPresent()) {
      all = all.unionAll(columns(earlier.get(), Part.EARLIER));
    }
    FlatMapFunction<java.util.Iterator<Row>, Found> pick =
        part -> {
          Found found = new Found();
          part.forEachRemaining(
              row -> {
                Part in = Part.values()[row.getInt(6)];
                if (in == Part.EARLIER) {
                  found.items.add(row.getInt(1));
                }
                if (Arrays.binarySearch(sample, row.getInt(0)) >= 0) {
                  found.entries.add(
                      new Entry(
                          row.getInt(0),
                          row.getInt(1),
                          row.getDouble(2),
                          row.<Timestamp>getAs(3).getTime(),
                          row.getInt(4),
                          row.getDouble(5),
                          in));
                }
              });
          return List.of(found).iterator();
        };
    return all.toJavaRDD().mapPartitions(pick).treeAggregate(new Found(), Found::plus, Found::plus);
  }

  private static Dataset<Row> columns(Dataset<Row> events, Part part) {
    return events.select(
        functions.col(EventColumns.USER_INDEX),
        functions.col(EventColumns.ITEM_INDEX),
        functions.col(EventColumns.VALUE),
        functions.col(EventColumns.TIME),
        functions.unix_date(functions.col(EventColumns.DATE)),
        EventBehaviour.weight(events),
        functions.lit(part.ordinal()));
  }

  private UserCase userCase(
      int user, List<Entry> entries, InteractionHistory before, Instant begin) {
    TreeMap<Integer, Entry> last = new TreeMap<>();
    TreeMap<Integer, Had> seen = new TreeMap<>();
    Past earlier = Past.of(before, user, decay, begin.toEpochMilli());
    for (int p = 0; p < earlier.size(); p++) {
      seen.put(
          earlier.items()[p],
          new Had(earlier.counts()[p], earlier.events()[p], earlier.lastTimes()[p]));
    }
    Map<Long, Counted> days = new TreeMap<>();
    List<Entry> single = new ArrayList<>();
    for (Entry entry : entries) {
      if (entry.part == Part.WINDOW) {
        last.merge(entry.item, entry, WindowBuilder::later);
      } else if (decay.aggregate() == DecayPolicy.Aggregate.DAY) {
        days.merge(
            ((long) entry.item << 32) | (entry.day & 0xFFFFFFFFL),
            new Counted(entry.time, entry.weight),
            Counted::plus);
      } else {
        single.add(entry);
      }
    }
    days.forEach((key, day) -> seen.merge((int) (key >> 32), once(day, begin), Had::plus));
    single.sort(Comparator.comparingLong(Entry::time));
    for (Entry entry : single) {
      seen.merge(entry.item, once(new Counted(entry.time, entry.weight), begin), Had::plus);
    }
    float[] values = new float[last.size()];
    int n = 0;
    for (Entry entry : last.values()) {
      values[n++] = (float) entry.value;
    }
    float[] counts = new float[seen.size()];
    int[] events = new int[seen.size()];
    long[] lastTimes = new long[seen.size()];
    n = 0;
    for (Had had : seen.values()) {
      counts[n] = (float) had.count;
      events[n] = had.events;
      lastTimes[n++] = had.last;
    }
    return new UserCase(
        user,
        last.keySet().stream().mapToInt(Integer::intValue).toArray(),
        values,
        new Past(
            seen.keySet().stream().mapToInt(Integer::intValue).toArray(),
            counts,
            events,
            lastTimes));
  }

  private Had once(Counted event, Instant begin) {
    double left = decay.fade(begin.toEpochMilli() - event.time);
    return new Had(event.weight * left, 1, event.time);
  }

  /** What counts as one event: when it was, and what its behaviour weighs. */
  private record Counted(long time, double weight) {
    Counted plus(Counted other) {
      return new Counted(Math.max(time, other.time), Math.max(weight, other.weight));
    }
  }

  /** One item of a user's past: its count as of the window's begin. */
  private record Had(double count, int events, long last) {
    Had plus(Had other) {
      return new Had(count + other.count, events + other.events, Math.max(last, other.last));
    }
  }

  /** The later event; of two at one instant the one with the larger value, in any order of rows. */
  private static Entry later(Entry a, Entry b) {
    if (a.time != b.time) {
      return a.time > b.time ? a : b;
    }
    return a.value >= b.value ? a : b;
  }
}
