package io.perennial.bench;

import io.perennial.Progress;
import io.perennial.distillation.DistillationOptions;
import io.perennial.model.TrainingTask;
import io.perennial.model.als.AlsHyperparameters;
import io.perennial.model.als.AlsHyperparameters.Solver;
import io.perennial.model.als.AlsModel;
import io.perennial.model.als.AlsTrainer;
import io.perennial.model.history.DecayPolicy;
import java.time.Instant;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Models from scratch, with the parameters that benchmarks compare. */
final class Training {
  static final double REG_PARAM = 0.05;
  static final double ALPHA = 2;
  private static final long SEED = 1;

  private Training() {}

  /** What Spark MLlib's ALS solves as well, α = 2, λ = 0.05. */
  static AlsHyperparameters stock(int rank, int sweeps, Solver solver) {
    AlsHyperparameters stock = AlsHyperparameters.mllib();
    return new AlsHyperparameters(
        rank,
        sweeps,
        1,
        REG_PARAM,
        stock.regScaling(),
        true,
        ALPHA,
        stock.confidence(),
        stock.unobservedWeight(),
        alike(stock.decay().aggregate()),
        stock.numBlocks(),
        solver,
        stock.initialScale());
  }

  /** The product's own preset for implicit feedback, without decay. */
  static AlsHyperparameters preset(int rank, int sweeps) {
    AlsHyperparameters preset = AlsHyperparameters.ials();
    return new AlsHyperparameters(
        rank,
        sweeps,
        1,
        preset.regParam(),
        preset.regScaling(),
        true,
        preset.alpha(),
        preset.confidence(),
        preset.unobservedWeight(),
        alike(preset.decay().aggregate()),
        preset.numBlocks(),
        Solver.LOCAL,
        preset.initialScale());
  }

  private static DecayPolicy alike(DecayPolicy.Aggregate aggregate) {
    return new DecayPolicy(Optional.empty(), aggregate);
  }

  /** Learns all events from scratch. */
  static AlsModel scratch(Dataset<Row> events, AlsHyperparameters parameters) {
    return scratch(events, parameters, Progress.SILENT);
  }

  /** The same, with somebody who listens. */
  static AlsModel scratch(Dataset<Row> events, AlsHyperparameters parameters, Progress progress) {
    AlsModel model =
        new AlsTrainer(parameters, DistillationOptions.DEFAULT)
            .train(
                new TrainingTask<>(
                    events, Optional.empty(), Optional.empty(), Instant.EPOCH, SEED, progress));
    // Rows on Spark are only worked out when somebody asks for them.
    model.users().size();
    return model;
  }
}
