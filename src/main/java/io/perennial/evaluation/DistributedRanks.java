package io.perennial.evaluation;

import io.perennial.model.FactorRows;
import io.perennial.model.scoring.DistributedScorer;
import io.perennial.model.scoring.TileScorer;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import scala.Tuple2;

/**
 * The users of some cases whom a model knows, ranked in a catalogue that lies on executors: each
 * task ranks every user in its own items, tile by tile, and the rows are added up user by user.
 * Neither the driver nor a task ever holds the scores of the whole catalogue.
 *
 * <p>A user takes about 200 bytes and 8 for each place of the list, twice where he is ranked
 * without the items that he had: 20,000 users and 20 places 7 to 14 MB, in each task, in the
 * shuffle of each task, and in the driver.
 */
final class DistributedRanks implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Users whose rows are sent and added up together. */
  private static final int BLOCK = 256;

  private final int[] users;
  private final float[][] scores;

  /** For each user a row over all items, and one without those that he had, or nothing. */
  private final RankedRow[] rows;

  private DistributedRanks(int[] users, float[][] scores, RankedRow[] rows) {
    this.users = users;
    this.scores = scores;
    this.rows = rows;
  }

  /**
   * Scores of what the users took, and nothing else: for errors of ratings.
   *
   * @param cases of which the scorer may know some users
   */
  static DistributedRanks unranked(DistributedScorer scorer, List<UserCase> cases) {
    List<UserCase> known = known(scorer, cases);
    return new DistributedRanks(users(known), scores(scorer, known), new RankedRow[0]);
  }

  /**
   * Ranks the users, in two jobs: what they took is scored first, then the whole catalogue against
   * it.
   *
   * @param cases of which the scorer may know some users
   * @param capacity length of the lists
   * @param seed of ties
   */
  static DistributedRanks ranked(
      DistributedScorer scorer, List<UserCase> cases, int capacity, long seed) {
    List<UserCase> known = known(scorer, cases);
    if (known.isEmpty()) {
      return new DistributedRanks(new int[0], new float[0][], new RankedRow[0]);
    }
    float[][] scores = scores(scorer, known);
    Work work =
        new Work(
            scorer.tiles(users(known)),
            known.stream().map(UserCase::items).toArray(int[][]::new),
            scores,
            known.stream().map(DistributedRanks::hidden).toArray(int[][]::new),
            known.stream().mapToLong(c -> UserHash.mix(seed, c.user())).toArray(),
            capacity);
    RankedRow[] rows = work.begun();
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(scorer.pieces().context());
    Broadcast<Work> sent = spark.broadcast(work);
    try {
      int blocks = (known.size() + BLOCK - 1) / BLOCK;
      JavaPairRDD<Integer, RankedRow[]> parts =
          scorer
              .pieces()
              .mapPartitionsToPair(pieces -> sent.value().blocks(pieces))
              .reduceByKey(
                  DistributedRanks::sum, Math.min(blocks, Math.max(1, spark.defaultParallelism())));
      for (Tuple2<Integer, RankedRow[]> part : parts.collect()) {
        System.arraycopy(part._2, 0, rows, 2 * BLOCK * part._1, part._2.length);
      }
    } finally {
      sent.destroy();
    }
    for (RankedRow row : rows) {
      if (row != null) {
        row.end();
      }
    }
    return new DistributedRanks(users(known), scores, rows);
  }

  private static List<UserCase> known(DistributedScorer scorer, List<UserCase> cases) {
    return cases.stream()
        .filter(c -> scorer.knowsUser(c.user()))
        .sorted((a, b) -> Integer.compare(a.user(), b.user()))
        .toList();
  }

  private static int[] users(List<UserCase> cases) {
    return cases.stream().mapToInt(UserCase::user).toArray();
  }

  private static float[][] scores(DistributedScorer scorer, List<UserCase> known) {
    return scorer.scores(users(known), known.stream().map(UserCase::items).toArray(int[][]::new));
  }

  /** What a user had, where he took something that he had not; else nothing. */
  private static int[] hidden(UserCase user) {
    boolean isRanked = !user.isNewUser() && SegmentItems.firstTime(user).length > 0;
    return isRanked ? user.seenItems() : new int[0];
  }

  private static RankedRow[] sum(RankedRow[] rows, RankedRow[] others) {
    for (int n = 0; n < rows.length; n++) {
      if (rows[n] != null) {
        rows[n].add(others[n]);
      }
    }
    return rows;
  }

  /** Everything about the users that a task needs. */
  private record Work(
      TileScorer scorer,
      int[][] relevant,
      float[][] scores,
      int[][] hidden,
      long[] keys,
      int capacity)
      implements Serializable {
    /** Rows before any item. */
    RankedRow[] begun() {
      RankedRow[] rows = new RankedRow[2 * keys.length];
      for (int user = 0; user < keys.length; user++) {
        rows[2 * user] = begun(user);
        rows[2 * user + 1] = hidden[user].length > 0 ? begun(user) : null;
      }
      return rows;
    }

    private RankedRow begun(int user) {
      RankedRow row = new RankedRow(capacity);
      row.begin(relevant[user], scores[user], keys[user]);
      return row;
    }

    Iterator<Tuple2<Integer, RankedRow[]>> blocks(Iterator<FactorRows> pieces) {
      if (!pieces.hasNext()) {
        return Collections.emptyIterator();
      }
      RankedRow[] rows = begun();
      float[] room = new float[TileScorer.USERS * TileScorer.TILE];
      while (pieces.hasNext()) {
        FactorRows piece = pieces.next();
        TileScorer.Piece ready = scorer.of(piece);
        for (int first = 0; first < piece.size(); first += TileScorer.TILE) {
          rank(ready, piece.indices(), first, rows, room);
        }
      }
      List<Tuple2<Integer, RankedRow[]>> blocks = new ArrayList<>();
      for (int from = 0; from < rows.length; from += 2 * BLOCK) {
        int to = Math.min(rows.length, from + 2 * BLOCK);
        blocks.add(new Tuple2<>(from / (2 * BLOCK), Arrays.copyOfRange(rows, from, to)));
      }
      return blocks.iterator();
    }

    private void rank(
        TileScorer.Piece piece, int[] items, int first, RankedRow[] rows, float[] room) {
      int width = Math.min(TileScorer.TILE, items.length - first);
      for (int from = 0; from < keys.length; from += TileScorer.USERS) {
        int count = Math.min(TileScorer.USERS, keys.length - from);
        piece.scores(first, from, count, room);
        for (int n = 0; n < count; n++) {
          int user = from + n;
          rows[2 * user].offer(room, n * width, width, items, first);
          if (rows[2 * user + 1] != null) {
            hide(hidden[user], items, first, width, room, n * width);
            rows[2 * user + 1].offer(room, n * width, width, items, first);
          }
        }
      }
    }

    private static void hide(
        int[] hidden, int[] items, int first, int width, float[] scores, int row) {
      int at = Arrays.binarySearch(hidden, items[first]);
      int last = items[first + width - 1];
      for (int n = at < 0 ? -at - 1 : at; n < hidden.length && hidden[n] <= last; n++) {
        int place = Arrays.binarySearch(items, first, first + width, hidden[n]);
        if (place >= 0) {
          scores[row + place - first] = Float.NaN;
        }
      }
    }
  }

  // ---- what was found

  boolean knowsUser(int user) {
    return Arrays.binarySearch(users, user) >= 0;
  }

  /** Scores of what a user took, as his case has it. */
  float[] scores(int user) {
    return scores[Arrays.binarySearch(users, user)];
  }

  /** A user's ranking of the whole catalogue. */
  RankedRow all(int user) {
    return rows[2 * Arrays.binarySearch(users, user)];
  }

  /** The same without the items that he had, of one who took something else. */
  RankedRow firstTime(int user) {
    return rows[2 * Arrays.binarySearch(users, user) + 1];
  }
}
