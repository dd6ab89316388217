package io.perennial.pipeline.backtest;

import io.perennial.model.Model;
import io.perennial.model.ModelFamily;
import java.util.HashMap;
import java.util.Map;

/** Models learnt from the base, one for all arms that learn it alike. */
final class FirstModels {
  private final Map<ModelFamily<?>, Model> models = new HashMap<>();

  /** The model of the base; options of later nights make no difference. */
  @SuppressWarnings("unchecked")
  <M extends Model> M of(ModelFamily<M> family, ReplayedNight base) {
    ModelFamily<M> first = family.first();
    // Only a family that is equal to this one has put its model there.
    return (M) models.computeIfAbsent(first, key -> first.trainer().train(base.scratch()));
  }
}
