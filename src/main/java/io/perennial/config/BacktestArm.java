package io.perennial.config;

import java.util.Arrays;
import java.util.Optional;

/** The ways of keeping up with the nights that a backtest can compare. */
public enum BacktestArm {
  /** The whole product: the factor model, ranking through the blend, each night gated. */
  OURS("ours", Keys.MODEL_AND_DISTILLATION),
  /** The factor model alone, warm-started every night, with the pipeline's distillation. */
  OURS_MODEL("ours-model", Keys.MODEL_AND_DISTILLATION),
  /** Our solver from scratch every night, all history alike. */
  FULL_RETRAIN("full-retrain", Keys.MODEL),
  /** Our solver from scratch every night, with the pipeline's half-life. */
  FULL_RETRAIN_DECAYED("full-retrain-decayed", Keys.MODEL),
  /** Spark's own ALS from scratch every night. */
  MLLIB_FULL_RETRAIN("mllib-full-retrain", Keys.MODEL),
  /** The base model, learning each night's events without a teacher. */
  FINE_TUNE("fine-tune", Keys.MODEL),
  /** The base model, never updated. */
  FROZEN("frozen", Keys.MODEL),
  /** The base model's items; users are solved from their history every night. */
  FOLD_IN("fold-in", Keys.MODEL),
  /** Neighbours of what the user had. */
  ITEM_KNN("item-knn", Keys.NEIGHBOURS),
  /** What was bought most. */
  POPULARITY("popularity", Keys.NONE),
  /** What was bought most lately. */
  RECENT_POPULARITY("recent-popularity", Keys.NONE),
  /** What the user himself bought most, then what is popular. */
  USER_FREQUENCY("user-frequency", Keys.NONE);

  /** Which keys an arm's section of a pipeline file has. */
  enum Keys {
    NONE,
    MODEL,
    MODEL_AND_DISTILLATION,
    NEIGHBOURS
  }

  private final String label;
  private final Keys keys;

  BacktestArm(String label, Keys keys) {
    this.label = label;
    this.keys = keys;
  }

  /** As on the command line, in pipeline files and in tables. */
  public String label() {
    return label;
  }

  Keys keys() {
    return keys;
  }

  /** The arm of a label, if there is one. */
  public static Optional<BacktestArm> of(String label) {
    return Arrays.stream(values()).filter(arm -> arm.label.equals(label)).findFirst();
  }
}
