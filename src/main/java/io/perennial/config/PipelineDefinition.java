package io.perennial.config;

import io.perennial.Behaviours;
import io.perennial.evaluation.EvaluationOptions;
import io.perennial.event.EventSource;
import io.perennial.event.IngestOptions;
import io.perennial.gate.GateOptions;
import io.perennial.model.FamilyOptions;
import io.perennial.model.Feedback;
import io.perennial.model.blend.RankedBy;
import io.perennial.model.feature.FeatureTables;
import io.perennial.recommendation.ItemTable;
import io.perennial.recommendation.RecommendationOptions;
import io.perennial.slice.SplitPolicy;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Everything that decides what is learned, and how it is recommended; valid once built.
 *
 * @param name of the pipeline: lower-case letters, digits and dashes
 * @param zone in which days, intervals and nights begin
 * @param seed of every random choice
 * @param source table that nights read
 * @param ingest how files become events; empty: the pipeline reads a table that others fill
 * @param features what is known of users and items beside events
 * @param split how a slice is cut
 * @param learner model family with its options, and those of its distillation
 * @param absorb whether a promoted update is run once more over the whole slice; default true
 * @param rankedBy by what the items of a user are ranked; default model
 * @param evaluation what is measured
 * @param gate what may pass
 * @param maximalPendingNights rejected nights in a row after which a pipeline stops; default 3
 * @param keyframeEvery a version with every row is written after so many deltas; default 14
 * @param backtest how history is replayed; not part of the digest, as it decides no night
 * @param recommendation what is recommended; no part of the digest, since nothing is learnt by it
 * @param items table that says more about items, for recommendations; no part of the digest either
 * @param schedule when nights run; empty: nobody schedules them; no part of the digest either
 * @param digest SHA-256, hex, of the canonical form of everything that decides what is learned
 * @param text canonical form, key to value, for lineage and reports
 */
public record PipelineDefinition(
    String name,
    ZoneId zone,
    long seed,
    EventSource source,
    Optional<IngestOptions> ingest,
    FeatureTables features,
    SplitPolicy split,
    FamilyOptions<?, ?> learner,
    boolean absorb,
    RankedBy rankedBy,
    EvaluationOptions evaluation,
    GateOptions gate,
    int maximalPendingNights,
    int keyframeEvery,
    BacktestDefinition backtest,
    RecommendationOptions recommendation,
    Optional<ItemTable> items,
    Optional<Schedule> schedule,
    String digest,
    Map<String, String> text) {
  private static final OptionalInt MAIN = OptionalInt.of(0);

  /** What people do, and what each kind counts. */
  public Behaviours behaviours() {
    return source.behaviours();
  }

  /** Place of the behaviour whose events users are tested on; empty: types are not told apart. */
  public OptionalInt judged() {
    return behaviours().isPresent()
        ? OptionalInt.of(evaluation.behaviour().map(behaviours()::place).orElse(MAIN).getAsInt())
        : OptionalInt.empty();
  }

  /** What the value of an event means. */
  public Feedback feedback() {
    return learner.feedback();
  }

  /** Name of the model family: {@code als}. */
  public String family() {
    return learner.name();
  }

  /** The family's own options record. */
  public Record model() {
    return learner.model();
  }

  /** How the parent teaches: the family's own options record. */
  public Record distillation() {
    return learner.distillation();
  }

  /** The same pipeline, replayed with other parameters. */
  public PipelineDefinition with(BacktestDefinition other) {
    return new PipelineDefinition(
        name,
        zone,
        seed,
        source,
        ingest,
        features,
        split,
        learner,
        absorb,
        rankedBy,
        evaluation,
        gate,
        maximalPendingNights,
        keyframeEvery,
        other,
        recommendation,
        items,
        schedule,
        digest,
        text);
  }
}
