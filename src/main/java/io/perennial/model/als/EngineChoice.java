package io.perennial.model.als;

import io.perennial.distillation.DistillationOptions;
import io.perennial.distillation.DistillationOptions.Update;
import io.perennial.distillation.ScoreDistillation.Weighting;
import io.perennial.model.FactorRows;
import io.perennial.model.TrainingTask;
import io.perennial.model.history.HistoryTable;
import java.util.List;

/** Reads what a task needs and opens the engine for it. */
final class EngineChoice {
  private final AlsHyperparameters parameters;
  private final DistillationOptions distillation;

  EngineChoice(AlsHyperparameters parameters, DistillationOptions distillation) {
    this.parameters = parameters;
    this.distillation = distillation;
  }

  SweepEngine open(TrainingTask<AlsModel> task) {
    return local(task);
  }

  private SweepEngine local(TrainingTask<AlsModel> task) {
    PairWeighting weighting = PairWeighting.of(parameters);
    List<Pairs> pieces =
        PairAggregation.pairs(task.events(), weighting, parameters.decay(), task.now()).collect();
    Pairs night = Pairs.concatenated(pieces);
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
            task.parent().map(AlsModel::items).orElse(none));
    Pairs userPairs = night;
    if (task.parent().isPresent() && distillation.users() == Update.EXACT && night.size() > 0) {
      HistoryTable history = history(task);
      userPairs =
          night.after(
              history.rows(touchedUsers),
              Math.max(
                  task.parent().get().items().capacity(),
                  touchedItems[touchedItems.length - 1] + 1),
              weighting,
              parameters.decay(),
              task.now().toEpochMilli());
    }
    return new LocalEngine(
        night,
        userPairs,
        users,
        items,
        weighting,
        parameters.implicitPrefs() ? Weighting.PLAIN : Weighting.POPULARITY);
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
