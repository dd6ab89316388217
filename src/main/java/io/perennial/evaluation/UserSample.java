package io.perennial.evaluation;

import io.perennial.event.EventColumns;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.roaringbitmap.IntIterator;
import org.roaringbitmap.RoaringBitmap;

/**
 * Who occurs in some events, at a bit a user (100 million: 12.5 MB), and a fixed sample of them.
 */
public final class UserSample {
  private static final int TREE_DEPTH = 2;

  private UserSample() {}

  /**
   * The distinct users, in one Spark job.
   *
   * @param events with user_index
   */
  public static RoaringBitmap distinct(Dataset<Row> events) {
    return events
        .select(functions.col(EventColumns.USER_INDEX))
        .toJavaRDD()
        .mapPartitions(
            rows -> {
              RoaringBitmap users = new RoaringBitmap();
              rows.forEachRemaining(row -> users.add(row.getInt(0)));
              return List.of(users).iterator();
            })
        .treeAggregate(
            new RoaringBitmap(),
            (all, users) -> RoaringBitmap.or(all, users),
            (all, users) -> RoaringBitmap.or(all, users),
            TREE_DEPTH);
  }

  /**
   * Those with the smallest hash of (seed, user), increasing: the same ones wherever and however
   * often they are chosen.
   *
   * @param limit at most so many
   */
  public static int[] of(RoaringBitmap users, int limit, long seed) {
    if (users.getCardinality() <= limit) {
      return users.toArray();
    }
    long key = UserHash.mix(seed, "window sample");
    record Hashed(long hash, int user) {}
    Comparator<Hashed> order =
        Comparator.comparingLong(Hashed::hash).thenComparingInt(Hashed::user);
    PriorityQueue<Hashed> smallest = new PriorityQueue<>(order.reversed());
    IntIterator all = users.getIntIterator();
    while (all.hasNext()) {
      int user = all.next();
      Hashed hashed = new Hashed(UserHash.mix(key, user), user);
      if (smallest.size() < limit) {
        smallest.add(hashed);
      } else if (order.compare(hashed, smallest.peek()) < 0) {
        smallest.poll();
        smallest.add(hashed);
      }
    }
    int[] chosen = smallest.stream().mapToInt(Hashed::user).toArray();
    Arrays.sort(chosen);
    return chosen;
  }
}
