package io.perennial.pipeline.backtest;

import io.perennial.model.FactorRows;
import io.perennial.model.MemoryFactorTable;
import io.perennial.model.Model;
import io.perennial.model.ModelFamily;
import io.perennial.model.Scorer;
import io.perennial.model.history.DecayPolicy;
import io.perennial.model.history.HistoryBuilder;
import io.perennial.model.history.HistoryTable;
import io.perennial.model.history.InteractionHistory;
import java.time.ZoneId;
import java.util.Optional;

/**
 * The items of the base model stay; the users of a night are folded in from all they did, the new
 * ones too. Items that came later are never recommended.
 */
final class FoldInArm<M extends Model> implements Arm {
  private final String name;
  private final ModelFamily<M> family;
  private final HistoryBuilder histories;
  private final FirstModels first;
  private final Stopwatch watch;
  private M base;
  private FactorRows users;

  FoldInArm(String name, ModelFamily<M> family, ZoneId zone, FirstModels first, Stopwatch watch) {
    this.name = name;
    this.family = family.first();
    this.histories = new HistoryBuilder(family.decay(), zone);
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
    return Optional.of(family.decay());
  }

  @Override
  public void begin(ReplayedNight night) {
    base = first.of(family, night);
    users = family.codec().encode(base).users().all();
  }

  @Override
  public Scorer scorer(Audience audience) {
    return base.scorer(new MemoryFactorTable(users).rows(audience.users()));
  }

  @Override
  public Learnt learn(ReplayedNight night) {
    HistoryTable before = night.histories().get(family.decay());
    FactorRows folded =
        watch.run(
            () -> {
              InteractionHistory whole = histories.merged(before, night.events());
              return family.foldIn(base, night.end()).vectors(whole);
            });
    users = users.overlaidBy(folded);
    return new Learnt(watch.seconds(), night.rows());
  }
}
