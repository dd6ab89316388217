package io.perennial.pipeline.backtest;

import io.perennial.evaluation.baseline.ItemNeighbours;
import io.perennial.evaluation.baseline.NeighbourOptions;
import io.perennial.model.Scorer;
import io.perennial.model.history.DecayPolicy;
import io.perennial.model.history.HistoryBuilder;
import io.perennial.model.history.HistoryRows;
import io.perennial.model.history.InteractionHistory;
import java.time.ZoneId;
import java.util.Optional;

/**
 * Neighbours of the items that a user had, found anew every so many nights; what a user had is
 * always that of the night before. All history counts alike.
 */
final class NeighbourArm implements Arm {
  private final String name;
  private final NeighbourOptions options;
  private final DecayPolicy alike;
  private final HistoryBuilder histories;
  private final int every;
  private final Stopwatch watch;
  private ItemNeighbours neighbours;

  NeighbourArm(
      String name,
      NeighbourOptions options,
      DecayPolicy.Aggregate aggregate,
      ZoneId zone,
      int every,
      Stopwatch watch) {
    this.name = name;
    this.options = options;
    this.alike = new DecayPolicy(Optional.empty(), aggregate);
    this.histories = new HistoryBuilder(alike, zone);
    this.every = every;
    this.watch = watch;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Memory memory() {
    return Memory.EVERY_NIGHT;
  }

  @Override
  public Retention retention() {
    return Retention.NOT_MEASURED;
  }

  @Override
  public Optional<DecayPolicy> reads() {
    return Optional.of(alike);
  }

  @Override
  public void begin(ReplayedNight base) {
    learn(base);
  }

  @Override
  public Scorer scorer(Audience audience) {
    return neighbours.scorer(audience.counted(alike));
  }

  @Override
  public Learnt learn(ReplayedNight night) {
    if (night.number() % every != 0) {
      return Learnt.NOTHING;
    }
    var everything = night.everything().get();
    neighbours =
        watch.run(
            () -> {
              InteractionHistory all = HistoryRows.collect(histories.fromScratch(everything));
              return ItemNeighbours.of(all, options);
            });
    return new Learnt(watch.seconds(), night.rowsSoFar());
  }
}
