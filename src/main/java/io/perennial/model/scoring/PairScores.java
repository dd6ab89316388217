package io.perennial.model.scoring;

import io.perennial.model.FactorRows;
import java.io.Serializable;
import java.util.Arrays;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * Scores a few pairs of users and items that lie on executors: each task picks the items that are
 * wanted out of its pieces and scores them tile by tile, blocks of users with no pair left out.
 *
 * @param scorer of the users
 * @param items of each pair, increasing
 * @param users number of each pair's user
 * @param places of each pair in the order in which it was asked for
 */
record PairScores(TileScorer scorer, int[] items, int[] users, int[] places)
    implements Serializable {

  /** Scores that one task found. */
  private record Found(int[] places, float[] scores) implements Serializable {}

  /** Scores of each user's items; NaN where no piece has the item. */
  static float[][] of(DistributedScorer scorer, int[] known, int[][] wanted) {
    int pairs = Arrays.stream(wanted).mapToInt(own -> own.length).sum();
    long[] order = new long[pairs];
    int[] userOf = new int[pairs];
    int at = 0;
    for (int user = 0; user < wanted.length; user++) {
      for (int item : wanted[user]) {
        order[at] = ((long) item << 32) | at;
        userOf[at++] = user;
      }
    }
    Arrays.sort(order);
    int[] items = new int[pairs];
    int[] users = new int[pairs];
    int[] places = new int[pairs];
    for (int n = 0; n < pairs; n++) {
      items[n] = (int) (order[n] >>> 32);
      places[n] = (int) order[n];
      users[n] = userOf[places[n]];
    }
    float[] flat = new float[pairs];
    Arrays.fill(flat, Float.NaN);
    Broadcast<PairScores> sent =
        JavaSparkContext.fromSparkContext(scorer.pieces().context())
            .broadcast(new PairScores(scorer.tiles(known), items, users, places));
    try {
      for (Found found : scorer.pieces().map(piece -> sent.value().found(piece)).collect()) {
        for (int n = 0; n < found.places.length; n++) {
          flat[found.places[n]] = found.scores[n];
        }
      }
    } finally {
      sent.destroy();
    }
    float[][] scores = new float[wanted.length][];
    at = 0;
    for (int user = 0; user < wanted.length; user++) {
      scores[user] = Arrays.copyOfRange(flat, at, at + wanted[user].length);
      at += wanted[user].length;
    }
    return scores;
  }

  private Found found(FactorRows piece) {
    int[] rows = new int[piece.size()];
    int[] pairOf = new int[items.length];
    int[] rowOf = new int[items.length];
    int picked = 0;
    int pairs = 0;
    int row = 0;
    for (int n = 0; n < items.length; n++) {
      while (row < piece.size() && piece.indices()[row] < items[n]) {
        row++;
      }
      if (row < piece.size() && piece.indices()[row] == items[n]) {
        if (picked == 0 || rows[picked - 1] != row) {
          rows[picked++] = row;
        }
        pairOf[pairs] = n;
        rowOf[pairs++] = picked - 1;
      }
    }
    float[] scores = new float[pairs];
    if (pairs > 0) {
      score(picked(piece, rows, picked), pairOf, rowOf, scores);
    }
    int[] found = new int[pairs];
    for (int n = 0; n < pairs; n++) {
      found[n] = places[pairOf[n]];
    }
    return new Found(found, scores);
  }

  private static FactorRows picked(FactorRows piece, int[] rows, int count) {
    int rank = piece.rank();
    int[] indices = new int[count];
    float[] values = new float[count * rank];
    for (int n = 0; n < count; n++) {
      indices[n] = piece.indices()[rows[n]];
      System.arraycopy(piece.values(), rows[n] * rank, values, n * rank, rank);
    }
    return new FactorRows(rank, indices, values, new float[count]);
  }

  /** Pairs come in the order of rows. */
  private void score(FactorRows wanted, int[] pairOf, int[] rowOf, float[] scores) {
    TileScorer.Piece ready = scorer.of(wanted);
    float[] out = new float[TileScorer.USERS * TileScorer.TILE];
    int begin = 0;
    for (int first = 0; first < wanted.size(); first += TileScorer.TILE) {
      int width = Math.min(TileScorer.TILE, wanted.size() - first);
      int end = begin;
      while (end < scores.length && rowOf[end] < first + width) {
        end++;
      }
      long[] byUser = new long[end - begin];
      for (int n = begin; n < end; n++) {
        byUser[n - begin] = ((long) users[pairOf[n]] << 32) | n;
      }
      Arrays.sort(byUser);
      int block = -1;
      for (long pair : byUser) {
        int user = (int) (pair >>> 32);
        if (user / TileScorer.USERS != block) {
          block = user / TileScorer.USERS;
          int from = block * TileScorer.USERS;
          ready.scores(first, from, Math.min(TileScorer.USERS, last() + 1 - from), out);
        }
        int row = rowOf[(int) pair] - first;
        scores[(int) pair] = out[(user - block * TileScorer.USERS) * width + row];
      }
      begin = end;
    }
  }

  /** The highest number of a user in any pair. */
  private int last() {
    return Arrays.stream(users).max().orElse(-1);
  }
}
