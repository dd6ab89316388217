package io.perennial.model.embedding.step;

import io.perennial.model.kernel.Kernel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * One behaviour over rows that all behaviours share: its examples of a batch, its scores and its
 * losses. The main head sees the rows as they are, each other through a {@link Diagonal} of its
 * own.
 */
final class Head {
  private final ParameterRows dense;
  private final int row;
  private final boolean rated;
  private final LearntRows users;
  private final LearntRows items;
  private final Dense unit;
  private final Optional<HeadView> view;
  private final Optional<TaughtRows> taught;
  private final Batch batch = new Batch();
  private final SampledSoftmax softmax;
  private final List<TileLoss> teachers = new ArrayList<>();

  private Head(
      ParameterRows dense,
      int row,
      boolean rated,
      LearntRows users,
      LearntRows items,
      Optional<HeadView> view,
      Optional<TaughtRows> taught,
      Supplier<float[]> corrections) {
    this.dense = dense;
    this.row = row;
    this.rated = rated;
    this.users = users;
    this.items = items;
    this.unit = new Dense(dense, row);
    this.view = view;
    this.taught = taught;
    this.softmax = new SampledSoftmax(batch, corrections);
  }

  /**
   * The head whose scores are served.
   *
   * @param dense units of all heads, a row each
   * @param rated whether it learns values
   * @param taught what the teacher says; empty: nobody does
   * @param corrections log chance of each item slot
   */
  static Head main(
      ParameterRows dense,
      boolean rated,
      BatchRows users,
      BatchRows items,
      Optional<TaughtBatch> taught,
      Supplier<float[]> corrections) {
    return new Head(
        dense,
        0,
        rated,
        users,
        items,
        Optional.empty(),
        taught.map(TaughtBatch::rows),
        corrections);
  }

  /** The head of another behaviour, whose parameters are a row of the dense table. */
  static Head other(
      ParameterRows dense,
      int row,
      boolean rated,
      Recipe recipe,
      BatchRows users,
      BatchRows items,
      Optional<TaughtBatch> taught,
      Supplier<float[]> corrections) {
    int dimension = recipe.dimension();
    HeadView view =
        new HeadView(users, items, new Diagonal(dense, row, dimension, users.stride()), dimension);
    return new Head(
        dense,
        row,
        rated,
        view.users(),
        view.items(),
        Optional.of(view),
        taught.map(t -> t.rows(row)),
        corrections);
  }

  /** A batch begins; so many examples of all heads. */
  void begin(int examples) {
    batch.begin(examples);
    unit.begin();
    view.ifPresent(HeadView::begin);
  }

  /** Looks at the rows that are gathered now, and for whose gradients there is room until close. */
  void open() {
    view.ifPresent(HeadView::open);
  }

  /** Hands the gradients on to the rows that all heads share. */
  void close() {
    view.ifPresent(HeadView::close);
  }

  /** Whether it learns the values of its events. */
  boolean rated() {
    return rated;
  }

  LearntRows users() {
    return users;
  }

  LearntRows items() {
    return items;
  }

  Dense unit() {
    return unit;
  }

  /** Its examples. */
  Batch batch() {
    return batch;
  }

  SampledSoftmax softmax() {
    return softmax;
  }

  /** Losses against the teacher's same head. */
  List<TileLoss> teachers() {
    return teachers;
  }

  /** What the teacher's same head says. */
  Optional<TaughtRows> taught() {
    return taught;
  }

  /**
   * Gradient by its row of the dense table: of the unit, where that is learnt, and the diagonal.
   */
  double[] gradient() {
    double[] gradient =
        view.map(v -> v.gradient().clone()).orElseGet(() -> new double[Dense.WIDTH]);
    if (rated) {
      gradient[0] = unit.scaleGradient();
      gradient[1] = unit.biasGradient();
    }
    return gradient;
  }

  /** Sum of the squares of that. */
  double squares() {
    double squares = 0;
    for (double one : gradient()) {
      squares += one * one;
    }
    return squares;
  }

  /**
   * One step of Adam; of a main head that learns no values there is nothing to move. Coordinates of
   * a diagonal are about √dimension times as large as those of an embedding, and so are their
   * steps.
   */
  void apply(Recipe recipe, AdamRates rates, double rate, float factor) {
    if (view.isEmpty() && !rated) {
      return;
    }
    double[] sums = gradient();
    float[] gradient = new float[sums.length];
    for (int n = 0; n < sums.length; n++) {
      gradient[n] = (float) sums[n];
    }
    double step = rate * rates.correction(dense.step(row));
    int first = Math.min(gradient.length, Diagonal.FIRST);
    move(recipe.adam(), gradient, 0, first, factor, step);
    move(
        recipe.adam(),
        gradient,
        first,
        gradient.length,
        factor,
        step * Math.sqrt(recipe.dimension()));
  }

  private void move(Adam adam, float[] gradient, int from, int to, float factor, double step) {
    if (from == to) {
      return;
    }
    Kernel.active()
        .adam(
            dense.values(),
            dense.first(),
            dense.second(),
            row * dense.width() + from,
            gradient,
            from,
            to - from,
            factor,
            (float) step,
            (float) adam.beta1(),
            (float) adam.beta2(),
            (float) adam.epsilon());
  }
}
