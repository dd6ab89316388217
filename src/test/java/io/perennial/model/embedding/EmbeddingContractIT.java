package io.perennial.model.embedding;

import io.perennial.model.ModelFamily;
import io.perennial.model.ModelFamilyContract;
import io.perennial.model.embedding.replay.Replay;
import io.perennial.model.embedding.step.Objective;
import io.perennial.model.embedding.step.Teaching;
import org.junit.jupiter.api.Nested;

/** Embeddings keep the contract of families, for every objective, with and without teachers. */
class EmbeddingContractIT {
  private static final Teaching ALL = new Teaching(0.5, 2, 0.3, 0.1, 8, 4, 0.2);

  @Nested
  class Ratings extends ModelFamilyContract<EmbeddingModel> {
    @Override
    protected ModelFamily<EmbeddingModel> family() {
      return new EmbeddingFamily(EmbeddingOptions.ratings(), EmbeddingDistillation.NONE);
    }
  }

  @Nested
  class RatingsTaughtInEveryWay extends ModelFamilyContract<EmbeddingModel> {
    @Override
    protected ModelFamily<EmbeddingModel> family() {
      return new EmbeddingFamily(
          EmbeddingOptions.ratings().with(new EmbeddingOptions.Sharing(3, 2, 1_000_000)),
          new EmbeddingDistillation(
              ALL,
              EmbeddingDistillation.Strength.ADAPTIVE,
              new Replay(5, Replay.Owner.ITEM, Replay.Selection.LOSS, 0.5)));
    }
  }

  @Nested
  class RatingsOnSpark extends ModelFamilyContract<EmbeddingModel> {
    @Override
    protected ModelFamily<EmbeddingModel> family() {
      return new EmbeddingFamily(
          EmbeddingOptions.ratings().withEpochs(3, 2).with(new EmbeddingOptions.Sharing(2, 1, 0)),
          new EmbeddingDistillation(
              ALL,
              EmbeddingDistillation.Strength.FIXED,
              new Replay(5, Replay.Owner.USER, Replay.Selection.HERDING, 0.5)));
    }
  }

  @Nested
  class TutorialForm extends ModelFamilyContract<EmbeddingModel> {
    @Override
    protected ModelFamily<EmbeddingModel> family() {
      return new EmbeddingFamily(EmbeddingOptions.tutorial(), EmbeddingDistillation.NONE);
    }
  }

  @Nested
  class Softmax extends ModelFamilyContract<EmbeddingModel> {
    @Override
    protected ModelFamily<EmbeddingModel> family() {
      return new EmbeddingFamily(
          EmbeddingOptions.retrieval(),
          new EmbeddingDistillation(
              ALL,
              EmbeddingDistillation.Strength.FIXED,
              new Replay(5, Replay.Owner.ITEM, Replay.Selection.RESERVOIR, 1)));
    }
  }

  @Nested
  class PairwiseRanking extends ModelFamilyContract<EmbeddingModel> {
    @Override
    protected ModelFamily<EmbeddingModel> family() {
      EmbeddingOptions options =
          EmbeddingOptions.retrieval().with(new EmbeddingOptions.Sharing(2, 1, 1_000_000));
      return new EmbeddingFamily(
          options.with(options.recipe().with(Objective.BPR)), EmbeddingDistillation.NONE);
    }
  }
}
