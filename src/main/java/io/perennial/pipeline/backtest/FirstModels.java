package io.perennial.pipeline.backtest;

import io.perennial.distillation.DistillationOptions;
import io.perennial.model.als.AlsHyperparameters;
import io.perennial.model.als.AlsModel;
import io.perennial.model.als.AlsTrainer;
import java.util.HashMap;
import java.util.Map;

/** Models learnt from the base, one for all arms that have the same parameters. */
final class FirstModels {
  private final Map<AlsHyperparameters, AlsModel> models = new HashMap<>();

  /** The model of the base; parameters of later nights make no difference. */
  AlsModel of(AlsHyperparameters parameters, ReplayedNight base) {
    AlsHyperparameters key =
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
            parameters.initialScale());
    return models.computeIfAbsent(
        key, p -> new AlsTrainer(p, DistillationOptions.NONE).train(base.scratch()));
  }
}
