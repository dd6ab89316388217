package io.perennial.model.als;

import io.perennial.distillation.DistillationOptions;
import io.perennial.distillation.ScoreDistillation;
import io.perennial.distillation.ScoreDistillation.Weighting;
import io.perennial.model.FactorRows;
import io.perennial.model.FoldIn;
import io.perennial.model.history.InteractionHistory;
import java.time.Instant;
import java.util.Arrays;

/**
 * Users in closed form: the half-sweep of a user without a teacher row, against the item rows of a
 * version (Hu, Koren and Volinsky 2008, equation 4).
 */
final class AlsFoldIn implements FoldIn {
  private static final long serialVersionUID = 1L;
  private final SweepBasis basis;
  private final FactorRows items;
  private final PairWeighting weighting;
  private final Fading fading;
  private final long now;

  private AlsFoldIn(
      SweepBasis basis, FactorRows items, PairWeighting weighting, Fading fading, long now) {
    this.basis = basis;
    this.items =
        new FactorRows(
            items.rank(), items.indices(), basis.turned(items.values()), items.eventCounts());
    this.weighting = weighting;
    this.fading = fading;
    this.now = now;
  }

  /**
   * @param items rows of the model, of all items that histories will hold
   * @param parameters with which the model was learnt
   * @param now instant to which events fade
   */
  static AlsFoldIn of(
      AlsModel model, FactorRows items, AlsHyperparameters parameters, Instant now) {
    int rank = model.rank();
    double unobserved = model.implicitPrefs() ? parameters.unobservedWeight() : 0;
    boolean byCatalogue =
        parameters.regScaling() == AlsHyperparameters.RegScaling.COUNT_AND_CATALOGUE;
    double[] none = new double[rank * rank];
    HalfSweep sweep =
        new HalfSweep(
            "user",
            rank,
            SideSums.times(model.itemGramian().values(), unobserved),
            none,
            new ScoreDistillation(DistillationOptions.NONE, none, none, 0, Weighting.PLAIN),
            parameters.regParam(),
            byCatalogue ? parameters.regParam() * unobserved * model.catalogue() : 0,
            0,
            0,
            0,
            byCatalogue,
            parameters.biases().ofUsers(rank));
    return new AlsFoldIn(
        SweepBasis.of(sweep),
        items,
        new PairWeighting(!model.implicitPrefs(), parameters.confidence(), parameters.alpha()),
        Fading.of(parameters.decay()),
        now.toEpochMilli());
  }

  @Override
  public FactorRows vectors(InteractionHistory histories) {
    int pairs = histories.pairs();
    int[] users = new int[histories.users().length];
    int[] keys = new int[pairs];
    int[] rows = new int[pairs];
    float[] counts = new float[pairs];
    float[] values = new float[pairs];
    int found = 0;
    int n = 0;
    for (int u = 0; u < users.length; u++) {
      int before = n;
      for (int p = histories.offsets()[u]; p < histories.offsets()[u + 1]; p++) {
        int row = items.position(histories.items()[p]);
        if (row >= 0) {
          double fade = fading.after(now - histories.lastTimes()[p]);
          float count = (float) (weighting.isRating() ? fade : histories.counts()[p] * fade);
          keys[n] = histories.users()[u];
          rows[n] = row;
          counts[n] = count;
          values[n] = weighting.historic(count, histories.values()[p]);
          n++;
        }
      }
      if (n > before) {
        users[found++] = histories.users()[u];
      }
    }
    if (found == 0) {
      return FactorRows.empty(items.rank());
    }
    int[] known = Arrays.copyOf(users, found);
    int[] pairUsers = Arrays.copyOf(keys, n);
    TouchedRows touched =
        TouchedRows.of(
            known,
            NightPairs.events(known, pairUsers, Arrays.copyOf(counts, n)),
            FactorRows.empty(items.rank()));
    EntityBlock block =
        EntityBlock.of(
            touched,
            pairUsers,
            Arrays.copyOf(rows, n),
            Arrays.copyOf(counts, n),
            Arrays.copyOf(values, n),
            weighting);
    return solved(touched, block);
  }

  /** One user's odd events must not keep the others from their vectors. */
  private FactorRows solved(TouchedRows users, EntityBlock block) {
    int rank = items.rank();
    float[] out = new float[Math.multiplyExact(users.size(), rank)];
    EntitySolver solver = new EntitySolver(basis);
    int[] solvable = new int[users.size()];
    int found = 0;
    for (int n = 0; n < users.size(); n++) {
      try {
        solver.solve(block, n, n + 1, items.values(), out, PastSums.NONE);
        System.arraycopy(out, n * rank, out, found * rank, rank);
        solvable[found++] = users.indices()[n];
      } catch (NotPositiveDefiniteException | DivergedTrainingException unsolvable) {
        continue;
      }
    }
    return users.some(Arrays.copyOf(solvable, found)).learnt(Arrays.copyOf(out, found * rank));
  }
}
