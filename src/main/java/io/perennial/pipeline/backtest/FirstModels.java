package io.perennial.pipeline.backtest;

import io.perennial.distillation.DistillationOptions;
import io.perennial.distillation.DistillationOptions.Update;
import io.perennial.model.als.AlsHyperparameters;
import io.perennial.model.als.AlsModel;
import io.perennial.model.als.AlsTrainer;
import io.perennial.model.als.Serving;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Models learnt from the base, one for all arms that have the same parameters. */
final class FirstModels {
  private final Map<Key, AlsModel> models = new HashMap<>();

  /** What makes a difference to the model of the base. */
  private record Key(AlsHyperparameters parameters, boolean sums) {}

  /** The model of the base, of which nothing need be learnt after it. */
  AlsModel of(AlsHyperparameters parameters, ReplayedNight base) {
    return of(parameters, DistillationOptions.NONE, base);
  }

  /** The model of the base; parameters of later nights make no difference. */
  AlsModel of(AlsHyperparameters parameters, DistillationOptions distillation, ReplayedNight base) {
    AlsHyperparameters first =
        new AlsHyperparameters(
            parameters.rank(),
            parameters.maxIter(),
            1,
            parameters.regParam(),
            parameters.regScaling(),
            parameters.implicitPrefs(),
            parameters.alpha(),
            parameters.confidence(),
            parameters.unobservedWeight(),
            parameters.decay(),
            parameters.numBlocks(),
            parameters.solver(),
            parameters.initialScale(),
            Serving.STORED,
            Optional.empty(),
            parameters.biases());
    return models.computeIfAbsent(
        new Key(first, distillation.items() == Update.SUMS),
        key -> new AlsTrainer(first, distillation).train(base.scratch()));
  }
}
