package io.perennial.evaluation;

import java.util.Locale;

/** What can be measured. Names in tables are lower case. */
public enum Metric {
  NDCG(true, true),
  RECALL(true, true),
  PRECISION(true, true),
  MAP(true, true),
  MRR(true, true),
  HITRATE(true, true),
  /** Probability that a relevant item ranks above another one; no cut-off. */
  AUC(false, true),
  /**
   * Share of the catalogue that occurs in somebody's top k; not a mean over users. Without a
   * cut-off, beside errors: share of the window's pairs that the subject could predict.
   */
  COVERAGE(true, true),
  /** Mean self-information, bits, of the items in the top k. */
  NOVELTY(true, true),
  RMSE(false, false),
  MAE(false, false);

  private final boolean hasCutOff;
  private final boolean ranking;

  Metric(boolean hasCutOff, boolean ranking) {
    this.hasCutOff = hasCutOff;
    this.ranking = ranking;
  }

  public boolean hasCutOff() {
    return hasCutOff;
  }

  /** A ranking metric; otherwise an error of predicted values, where less is better. */
  public boolean isRanking() {
    return ranking;
  }

  public boolean lessIsBetter() {
    return !ranking;
  }

  /** As in tables and pipeline files. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
