package io.perennial.model.embedding;

import io.perennial.Behaviours;
import io.perennial.model.FamilyDescription;
import io.perennial.model.Feedback;
import io.perennial.model.ModelFamily;
import io.perennial.model.OptionsSearch;
import io.perennial.model.embedding.replay.Replay;
import io.perennial.model.history.DecayPolicy;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Embeddings, as pipeline files name them. */
public final class EmbeddingDescription
    implements FamilyDescription<EmbeddingOptions, EmbeddingDistillation> {
  @Override
  public String name() {
    return EmbeddingFamily.NAME;
  }

  @Override
  public List<Preset<EmbeddingOptions>> presets() {
    return List.of(
        new Preset<>("retrieval", EmbeddingOptions.retrieval()),
        new Preset<>("ratings", EmbeddingOptions.ratings()),
        new Preset<>("tutorial", EmbeddingOptions.tutorial()));
  }

  /**
   * Nobody teaches unless the file says so: what each kind is worth depends on the data. What users
   * did is seen again from their histories, without which those of a few events forget.
   */
  @Override
  public EmbeddingDistillation distillation(EmbeddingOptions options) {
    return EmbeddingDistillation.NONE.with(Replay.ofHistory(200, 0.5));
  }

  @Override
  public EmbeddingDistillation untaught() {
    return EmbeddingDistillation.NONE;
  }

  @Override
  public Feedback feedback(EmbeddingOptions options) {
    return options.recipe().learnsRatings() ? Feedback.EXPLICIT : Feedback.IMPLICIT;
  }

  @Override
  public String feedbackReason(EmbeddingOptions options) {
    return "model.recipe.objective is "
        + options.recipe().objective().name().toLowerCase(Locale.ROOT);
  }

  @Override
  public boolean learnsFeatures(EmbeddingOptions options) {
    return true;
  }

  @Override
  public ModelFamily<EmbeddingModel> family(
      EmbeddingOptions options, EmbeddingDistillation distillation) {
    return new EmbeddingFamily(options, distillation);
  }

  @Override
  public ModelFamily<EmbeddingModel> family(
      EmbeddingOptions options, EmbeddingDistillation distillation, Behaviours behaviours) {
    return new EmbeddingFamily(options, distillation, behaviours);
  }

  @Override
  public Optional<EmbeddingOptions> fading(EmbeddingOptions options, DecayPolicy decay) {
    return Optional.of(options.with(decay));
  }

  @Override
  public Optional<OptionsSearch<EmbeddingOptions, EmbeddingDistillation>> search() {
    return Optional.of(new EmbeddingSearch());
  }
}
