package io.perennial.model.embedding;

import io.perennial.Behaviours;
import io.perennial.model.FactorRows;
import io.perennial.model.FoldIn;
import io.perennial.model.embedding.replay.ReplayWeight;
import io.perennial.model.embedding.rounds.Beginning;
import io.perennial.model.embedding.rounds.BiasRound;
import io.perennial.model.embedding.rounds.EventRows;
import io.perennial.model.embedding.rounds.HeldBack;
import io.perennial.model.embedding.rounds.Partition;
import io.perennial.model.embedding.rounds.PastPairs;
import io.perennial.model.embedding.rounds.Round;
import io.perennial.model.embedding.rounds.UserRows;
import io.perennial.model.embedding.rounds.UserTower;
import io.perennial.model.embedding.rounds.WorkerState;
import io.perennial.model.embedding.step.ExplodedLossException;
import io.perennial.model.embedding.step.Heads;
import io.perennial.model.embedding.step.ItemChances;
import io.perennial.model.embedding.step.ParameterRows;
import io.perennial.model.embedding.step.Parameters;
import io.perennial.model.embedding.step.Recipe;
import io.perennial.model.embedding.step.RowEvidence;
import io.perennial.model.embedding.step.StillRows;
import io.perennial.model.embedding.step.Teaching;
import io.perennial.model.embedding.step.TrainingStep;
import io.perennial.model.history.InteractionHistory;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * New users by the steps of training, with items and dense unit as they are: each begins at the
 * users' mean, with its bias at its shrunk mean, and sees its history for some epochs. A user's
 * vector does not depend on who else is asked for. Of several behaviours a history keeps one count
 * a pair, in which each event has its weight: they are examples of the main head.
 */
final class EmbeddingFoldIn implements FoldIn {
  private static final long serialVersionUID = 1L;
  private static final long SEED = 1;

  /** Steps of an epoch, where there are as many events: a user alone would have one a batch. */
  private static final int PARTS = 10;

  /** Steps at least: as many as it takes Adam from the mean to anywhere. */
  private static final int LEAST_STEPS = 100;

  private final EmbeddingOptions options;
  private final int[] itemIndices;
  private final ParameterRows items;
  private final ParameterRows dense;
  private final float[] evidence;
  private final float[] meanUser;
  private final double mainWeight;
  private final long now;

  private EmbeddingFoldIn(
      EmbeddingOptions options,
      EmbeddingModel model,
      ParameterRows items,
      double mainWeight,
      long now) {
    this.options = options;
    this.mainWeight = mainWeight;
    this.itemIndices = model.itemTable().indices();
    this.items = items;
    this.dense = model.dense();
    this.evidence = model.itemTable().eventCounts();
    this.meanUser = model.userMean().any() ? ItemSide.mean(model.userMean()) : new float[0];
    this.now = now;
  }

  /**
   * @param options with which the model was learnt
   * @param now instant to which events fade
   */
  static EmbeddingFoldIn of(
      EmbeddingModel model, EmbeddingOptions options, Behaviours behaviours, Instant now) {
    return new EmbeddingFoldIn(
        options,
        model,
        ParameterRows.fresh(model.form().width(), model.itemTable().values()),
        behaviours.byPlace()[0],
        now.toEpochMilli());
  }

  @Override
  public FactorRows vectors(InteractionHistory histories) {
    int[] users = histories.users();
    FactorRows[] found = new FactorRows[users.length];
    boolean[] still = new boolean[itemIndices.length];
    Arrays.fill(still, true);
    Recipe recipe = options.recipe();
    Beginning beginning =
        new Beginning(
            recipe,
            options.start().spread(),
            meanUser,
            itemIndices,
            HeldBack.NOTHING,
            recipe.learnsRatings() ? ReplayWeight.FULL : new ReplayWeight(1, options.decay(), now),
            still,
            UserTower.NONE,
            SEED,
            Heads.ONE,
            new PastPairs(mainWeight, Integer.MAX_VALUE));
    ParameterRows row = ParameterRows.fresh(recipe.width(), new float[recipe.width()]);
    float[] behind = {1f};
    try (TrainingStep step =
        new TrainingStep(
            recipe,
            new Parameters(row, items, dense, ParameterRows.fresh(1, new float[1])),
            new StillRows(new boolean[0], still, true),
            new RowEvidence(behind, evidence),
            new ItemChances(evidence, evidence, recipe.popularityPower()),
            Optional.empty(),
            Teaching.NONE,
            new int[0])) {
      for (int n = 0; n < users.length; n++) {
        EventRows events = beginning.again(histories, n);
        found[n] =
            events.size() == 0
                ? FactorRows.empty(items.width())
                : learnt(events, beginning, row, behind, step);
      }
    }
    return joined(found, items.width());
  }

  private static FactorRows joined(FactorRows[] rows, int width) {
    int[] indices = new int[rows.length];
    float[] values = new float[rows.length * width];
    float[] counts = new float[rows.length];
    int n = 0;
    for (FactorRows row : rows) {
      if (row.size() > 0 && row.isFinite()) {
        indices[n] = row.indices()[0];
        counts[n] = row.eventCounts()[0];
        System.arraycopy(row.values(), 0, values, n * width, width);
        n++;
      }
    }
    return new FactorRows(
        width,
        Arrays.copyOf(indices, n),
        Arrays.copyOf(values, n * width),
        Arrays.copyOf(counts, n));
  }

  /** The row of one user, who may not be there: 0 rows where his steps lead nowhere. */
  private FactorRows learnt(
      EventRows events, Beginning beginning, ParameterRows row, float[] behind, TrainingStep step) {
    int width = items.width();
    WorkerState state =
        beginning.worker(
            0, events, EventRows.none(), FactorRows.empty(width), FactorRows.empty(2 * width));
    Recipe recipe = options.recipe();
    if (recipe.learnsRatings() && recipe.biases()) {
      BiasRound.Input input =
          new BiasRound.Input(
              recipe, items, new boolean[itemIndices.length], dense.values()[0], dense.values()[1]);
      state = new BiasRound().apply(state, input).next();
    }
    System.arraycopy(state.users().values(), 0, row.values(), 0, width);
    Arrays.fill(row.first(), 0f);
    Arrays.fill(row.second(), 0f);
    row.steps()[0] = 0;
    behind[0] = events.size();
    try {
      int batch = Math.min(options.training().batch(), (events.size() + PARTS - 1) / PARTS);
      int steps = (events.size() + batch - 1) / batch;
      int epochs = Math.max(options.serving().epochs(), (LEAST_STEPS + steps - 1) / steps);
      for (int epoch = 0; epoch < epochs; epoch++) {
        int[] order = Round.order(events.size(), Partition.seed(SEED, epoch));
        for (int from = 0; from < order.length; from += batch) {
          step.learn(
              state.training(),
              order,
              from,
              Math.min(order.length, from + batch),
              recipe.adam().learningRate(),
              new SplittableRandom(Partition.seed(SEED, epoch, from)));
        }
      }
    } catch (ExplodedLossException nowhere) {
      return FactorRows.empty(width);
    }
    return UserRows.values(state.with(row.copy()), width);
  }
}
