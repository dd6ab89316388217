package io.perennial.model.als;

import io.perennial.distillation.DistillationOptions;
import io.perennial.distillation.DistillationOptions.Update;
import io.perennial.distillation.ScoreDistillation.Weighting;
import io.perennial.model.FactorRows;
import io.perennial.model.TrainingTask;
import io.perennial.model.history.HistoryTable;
import java.util.Optional;

/** Reads what a task needs and opens the engine for it. */
final class EngineChoice {
  /** Pairs that the driver solves by itself, memory permitting. */
  static final long LOCAL_PAIRS = 20_000_000;

  private static final long PAIR_BYTES = 96;
  private final AlsHyperparameters parameters;
  private final DistillationOptions distillation;

  EngineChoice(AlsHyperparameters parameters, DistillationOptions distillation) {
    this.parameters = parameters;
    this.distillation = distillation;
  }

  /** Reads the events and whatever they touch; the caller closes the engine. */
  SweepEngine open(TrainingTask<AlsModel> task) {
    return switch (parameters.solver()) {
      case LOCAL -> local(task, Long.MAX_VALUE);
      case SPARK -> spark(task);
      case AUTO -> {
        long limit = localPairs(parameters.rank(), Runtime.getRuntime().maxMemory());
        yield task.events().count() <= limit ? local(task, limit) : spark(task);
      }
    };
  }

  /**
   * Up to how many pairs the driver solves by itself: {@value #LOCAL_PAIRS}, or as many as fill
   * half of its heap, each with a row of its own on either side.
   */
  static long localPairs(int rank, long heapBytes) {
    long bytesEach = PAIR_BYTES + 2L * rank * Float.BYTES;
    return Math.min(LOCAL_PAIRS, heapBytes / 2 / bytesEach);
  }

  private SweepEngine spark(TrainingTask<AlsModel> task) {
    FactorRows teacher =
        task.parent().map(AlsModel::items).orElse(FactorRows.empty(parameters.rank()));
    PairWeighting weighting = PairWeighting.of(parameters);
    UserBlocks blocks =
        new UserBlocks(
            parameters.rank(),
            parameters.numBlocks(),
            teacher.capacity(),
            weighting,
            Fading.of(parameters.decay()),
            task.now().toEpochMilli());
    return new SparkEngine(
        blocks.of(
            task,
            parameters.decay(),
            needsHistory(task) ? Optional.of(history(task)) : Optional.empty()),
        teacher,
        items -> past(task, items),
        parameters.numBlocks(),
        weighting,
        rowWeighting());
  }

  /**
   * @param limit most pairs of history that the driver takes
   */
  private SweepEngine local(TrainingTask<AlsModel> task, long limit) {
    PairWeighting weighting = PairWeighting.of(parameters);
    Pairs night =
        Pairs.concatenated(
            PairAggregation.pairs(task.events(), weighting, parameters.decay(), task.now())
                .collect());
    int[] touchedUsers = night.distinctUsers();
    int[] touchedItems = NightPairs.items(night);
    FactorRows none = FactorRows.empty(parameters.rank());
    TouchedRows users =
        TouchedRows.of(
            touchedUsers,
            NightPairs.events(touchedUsers, night.users(), night.events()),
            task.parent().map(parent -> parent.users().rows(touchedUsers)).orElse(none));
    TouchedRows items =
        TouchedRows.of(
                touchedItems,
                NightPairs.events(touchedItems, night.items(), night.events()),
                task.parent().map(AlsModel::items).orElse(none))
            .with(past(task, touchedItems));
    Pairs userPairs = night;
    if (needsHistory(task) && night.size() > 0) {
      if (users.eventsSoFar() > limit) {
        return spark(task);
      }
      userPairs =
          night.after(
              history(task).rows(touchedUsers),
              task.parent().map(AlsModel::items).orElse(none).capacity(),
              weighting,
              Fading.of(parameters.decay()),
              task.now().toEpochMilli());
    }
    return new LocalEngine(night, userPairs, users, items, weighting, rowWeighting());
  }

  private Fading itemFading() {
    return parameters
        .itemHalfLife()
        .map(halfLife -> new Fading(halfLife.toMillis()))
        .orElseGet(() -> Fading.of(parameters.decay()));
  }

  /** What the equations of items have summed up, where the night builds on it. */
  private PastSums past(TrainingTask<AlsModel> task, int[] items) {
    return distillation.items() != Update.SUMS
        ? PastSums.NONE
        : task.parent()
            .flatMap(
                parent ->
                    parent
                        .itemSums()
                        .map(
                            sums ->
                                sums.of(
                                    items,
                                    parameters.rank(),
                                    parent.begun(),
                                    task.now().toEpochMilli(),
                                    itemFading())))
            .orElse(PastSums.NONE);
  }

  private Weighting rowWeighting() {
    return parameters.implicitPrefs() ? Weighting.PLAIN : Weighting.POPULARITY;
  }

  private boolean needsHistory(TrainingTask<AlsModel> task) {
    return task.parent().isPresent() && distillation.users() == Update.EXACT;
  }

  private static HistoryTable history(TrainingTask<AlsModel> task) {
    return task.history()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "Exact users need the parent's history; set distillation.users: distilled"
                        + " where none is kept"));
  }
}
