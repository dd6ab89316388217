package io.perennial.model.embedding;

import io.perennial.Behaviours;
import io.perennial.model.Feedback;
import io.perennial.model.FoldIn;
import io.perennial.model.ModelCodec;
import io.perennial.model.ModelFamily;
import io.perennial.model.Trainer;
import io.perennial.model.embedding.EmbeddingOptions.Serving;
import io.perennial.model.embedding.step.Heads;
import io.perennial.model.history.DecayPolicy;
import io.perennial.model.history.ItemStatistics;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Embeddings of users and items, learnt in mini-batches.
 *
 * @param options what is learnt
 * @param distillation how a parent teaches
 * @param behaviours of which each has a head where they are several
 */
public record EmbeddingFamily(
    EmbeddingOptions options, EmbeddingDistillation distillation, Behaviours behaviours)
    implements ModelFamily<EmbeddingModel> {
  /** As in the pipeline file. */
  public static final String NAME = "embedding";

  /** Of one kind of feedback. */
  public EmbeddingFamily(EmbeddingOptions options, EmbeddingDistillation distillation) {
    this(options, distillation, Behaviours.NONE);
  }

  public EmbeddingFamily {
    Objects.requireNonNull(behaviours, "behaviours");
    Objects.requireNonNull(options, "options");
    Objects.requireNonNull(distillation, "distillation");
    for (String name : options.rated()) {
      if (behaviours.place(name).orElse(0) == 0) {
        throw new IllegalArgumentException(
            "model.rated: '"
                + name
                + "' is no behaviour beside the main one; there are "
                + behaviours.names()
                + ", the main one first. See the section behaviours.");
      }
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  /** Heads of the behaviours. */
  static Heads heads(EmbeddingOptions options, Behaviours behaviours) {
    double[] weights = behaviours.byPlace();
    boolean[] rated = new boolean[weights.length];
    options.rated().forEach(name -> rated[behaviours.place(name).orElseThrow()] = true);
    return new Heads(Arrays.stream(weights).map(weight -> weight / weights[0]).toArray(), rated);
  }

  @Override
  public Feedback feedback() {
    return options.recipe().learnsRatings() ? Feedback.EXPLICIT : Feedback.IMPLICIT;
  }

  /**
   * From scratch nobody teaches; how often a night sees its events, and how users are served, makes
   * no difference.
   */
  @Override
  public EmbeddingFamily first() {
    return new EmbeddingFamily(
        options.withEpochs(options.training().epochs(), 1).with(Serving.STORED),
        distillation.first(),
        behaviours);
  }

  @Override
  public Trainer<EmbeddingModel> trainer() {
    return new EmbeddingTrainer(options, distillation, behaviours);
  }

  @Override
  public ModelCodec<EmbeddingModel> codec() {
    return new EmbeddingCodec();
  }

  @Override
  public DecayPolicy decay() {
    return options.decay();
  }

  @Override
  public FoldIn foldIn(EmbeddingModel model, Instant now) {
    return EmbeddingFoldIn.of(model, options, behaviours, now);
  }

  @Override
  public Set<HistoryUse> historyUses() {
    Set<HistoryUse> uses = EnumSet.noneOf(HistoryUse.class);
    if (distillation.replay().readsHistory()) {
      uses.add(HistoryUse.TRAINING);
    }
    if (servesFresh()) {
      uses.add(HistoryUse.SERVING);
    }
    return uses;
  }

  /** Nothing of an embedding fades. */
  @Override
  public EmbeddingModel asOf(EmbeddingModel model, ItemStatistics statistics, Instant now) {
    return model;
  }

  @Override
  public Optional<FoldIn> serving(EmbeddingModel model, Instant now) {
    return servesFresh() ? Optional.of(foldIn(model, now)) : Optional.empty();
  }

  @Override
  public boolean servesFresh(EmbeddingModel model, Instant now) {
    return servesFresh();
  }

  private boolean servesFresh() {
    return options.serving().users() == Serving.Users.FRESH;
  }
}
