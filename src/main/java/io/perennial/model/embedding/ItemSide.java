package io.perennial.model.embedding;

import io.perennial.model.FactorRows;
import io.perennial.model.embedding.rounds.Beginning;
import io.perennial.model.embedding.rounds.ItemCounts;
import io.perennial.model.embedding.rounds.TaughtItems;
import io.perennial.model.embedding.rounds.UserRows;
import io.perennial.model.embedding.step.ItemChances;
import io.perennial.model.embedding.step.ParameterRows;
import io.perennial.model.embedding.step.StillRows;
import io.perennial.model.feature.EncodedFeatures;
import io.perennial.model.feature.SparseRows;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Every item of a training, by row: those of the parent, tonight's, and those that have features
 * and no event yet. The last are not learnt and not sampled.
 */
final class ItemSide {
  private final int[] indices;
  private final boolean[] inParent;
  private final boolean[] known;
  private final float[] learnt;
  private final float[] tonight;
  private final SparseRows inputs;

  private ItemSide(
      int[] indices,
      boolean[] inParent,
      boolean[] known,
      float[] learnt,
      float[] tonight,
      SparseRows inputs) {
    this.indices = indices;
    this.inParent = inParent;
    this.known = known;
    this.learnt = learnt;
    this.tonight = tonight;
    this.inputs = inputs;
  }

  /**
   * @param features inputs of items
   */
  static ItemSide of(
      ItemCounts counts, Optional<EmbeddingModel> parent, int width, EncodedFeatures features) {
    FactorRows before = parent.map(EmbeddingModel::itemTable).orElse(FactorRows.empty(width));
    int[] indices =
        Stream.of(before.indices(), counts.items(), features.known())
            .flatMapToInt(Arrays::stream)
            .sorted()
            .distinct()
            .toArray();
    boolean[] inParent = new boolean[indices.length];
    boolean[] known = new boolean[indices.length];
    float[] learnt = new float[indices.length];
    float[] tonight = new float[indices.length];
    for (int row = 0; row < indices.length; row++) {
      int at = before.position(indices[row]);
      inParent[row] = at >= 0;
      known[row] = at >= 0 && before.eventCounts()[at] > 0;
      learnt[row] = at >= 0 ? before.eventCounts()[at] : 0f;
      int now = Arrays.binarySearch(counts.items(), indices[row]);
      tonight[row] = now >= 0 ? (float) counts.counts()[now] : 0f;
    }
    return new ItemSide(indices, inParent, known, learnt, tonight, features.by(indices));
  }

  /** Index of every row, increasing. */
  int[] indices() {
    return indices;
  }

  /** Inputs of every row. */
  SparseRows inputs() {
    return inputs;
  }

  /** Rows of which the parent has learnt nothing, and which may begin tonight. */
  boolean[] fresh() {
    boolean[] fresh = new boolean[known.length];
    for (int row = 0; row < fresh.length; row++) {
      fresh[row] = !known[row] && (tonight[row] > 0 || !inParent[row]);
    }
    return fresh;
  }

  /** Which rows are among some items. */
  boolean[] among(ItemCounts some) {
    boolean[] among = new boolean[indices.length];
    for (int item : some.items()) {
      among[Arrays.binarySearch(indices, item)] = true;
    }
    return among;
  }

  /** Events that a row had learnt from before tonight. */
  float learnt(int row) {
    return learnt[row];
  }

  /** Rows with new events. */
  boolean[] touched() {
    boolean[] touched = new boolean[tonight.length];
    for (int row = 0; row < touched.length; row++) {
      touched[row] = tonight[row] > 0;
    }
    return touched;
  }

