package io.perennial.recommendation;

import static org.apache.spark.sql.types.DataTypes.FloatType;
import static org.apache.spark.sql.types.DataTypes.IntegerType;
import static org.apache.spark.sql.types.DataTypes.StringType;

import io.perennial.model.FactorRows;
import io.perennial.model.FoldIn;
import io.perennial.model.UserProjection;
import io.perennial.model.history.InteractionHistory;
import io.perennial.model.history.Past;
import io.perennial.model.scoring.TopItems;
import io.perennial.model.scoring.TopRows;
import io.perennial.recommendation.Recommendation.Source;
import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * Ranks items for users as they stream by, a block at a time: by their own vector, else by one
 * folded in from their events, else by popularity. Broadcast to executors; immutable, used by many
 * threads at once. Rows are Spark's own, without a box for each number.
 */
final class Ranking implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Columns of the users that come in, by position. */
  static final int USER = 0;

  static final int BUCKET = 1;
  static final int FACTOR = 2;
  static final int SEEN = 3;
  static final int ITEMS = 4;
  static final int COUNTS = 5;
  static final int VALUES = 6;
  static final int EVENTS = 7;
  static final int LAST_TIMES = 8;
  static final int HAD_COUNTS = 9;
  static final int HAD_EVENTS = 10;
  static final int HAD_LAST_TIMES = 11;

  /** Number of columns. */
  static final int WIDTH = 12;

  /** Columns of the rows that go out. */
  static final StructType OUT =
      new StructType()
          .add("user", StringType, false)
          .add("user_bucket", IntegerType, false)
          .add("rank", IntegerType, false)
          .add("item", StringType, false)
          .add("score", FloatType, false)
          .add("source", StringType, false);

  private final TopItems top;
  private final UserProjection projection;
  private final Blending blending;
  private final FoldIn foldIn;
  private final FreshUsers serving;
  private final int n;
  private final boolean excludeSeen;
  private final int[] popular;
  private final float[] popularity;
  private final int[] recommendable;
  private final UTF8String[] names;
  private final UTF8String[] labels;

  /**
   * @param projection makes rows of the users' vectors
   * @param foldIn empty: users without a vector get popular items
   * @param serving empty: users whom the model knows keep its vectors
   * @param blending empty: the model ranks alone
   */
  Ranking(
      Catalogue catalogue,
      UserProjection projection,
      Optional<FoldIn> foldIn,
      Optional<FreshUsers> serving,
      Optional<Blending> blending,
      RecommendationOptions options) {
    this.top = new TopItems(catalogue.rows(), catalogue.recommendable());
    this.projection = projection;
    this.blending = blending.orElse(null);
    this.foldIn = foldIn.orElse(null);
    this.serving = serving.orElse(null);
    this.n = options.top();
    this.excludeSeen = options.excludeSeen();
    this.popular = catalogue.popular();
    this.popularity = catalogue.popularity();
    this.recommendable = catalogue.recommendable();
    this.names =
        Arrays.stream(catalogue.names()).map(UTF8String::fromString).toArray(UTF8String[]::new);
    this.labels =
        Arrays.stream(Source.values())
            .map(source -> UTF8String.fromString(source.label()))
            .toArray(UTF8String[]::new);
  }

  /**
   * Recommendations for users, user by user in their order, best item first, with {@link #OUT}.
   *
   * @param users rows with user, user_bucket, factor, seen, items, counts, values, events,
   *     last_times: the vector of a user that the model knows; what he had before, increasing; what
   *     he did since, as in {@link io.perennial.model.history.HistoryTable}, in which items that
   *     the version does not know are negative; then had_counts, had_events and had_last_times of
   *     what he had before. Each but the first two may be null
   */
  Iterator<InternalRow> rank(Iterator<InternalRow> users) {
    return new Iterator<>() {
      private final ArrayDeque<InternalRow> ready = new ArrayDeque<>();

      @Override
      public boolean hasNext() {
        while (ready.isEmpty() && users.hasNext()) {
          new Block().fill(users).rank(ready);
        }
        return !ready.isEmpty();
      }

      @Override
      public InternalRow next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        return ready.poll();
      }
    };
  }

  /** Some users at once. */
  private final class Block {
    private final UTF8String[] users = new UTF8String[TopItems.USERS];
    private final int[] buckets = new int[TopItems.USERS];
    private final float[] vectors = new float[TopItems.USERS * projection.rank()];
    private final int[][] seen = new int[TopItems.USERS][];
    private final Past[] had = new Past[TopItems.USERS];
    private final Source[] sources = new Source[TopItems.USERS];
    private final InteractionHistory[] events = new InteractionHistory[TopItems.USERS];
    private int count;
    private int pairs;

    Block fill(Iterator<InternalRow> rows) {
      for (; count < TopItems.USERS && rows.hasNext(); count++) {
        InternalRow row = rows.next();
        users[count] = row.getUTF8String(USER).clone();
        buckets[count] = row.getInt(BUCKET);
        sources[count] = Source.POPULARITY;
        int[] since = row.isNullAt(ITEMS) ? new int[0] : row.getArray(ITEMS).toIntArray();
        if (excludeSeen) {
          seen[count] =
              merged(row.isNullAt(SEEN) ? new int[0] : row.getArray(SEEN).toIntArray(), since);
        }
        if (blending != null || serving != null) {
          had[count] = (serving != null ? serving.pasts() : blending.pasts()).read(row);
        }
        if (!row.isNullAt(FACTOR)) {
          float[] factor = row.getArray(FACTOR).toFloatArray();
          int from = count * projection.rank();
          System.arraycopy(factor, 0, vectors, from, projection.rank());
          sources[count] = isZero(vectors, from) ? Source.POPULARITY : Source.MODEL;
          if (serving != null && had[count].size() > 0) {
            events[count] =
                InteractionHistory.of(
                    new int[] {count}, List.of(had[count]), serving.pasts().now());
            pairs += had[count].size();
          }
        } else if (since.length > 0 && foldIn != null) {
          events[count] =
              new InteractionHistory(
                  new int[] {count},
                  new int[] {0, since.length},
                  since,
                  row.getArray(COUNTS).toFloatArray(),
                  row.getArray(VALUES).toFloatArray(),
                  row.getArray(EVENTS).toIntArray(),
                  row.getArray(LAST_TIMES).toLongArray());
          pairs += since.length;
        }
      }
      foldIn();
      return this;
    }

    private void foldIn() {
      if (pairs == 0) {
        return;
      }
      FactorRows folded = (serving != null ? serving.solver() : foldIn).vectors(history());
      for (int at = 0; at < folded.size(); at++) {
        int user = folded.indices()[at];
        int rank = projection.rank();
        int from = user * rank;
        System.arraycopy(folded.values(), at * rank, vectors, from, rank);
        Source own = sources[user] == Source.MODEL ? Source.MODEL : Source.FOLD_IN;
        sources[user] = isZero(vectors, from) ? Source.POPULARITY : own;
      }
    }

    /** What the users did who are to be solved, each under his number in this block. */
    private InteractionHistory history() {
      int[] numbers = new int[count];
      int[] offsets = new int[count + 1];
      int[] items = new int[pairs];
      float[] counts = new float[pairs];
      float[] values = new float[pairs];
      int[] sums = new int[pairs];
      long[] lastTimes = new long[pairs];
      int found = 0;
      int at = 0;
      for (int user = 0; user < count; user++) {
        InteractionHistory own = events[user];
        if (own != null) {
          System.arraycopy(own.items(), 0, items, at, own.pairs());
          System.arraycopy(own.counts(), 0, counts, at, own.pairs());
          System.arraycopy(own.values(), 0, values, at, own.pairs());
          System.arraycopy(own.events(), 0, sums, at, own.pairs());
          System.arraycopy(own.lastTimes(), 0, lastTimes, at, own.pairs());
          at += own.pairs();
          numbers[found++] = user;
          offsets[found] = at;
        }
      }
      return new InteractionHistory(
          Arrays.copyOf(numbers, found),
          Arrays.copyOf(offsets, found + 1),
          items,
          counts,
          values,
          sums,
          lastTimes);
    }

    void rank(ArrayDeque<InternalRow> out) {
      float[] rows = projection.rows(vectors, count);
      TopRows best =
          blending == null
              ? top.best(rows, count, n, seen)
              : blending.top().best(rows, count, n, seen, had);
      for (int user = 0; user < count; user++) {
        if (sources[user] == Source.POPULARITY) {
          popular(user, out);
        } else {
          for (int rank = 0; rank < best.sizes()[user]; rank++) {
            out.add(row(user, rank, best.item(user, rank), best.score(user, rank)));
          }
        }
      }
    }

    private void popular(int user, ArrayDeque<InternalRow> out) {
      int rank = 0;
      for (int at = 0; at < popular.length && rank < n; at++) {
        if (seen[user] == null || Arrays.binarySearch(seen[user], popular[at]) < 0) {
          out.add(row(user, rank++, popular[at], popularity[at]));
        }
      }
    }

    private InternalRow row(int user, int rank, int item, float score) {
      return new GenericInternalRow(
          new Object[] {
            users[user],
            buckets[user],
            rank + 1,
            names[Arrays.binarySearch(recommendable, item)],
            score,
            labels[sources[user].ordinal()]
          });
    }
  }

  private boolean isZero(float[] values, int from) {
    for (int c = from; c < from + projection.rank(); c++) {
      if (values[c] != 0) {
        return false;
      }
    }
    return true;
  }

  private static int[] merged(int[] before, int[] since) {
    if (since.length == 0) {
      return before;
    }
    return IntStream.concat(IntStream.of(before), IntStream.of(since))
        .sorted()
        .distinct()
        .toArray();
  }
}
