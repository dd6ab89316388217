package io.perennial.model.embedding;

import io.perennial.model.embedding.step.TowerRows;
import io.perennial.model.feature.FeatureEncoder;
import java.util.Objects;

/**
 * The tower of one side, as a version keeps it.
 *
 * @param encoder makes inputs of features
 * @param rows parameters; their moments are of no use after the training from scratch
 */
record SideTower(FeatureEncoder encoder, TowerRows rows) {
  SideTower {
    Objects.requireNonNull(encoder, "encoder");
    Objects.requireNonNull(rows, "rows");
  }
}
