package io.perennial.model.embedding.step;

import io.perennial.model.feature.SparseRows;
import io.perennial.model.kernel.Kernel;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The distinct rows of one side in a batch: gathered once, however many examples share a row, with
 * room for their gradients. A row is known by its slot. Used again for every batch.
 */
final class BatchRows implements LearntRows {
  private static final float SHORTEST = 1e-12f;

  /** Rows that are moved in one go at most. */
  private static final int NEIGHBOURS = 64;

  private final ParameterRows table;
  private final Similarity similarity;
  private final int dimension;
  private final int stride;
  private final boolean biases;
  private final boolean[] still;
  private final float[] evidence;
  private final float centre;
  private final float[] prior;
  private final SparseRows inputs;
  private final Tower tower;
  private final float[] made;
  private final float[] nothing;
  private final Kernel kernel = Kernel.active();
  private final int[] slotOf;
  private final int[] stamp;
  private int batch;
  private int size;
  private int[] rows;
  private float[] vectors;
  private float[] lengths;
  private float[] bias;
  private float[] gradients;
  private float[] biasGradients;
  private float[] occurrences;
  private float[] masks = new float[0];
  private boolean[] alone = new boolean[0];
  private double keep = 1;
  private double chanceAlone;
  private SplittableRandom random = new SplittableRandom(0);

  /**
   * @param still rows that a step must not move; empty: none
   * @param evidence events behind each row, tonight's included, 1 or more
   * @param features of the rows
   * @param tower of the side, learnt where there are inputs
   * @param capacity distinct rows to begin with; more are made room for
   */
  BatchRows(
      ParameterRows table,
      Recipe recipe,
      boolean[] still,
      float[] evidence,
      SideFeatures features,
      TowerRows tower,
      int capacity) {
    this.table = table;
    this.similarity = recipe.similarity();
    this.dimension = recipe.dimension();
    this.stride = Kernel.stride(dimension);
    this.biases = recipe.biases();
    this.still = still;
    this.evidence = evidence;
    this.centre = recipe.centre();
    this.prior = features.prior();
    this.inputs = features.inputs();
    this.tower = inputs.count() > 0 ? new Tower(tower) : null;
    this.made = new float[table.width()];
    this.nothing =
        recipe.adam().rows() == Adam.Rows.ALL
            ? new float[NEIGHBOURS * table.width()]
            : new float[0];
    this.slotOf = new int[table.count()];
    this.stamp = new int[table.count()];
    this.rows = new int[capacity];
    this.vectors = new float[capacity * stride];
    this.lengths = new float[capacity];
    this.bias = new float[capacity];
    this.gradients = new float[capacity * stride];
    this.biasGradients = new float[capacity];
    this.occurrences = new float[capacity];
    if (this.tower != null) {
      this.alone = new boolean[capacity];
    }
  }

  /**
   * Forgets the rows of the last batch.
   *
   * @param dropout share of the coordinates that are left out of every row
   * @param withoutOwn chance that a row with inputs is what its tower makes, and nothing else
   * @param source of which ones
   */
  void begin(double dropout, double withoutOwn, SplittableRandom source) {
    batch++;
    chanceAlone = withoutOwn;
    if (tower != null) {
      tower.begin();
    }
    size = 0;
    keep = 1 - dropout;
    random = source;
    if (keep < 1 && masks.length < vectors.length) {
      masks = new float[vectors.length];
    }
  }

  /** The slot of a row, which is gathered when it is asked for first. */
  int slot(int row) {
    if (stamp[row] == batch) {
      return slotOf[row];
    }
    if (size == rows.length) {
      grow();
    }
    int slot = size++;
    stamp[row] = batch;
    slotOf[row] = slot;
    rows[slot] = row;
    gather(row, slot);
    return slot;
  }

