package io.perennial.model.als;

import io.perennial.model.als.AlsHyperparameters.Confidence;
import io.perennial.model.als.AlsHyperparameters.RegScaling;
import io.perennial.model.als.AlsHyperparameters.Solver;
import io.perennial.model.history.DecayPolicy;
import java.util.Optional;

/** Parameters that tests start from. */
final class AlsParameters {
  static final DecayPolicy UNFADING = new DecayPolicy(Optional.empty(), DecayPolicy.Aggregate.NONE);

  private AlsParameters() {}

  /** Small iALS. */
  static AlsHyperparameters ials(int rank, Solver solver) {
    return new AlsHyperparameters(
        rank,
        4,
        2,
        0.01,
        RegScaling.COUNT_AND_CATALOGUE,
        true,
        2.0,
        Confidence.LOG,
        0.5,
        UNFADING,
        3,
        solver,
        0.1);
  }

  /** Ratings with biases. */
  static AlsHyperparameters biased(int rank, RatingBiases biases, Solver solver) {
    AlsHyperparameters p = mllib(rank, 4, 0.05, 1, false, solver);
    return new AlsHyperparameters(
        p.rank(),
        p.maxIter(),
        p.nightlySweeps(),
        p.regParam(),
        p.regScaling(),
        p.implicitPrefs(),
        p.alpha(),
        p.confidence(),
        p.unobservedWeight(),
        p.decay(),
        p.numBlocks(),
        p.solver(),
        p.initialScale(),
        p.serving(),
        p.itemHalfLife(),
        biases);
  }

  /** Semantics of Spark MLlib. */
  static AlsHyperparameters mllib(
      int rank, int maxIter, double regParam, double alpha, boolean implicit, Solver solver) {
    return new AlsHyperparameters(
        rank,
        maxIter,
        1,
        regParam,
        RegScaling.COUNT,
        implicit,
        alpha,
        Confidence.MLLIB,
        1.0,
        UNFADING,
        3,
        solver,
        1.0);
  }
}