  /**
   * Rows as they begin: the parent's, else what the tower makes, else the mean of the parent's.
   *
   * @param made what the tower makes of those that have inputs
   */
  ParameterRows begin(Beginning beginning, Optional<EmbeddingModel> parent, float[] made) {
    int width = beginning.recipe().width();
    return parent
        .map(
            p -> {
              RowMean mean = RowMean.of(p.itemTable());
              return beginning.items(
                  p.itemTable(),
                  p.itemMoments(),
                  mean.any() ? mean(mean) : new float[0],
                  inputs,
                  made);
            })
        .orElseGet(
            () ->
                beginning.items(
                    FactorRows.empty(width),
                    FactorRows.empty(2 * width),
                    new float[0],
                    inputs,
                    made));
  }

  /** A mean as a row. */
  static float[] mean(RowMean mean) {
    float[] row = new float[mean.sum().length];
    for (int c = 0; c < row.length; c++) {
      row[c] = mean.at(c);
    }
    return row;
  }

  /** What a parent teaches, by row. */
  TaughtItems taught(EmbeddingModel parent) {
    FactorRows before = parent.itemTable();
    FactorRows moments = parent.itemMoments();
    int width = before.rank();
    ParameterRows rows = ParameterRows.fresh(width, new float[indices.length * width]);
    for (int row = 0; row < indices.length; row++) {
      int at = before.position(indices[row]);
      if (at >= 0) {
        System.arraycopy(before.values(), at * width, rows.values(), row * width, width);
        System.arraycopy(
            moments.values(), at * 2 * width + width, rows.second(), row * width, width);
        rows.steps()[row] = (int) moments.eventCounts()[at];
      }
    }
    return new TaughtItems(rows, known, parent.dense());
  }

  /** Rows of the items that the parent has most events of, at most so many, increasing. */
  int[] probes(int most) {
    return IntStream.range(0, indices.length)
        .filter(row -> known[row])
        .boxed()
        .sorted((a, b) -> learnt[a] != learnt[b] ? Float.compare(learnt[b], learnt[a]) : a - b)
        .limit(most)
        .mapToInt(row -> row)
        .sorted()
        .toArray();
  }

  ItemChances chances(double power) {
    return new ItemChances(counts(), tonight, power);
  }

  /** Events behind each row, tonight's included, 1 or more. */
  float[] evidence() {
    float[] sums = new float[tonight.length];
    for (int row = 0; row < sums.length; row++) {
      sums[row] = Math.max(1f, learnt[row] + tonight[row]);
    }
    return sums;
  }

  /** At night what has no new event stays, and so do the dense units. */
  StillRows still(boolean night) {
    if (!night) {
      return StillRows.NONE;
    }
    boolean[] still = new boolean[tonight.length];
    for (int row = 0; row < still.length; row++) {
      still[row] = !(tonight[row] > 0);
    }
    return new StillRows(new boolean[0], still, true);
  }

  /** Every row, with the events that it has learnt from. */
  FactorRows table(ParameterRows rows) {
    return new FactorRows(rows.width(), indices, rows.values(), counts());
  }

  private float[] counts() {
    float[] counts = new float[tonight.length];
    for (int row = 0; row < counts.length; row++) {
      counts[row] = learnt[row] + tonight[row];
    }
    return counts;
  }

  /** Moments of every row. */
  FactorRows moments(ParameterRows rows) {
    int[] all = IntStream.range(0, indices.length).toArray();
    return new FactorRows(
        2 * rows.width(), indices, UserRows.moments(rows, all), UserRows.steps(rows, all));
  }

  /** Those of some rows that have new events, or are new. */
  FactorRows moved(FactorRows all) {
    int[] moved =
        IntStream.range(0, tonight.length)
            .filter(row -> tonight[row] > 0 || !inParent[row])
            .toArray();
    int[] some = new int[moved.length];
    float[] values = new float[moved.length * all.rank()];
    float[] counts = new float[moved.length];
    for (int n = 0; n < moved.length; n++) {
      some[n] = indices[moved[n]];
      counts[n] = all.eventCounts()[moved[n]];
      System.arraycopy(all.values(), moved[n] * all.rank(), values, n * all.rank(), all.rank());
    }
    return new FactorRows(all.rank(), some, values, counts);
  }
}