  private void gather(int row, int slot) {
    int at = slot * stride;
    int from = row * table.width();
    float[] values = table.values();
    System.arraycopy(values, from, vectors, at, dimension);
    bias[slot] = biases ? values[from + dimension] : 0f;
    if (inputs.has(row)) {
      build(row, slot);
    }
    if (keep < 1) {
      for (int c = 0; c < dimension; c++) {
        masks[at + c] = random.nextDouble() < keep ? (float) (1 / keep) : 0f;
        vectors[at + c] *= masks[at + c];
      }
    }
    if (similarity == Similarity.COSINE) {
      float length = (float) Math.sqrt(kernel.dot(vectors, at, vectors, at, stride));
      lengths[slot] = Math.max(length, SHORTEST);
      float inverse = 1 / lengths[slot];
      for (int c = 0; c < dimension; c++) {
        vectors[at + c] *= inverse;
      }
    }
    Arrays.fill(gradients, at, at + stride, 0f);
    biasGradients[slot] = 0f;
    occurrences[slot] = 0f;
  }

  /** Adds what the tower makes to what the row has of its own, or puts it in its place. */
  private void build(int row, int slot) {
    tower.forward(inputs, row, made, 0);
    alone[slot] = chanceAlone > 0 && random.nextDouble() < chanceAlone;
    if (alone[slot]) {
      Arrays.fill(vectors, slot * stride, slot * stride + dimension, 0f);
      bias[slot] = 0f;
    }
    kernel.add(vectors, slot * stride, made, 0, 1f, dimension);
    bias[slot] += biases ? made[dimension] : 0f;
  }

  private void grow() {
    int capacity = Math.max(16, 2 * rows.length);
    rows = Arrays.copyOf(rows, capacity);
    vectors = Arrays.copyOf(vectors, capacity * stride);
    lengths = Arrays.copyOf(lengths, capacity);
    bias = Arrays.copyOf(bias, capacity);
    gradients = Arrays.copyOf(gradients, capacity * stride);
    biasGradients = Arrays.copyOf(biasGradients, capacity);
    occurrences = Arrays.copyOf(occurrences, capacity);
    if (masks.length > 0) {
      masks = Arrays.copyOf(masks, vectors.length);
    }
    if (tower != null) {
      alone = Arrays.copyOf(alone, capacity);
    }
  }

  /** One more example is about the row of a slot. */
  void meet(int slot) {
    occurrences[slot]++;
  }

  @Override
  public int size() {
    return size;
  }

  int row(int slot) {
    return rows[slot];
  }

  @Override
  public int stride() {
    return stride;
  }

  /** {@code slots × stride}, of length 1 where cosines are asked for, zero past the dimension. */
  @Override
  public float[] vectors() {
    return vectors;
  }

  @Override
  public float[] bias() {
    return bias;
  }

  @Override
  public float[] gradients() {
    return gradients;
  }

  @Override
  public float[] biasGradients() {
    return biasGradients;
  }

  /**
   * Turns the gradients of the gathered vectors into those of the rows, and adds the penalties.
   *
   * @param share what one example counts: one over the examples of the batch
   * @param anchor holds rows to their teacher's; null: nothing does
   * @param penalty of L2 and anchor is added to its first value
   * @return sum of the squares of all gradients of rows that may move
   */
  double complete(
      double l2, double biasL2, double share, ImportanceAnchor anchor, double[] penalty) {
    double squares = 0;
    float[] values = table.values();
    for (int slot = 0; slot < size; slot++) {
      int row = rows[slot];
      if (isStill(row)) {
        continue;
      }
      int at = slot * stride;
      int from = row * table.width();
      if (similarity == Similarity.COSINE) {
        float along = kernel.dot(gradients, at, vectors, at, stride);
        kernel.add(gradients, at, vectors, at, -along, stride);
        float inverse = 1 / lengths[slot];
        for (int c = at; c < at + dimension; c++) {
          gradients[c] *= inverse;
        }
      }
      if (keep < 1) {
        for (int c = at; c < at + dimension; c++) {
          gradients[c] *= masks[c];
        }
      }
      if (inputs.has(row)) {
        System.arraycopy(gradients, at, made, 0, dimension);
        if (biases) {
          made[dimension] = biasGradients[slot];
        }
        tower.backward(inputs, row, made, 0);
        if (isAlone(slot)) {
          continue;
        }
      }
      double weight = occurrences[slot] * share;
      double once = weight / evidence[row];
      if (once > 0 && l2 > 0) {
        penalty[0] += once * l2 * shrink(row, values, from, at, (float) (2 * l2 * once));
      }
      if (biases && once > 0 && biasL2 > 0) {
        float b = values[from + dimension] - (prior.length > 0 ? prior[from + dimension] : 0f);
        biasGradients[slot] += (float) (2 * biasL2 * once * b);
        penalty[0] += biasL2 * once * b * b;
      }
      if (anchor != null && weight > 0) {
        penalty[0] += anchor.pull(row, values, from, gradients, at, dimension, weight);
        if (biases) {
          penalty[0] += anchor.pullBias(row, values, from, biasGradients, slot, dimension, weight);
        }
      }
      squares += kernel.dot(gradients, at, gradients, at, stride);
      squares += (double) biasGradients[slot] * biasGradients[slot];
    }
    return squares + (tower == null ? 0 : tower.squares());
  }

