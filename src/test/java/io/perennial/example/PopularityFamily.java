package io.perennial.example;

import io.perennial.model.Feedback;
import io.perennial.model.FoldIn;
import io.perennial.model.ModelCodec;
import io.perennial.model.ModelFamily;
import io.perennial.model.Trainer;
import io.perennial.model.history.DecayPolicy;
import io.perennial.model.history.ItemStatistics;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * What the stages of a night are given. A record: arms of a backtest with equal families share
 * their first model.
 */
public record PopularityFamily(PopularityOptions options) implements ModelFamily<PopularityModel> {
  static final String NAME = "decayed-popularity";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Feedback feedback() {
    return Feedback.IMPLICIT;
  }

  @Override
  public Trainer<PopularityModel> trainer() {
    return new PopularityTrainer(options.halfLife());
  }

  @Override
  public ModelCodec<PopularityModel> codec() {
    return new PopularityCodec();
  }

  @Override
  public DecayPolicy decay() {
    return new DecayPolicy(Optional.of(options.halfLife()), DecayPolicy.Aggregate.NONE);
  }

  /** Nobody's history is read. */
  @Override
  public Set<HistoryUse> historyUses() {
    return Set.of();
  }

  /** Whoever did something with an item that the model knows gets the vector of everybody. */
  @Override
  public FoldIn foldIn(PopularityModel model, Instant now) {
    return new Everybody(model.items().indices());
  }

  /** All fade alike, so their order stays. */
  @Override
  public PopularityModel asOf(PopularityModel model, ItemStatistics statistics, Instant now) {
    return model;
  }

  @Override
  public Optional<FoldIn> serving(PopularityModel model, Instant now) {
    return Optional.empty();
  }
}
