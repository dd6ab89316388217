package io.perennial.model.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.perennial.model.embedding.replay.Replay;
import io.perennial.model.embedding.rounds.EarlyStopping;
import io.perennial.model.embedding.rounds.Schedule;
import io.perennial.model.embedding.step.Adam;
import io.perennial.model.embedding.step.Objective;
import io.perennial.model.embedding.step.Recipe;
import io.perennial.model.embedding.step.Similarity;
import io.perennial.model.embedding.step.Teaching;
import org.junit.jupiter.api.Test;

class EmbeddingOptionsTest {
  private static Recipe recipe(int dimension, double temperature, double l2, double dropout) {
    return new Recipe(
        Objective.SOFTMAX,
        Similarity.DOT,
        dimension,
        true,
        temperature,
        1,
        1,
        Adam.DEFAULT,
        0,
        l2,
        0,
        dropout,
        0);
  }

  @Test
  void everyValueOutOfRangeIsNamedWithItsKey() {
    assertThatThrownBy(() -> recipe(0, 1, 0, 0))
        .hasMessage("model.recipe.dimension must lie between 1 and 512, got 0");
    assertThatThrownBy(() -> recipe(4, 0, 0, 0)).hasMessageContaining("model.recipe.temperature");
    assertThatThrownBy(() -> recipe(4, 1, Double.NaN, 0)).hasMessageContaining("model.recipe.l2");
    assertThatThrownBy(() -> recipe(4, 1, 0, 1)).hasMessageContaining("model.recipe.dropout");
    assertThatThrownBy(() -> Adam.DEFAULT.withLearningRate(0))
        .hasMessageContaining("model.recipe.adam.learningRate");
    assertThatThrownBy(() -> new Schedule(Schedule.Kind.COSINE, 1))
        .hasMessageContaining("model.training.schedule.warmUp");
    assertThatThrownBy(() -> new EarlyStopping(0.5, 1, true))
        .hasMessageContaining("model.training.stopping.share");
    assertThatThrownBy(() -> new Teaching(0, 0, 0, 0, 2, 1, 0))
        .hasMessageContaining("distillation.teaching.temperature");
    assertThatThrownBy(() -> new Teaching(-1, 1, 0, 0, 2, 1, 0))
        .hasMessageContaining("distillation.teaching.likelihood");
    assertThatThrownBy(() -> EmbeddingOptions.ratings().withEpochs(0, 1))
        .hasMessage("model.training.epochs must lie between 1 and 100000, got 0");
    assertThatThrownBy(() -> EmbeddingOptions.ratings().with(new EmbeddingOptions.Sharing(0, 1, 1)))
        .hasMessageContaining("model.sharing.workers");
  }

  @Test
  void adaptiveStrengthNeedsSomethingToCompareWith() {
    assertThatThrownBy(
            () ->
                new EmbeddingDistillation(
                    Teaching.NONE, EmbeddingDistillation.Strength.ADAPTIVE, Replay.NONE))
        .hasMessageContaining("distillation.replay.most");
  }

  @Test
  void parentCountsMoreWhenFewEventsAreNew() {
    EmbeddingDistillation adaptive =
        new EmbeddingDistillation(
            Teaching.NONE,
            EmbeddingDistillation.Strength.ADAPTIVE,
            new Replay(2, Replay.Owner.ITEM, Replay.Selection.RESERVOIR, 1));
    assertThat(adaptive.factor(90, 100, 400, 100)).isCloseTo(Math.sqrt(3.6), within(1e-12));
    assertThat(adaptive.factor(90, 100, 400, 1000)).isCloseTo(Math.sqrt(0.36), within(1e-12));
    assertThat(EmbeddingDistillation.NONE.factor(1, 2, 3, 4)).isEqualTo(1);
  }

  @Test
  void historiesHaveNoItemsAsOwnersAndNothingIsSelected() {
    assertThatThrownBy(
            () ->
                new Replay(
                    5, Replay.Owner.ITEM, Replay.Selection.RESERVOIR, 1, Replay.Source.HISTORY, 0))
        .hasMessageContaining("distillation.replay.owner: user");
    assertThatThrownBy(
            () ->
                new Replay(
                    5, Replay.Owner.USER, Replay.Selection.HERDING, 1, Replay.Source.HISTORY, 0))
        .hasMessageContaining("distillation.replay.from: exemplars");
    assertThatThrownBy(
            () ->
                new Replay(
                    5,
                    Replay.Owner.USER,
                    Replay.Selection.RESERVOIR,
                    1,
                    Replay.Source.EXEMPLARS,
                    3))
        .hasMessageContaining("distillation.replay.from: history");
    assertThatThrownBy(() -> Replay.ofHistory(5, 1, -1))
        .hasMessageContaining("distillation.replay.others");
    assertThatThrownBy(() -> Replay.ofHistory(5, 1, Double.NaN))
        .hasMessageContaining("distillation.replay.others");
    assertThat(Replay.ofHistory(5, 1).remembered()).isZero();
    assertThat(Replay.ofHistory(5, 1).readsHistory()).isTrue();
    assertThat(Replay.ofHistory(0, 1).readsHistory()).isFalse();
  }

  @Test
  void whoTeachesAtNightMakesNoOtherFirstModelAndWhatIsRememberedDoes() {
    EmbeddingOptions options = EmbeddingOptions.retrieval();
    Teaching teaching = new Teaching(0.5, 2, 0, 0, 2, 1, 1);
    EmbeddingDistillation taught = EmbeddingDistillation.NONE.with(teaching);
    Replay replay = new Replay(2, Replay.Owner.ITEM, Replay.Selection.RESERVOIR, 0.5);
    EmbeddingFamily plain = new EmbeddingFamily(options, EmbeddingDistillation.NONE);
    EmbeddingFamily longer =
        new EmbeddingFamily(options.withEpochs(options.training().epochs(), 7), taught);

    assertThat(longer.first()).isEqualTo(plain.first()).isNotEqualTo(longer);
    assertThat(new EmbeddingFamily(options, taught.with(replay)).first())
        .isNotEqualTo(plain.first());
    assertThat(new EmbeddingFamily(options.withEpochs(3, 7), taught).first())
        .isNotEqualTo(plain.first());
  }
}
