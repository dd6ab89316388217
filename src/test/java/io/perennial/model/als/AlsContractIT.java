package io.perennial.model.als;

import io.perennial.distillation.DistillationOptions;
import io.perennial.distillation.DistillationOptions.Update;
import io.perennial.model.ModelFamily;
import io.perennial.model.ModelFamilyContract;
import io.perennial.model.als.AlsHyperparameters.Solver;
import org.junit.jupiter.api.Nested;

/** ALS keeps the contract of families, for both kinds of feedback and both ways of updating. */
class AlsContractIT {
  @Nested
  class ImplicitWithExactUsers extends ModelFamilyContract<AlsModel> {
    @Override
    protected ModelFamily<AlsModel> family() {
      return new AlsFamily(AlsParameters.ials(8, Solver.AUTO), DistillationOptions.DEFAULT);
    }
  }

  @Nested
  class ImplicitDistilled extends ModelFamilyContract<AlsModel> {
    @Override
    protected ModelFamily<AlsModel> family() {
      return new AlsFamily(
          AlsParameters.ials(8, Solver.LOCAL),
          new DistillationOptions(1.0, 0.5, 20, Update.DISTILLED, Update.DISTILLED));
    }
  }

  @Nested
  class ImplicitWithItemsOnSums extends ModelFamilyContract<AlsModel> {
    @Override
    protected ModelFamily<AlsModel> family() {
      return new AlsFamily(
          AlsParameters.ials(8, Solver.AUTO), DistillationOptions.DEFAULT.withItems(Update.SUMS));
    }
  }

  @Nested
  class ImplicitWithItemsOnExecutors extends ModelFamilyContract<AlsModel> {
    @Override
    protected ModelFamily<AlsModel> family() {
      return new AlsFamily(AlsParameters.ials(8, Solver.BLOCKS), DistillationOptions.DEFAULT);
    }
  }

  @Nested
  class RatingsWithBiases extends ModelFamilyContract<AlsModel> {
    @Override
    protected ModelFamily<AlsModel> family() {
      return new AlsFamily(
          AlsParameters.biased(8, RatingBiases.LEARNT, Solver.LOCAL), DistillationOptions.RATINGS);
    }
  }

  @Nested
  class Explicit extends ModelFamilyContract<AlsModel> {
    @Override
    protected ModelFamily<AlsModel> family() {
      return new AlsFamily(
          AlsParameters.mllib(6, 4, 0.05, 1.0, false, Solver.LOCAL), DistillationOptions.DEFAULT);
    }
  }
}
