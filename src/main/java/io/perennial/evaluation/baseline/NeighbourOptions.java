package io.perennial.evaluation.baseline;

/**
 * How neighbours of items are found.
 *
 * @param neighbours kept of each item, the most similar ones, itself among them; default 200
 * @param weighting of a (user, item) count; default bm25
 * @param k1 saturation of BM25: the higher, the longer another purchase counts; default 1.2
 * @param b share of BM25's correction for users who bought much, 0 to 1; default 0.75
 */
public record NeighbourOptions(int neighbours, Weighting weighting, double k1, double b) {
  /** How a count becomes a weight. */
  public enum Weighting {
    /** Robertson and Zaragoza (2009): rare items and users with few purchases count more. */
    BM25,
    /** Counts, scaled so that every item has length 1. */
    COSINE
  }

  /** 200 neighbours by BM25. */
  public static final NeighbourOptions DEFAULT =
      new NeighbourOptions(200, Weighting.BM25, 1.2, 0.75);

  public NeighbourOptions {
    if (neighbours < 1) {
      throw new IllegalArgumentException("neighbours must be at least 1, got " + neighbours);
    }
    if (!(k1 >= 0) || !(b >= 0) || b > 1) {
      throw new IllegalArgumentException(
          "k1 must be 0 or more and b lie between 0 and 1, got " + k1 + " and " + b);
    }
  }
}