  /**
   * Pulls an embedding to its prior or to the common vector, and to 0 where it is only what a row
   * adds to its tower's; returns the square of its distance from there.
   */
  private double shrink(int row, float[] values, int from, int at, float force) {
    double squares = 0;
    float common = inputs.has(row) ? 0f : centre;
    for (int c = 0; c < dimension; c++) {
      float away = values[from + c] - (prior.length > 0 ? prior[from + c] : common);
      gradients[at + c] += force * away;
      squares += away * away;
    }
    return squares;
  }

  /**
   * One step of Adam along the completed gradients.
   *
   * @param factor with which they are multiplied
   */
  void apply(Adam adam, AdamRates rates, double rate, float factor) {
    for (int slot = 0; slot < size; slot++) {
      int row = rows[slot];
      if (!isStill(row) && !isAlone(slot)) {
        move(row, gradients, slot * stride, biasGradients[slot], adam, rates, rate, factor);
      }
    }
    if (tower != null) {
      tower.apply(adam, rates, rate, factor);
    }
    if (adam.rows() == Adam.Rows.ALL) {
      applyToOthers(adam, rates, rate);
    }
  }

  /** Moves all rows that the batch has no gradient for, neighbours of the same age in one go. */
  private void applyToOthers(Adam adam, AdamRates rates, double rate) {
    int width = table.width();
    int count = table.count();
    for (int row = 0; row < count; ) {
      int end = row;
      int age = table.steps()[row];
      int steps = age;
      while (end < count && end - row < NEIGHBOURS && table.steps()[end] == age && isOther(end)) {
        steps = table.step(end++);
      }
      if (end > row) {
        kernel.adam(
            table.values(),
            table.first(),
            table.second(),
            row * width,
            nothing,
            0,
            (end - row) * width,
            0f,
            (float) (rate * rates.correction(steps)),
            (float) adam.beta1(),
            (float) adam.beta2(),
            (float) adam.epsilon());
      }
      row = Math.max(end, row + 1);
    }
  }

  private boolean isOther(int row) {
    return (stamp[row] != batch || isAlone(slotOf[row])) && !isStill(row);
  }

  private void move(
      int row,
      float[] gradient,
      int at,
      float biasGradient,
      Adam adam,
      AdamRates rates,
      double rate,
      float factor) {
    float step = (float) (rate * rates.correction(table.step(row)));
    float beta1 = (float) adam.beta1();
    float beta2 = (float) adam.beta2();
    float epsilon = (float) adam.epsilon();
    int from = row * table.width();
    kernel.adam(
        table.values(),
        table.first(),
        table.second(),
        from,
        gradient,
        at,
        dimension,
        factor,
        step,
        beta1,
        beta2,
        epsilon);
    if (biases) {
      int b = from + dimension;
      float g = factor * biasGradient;
      float mean = beta1 * table.first()[b] + (1 - beta1) * g;
      float square = beta2 * table.second()[b] + (1 - beta2) * g * g;
      table.first()[b] = mean;
      table.second()[b] = square;
      table.values()[b] -= step * mean / ((float) Math.sqrt(square) + epsilon);
    }
  }

  /** Whether the row of a slot is what its tower makes, and nothing else. */
  boolean isAlone(int slot) {
    return inputs.has(rows[slot]) && alone[slot];
  }

  /** The tower at work; null where none is learnt. */
  Tower tower() {
    return tower;
  }

  private boolean isStill(int row) {
    return still.length > 0 && still[row];
  }
}
