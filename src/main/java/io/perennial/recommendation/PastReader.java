package io.perennial.recommendation;

import io.perennial.model.history.DecayPolicy;
import io.perennial.model.history.Past;
import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.TreeMap;
import org.apache.spark.sql.catalyst.InternalRow;

/**
 * What a user had done, from a row of {@link Ranking#rank}: what the version knows and what came
 * since, together. An item on whose last day he had it again counts once more.
 *
 * @param halfLife milliseconds in which a count fades to half; 0: counts never fade
 * @param now epoch milliseconds
 */
record PastReader(long halfLife, long now) implements Serializable {

  static PastReader of(DecayPolicy decay, Instant now) {
    return new PastReader(decay.halfLife().map(Duration::toMillis).orElse(0L), now.toEpochMilli());
  }

  Past read(InternalRow row) {
    TreeMap<Integer, Had> had = new TreeMap<>();
    add(row, Ranking.SEEN, Ranking.HAD_COUNTS, Ranking.HAD_EVENTS, Ranking.HAD_LAST_TIMES, had);
    add(row, Ranking.ITEMS, Ranking.COUNTS, Ranking.EVENTS, Ranking.LAST_TIMES, had);
    int[] items = new int[had.size()];
    float[] counts = new float[items.length];
    int[] events = new int[items.length];
    long[] lastTimes = new long[items.length];
    int n = 0;
    for (var entry : had.entrySet()) {
      items[n] = entry.getKey();
      counts[n] = entry.getValue().count;
      events[n] = entry.getValue().events;
      lastTimes[n++] = entry.getValue().last;
    }
    return new Past(items, counts, events, lastTimes);
  }

  private record Had(float count, int events, long last) {
    Had plus(Had other) {
      return new Had(count + other.count, events + other.events, Math.max(last, other.last));
    }
  }

  private double fade(long millis) {
    return halfLife == 0 || millis <= 0 ? 1 : Math.pow(0.5, (double) millis / halfLife);
  }

  private void add(
      InternalRow row, int items, int counts, int events, int lasts, TreeMap<Integer, Had> had) {
    if (row.isNullAt(items) || row.isNullAt(counts)) {
      return;
    }
    int[] of = row.getArray(items).toIntArray();
    float[] counted = row.getArray(counts).toFloatArray();
    int[] summed = row.getArray(events).toIntArray();
    long[] last = row.getArray(lasts).toLongArray();
    for (int n = 0; n < of.length; n++) {
      // Items that the version does not know are negative.
      if (of[n] >= 0) {
        float count = (float) (counted[n] * fade(now - last[n]));
        had.merge(of[n], new Had(count, summed[n], last[n]), Had::plus);
      }
    }
  }
}
