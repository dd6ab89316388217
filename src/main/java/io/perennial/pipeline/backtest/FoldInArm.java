package io.perennial.pipeline.backtest;

import io.perennial.distillation.DistillationOptions;
import io.perennial.distillation.DistillationOptions.Update;
import io.perennial.model.FactorRows;
import io.perennial.model.FactorTable;
import io.perennial.model.Scorer;
import io.perennial.model.als.AlsHyperparameters;
import io.perennial.model.als.AlsModel;
import io.perennial.model.als.AlsTrainer;
import io.perennial.model.history.DecayPolicy;
import io.perennial.model.scoring.FactorScorer;
import java.util.Optional;

/**
 * The items of the base model stay; the users of a night are solved exactly from all they did, the
 * new ones too. Items that came later are never recommended.
 */
final class FoldInArm implements Arm {
  /** Users are solved first, on the parent's items, and from their history. */
  private static final DistillationOptions EXACT =
      new DistillationOptions(0, 0, 20, Update.EXACT, Update.DISTILLED);

  private final String name;
  private final AlsHyperparameters parameters;
  private final FirstModels first;
  private final Stopwatch watch;
  private AlsModel base;
  private FactorRows users;

  FoldInArm(String name, AlsHyperparameters parameters, FirstModels first, Stopwatch watch) {
    this.name = name;
    this.parameters = parameters;
    this.first = first;
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
    return Retention.MEASURED;
  }

  @Override
  public Optional<DecayPolicy> reads() {
    return Optional.of(parameters.decay());
  }

  @Override
  public void begin(ReplayedNight night) {
    base = first.of(parameters, night);
    users = base.users().all();
  }

  @Override
  public Scorer scorer(Audience audience) {
    return new FactorScorer(
        new io.perennial.model.MemoryFactorTable(users).rows(audience.users()), base.items());
  }

  @Override
  public Learnt learn(ReplayedNight night) {
    FactorRows folded =
        watch.run(
            () ->
                new AlsTrainer(parameters, EXACT)
                    .train(night.warm(base, parameters.decay()))
                    .changedUsers()
                    .map(FactorTable::all)
                    .orElseThrow());
    users = users.overlaidBy(folded);
    return new Learnt(watch.seconds(), night.rows());
  }
}
