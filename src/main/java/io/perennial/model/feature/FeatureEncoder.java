package io.perennial.model.feature;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes inputs of features, as a training from scratch saw them: an input of 1 for a category, the
 * standardised number, and {@code 1/√n} for each of an entity's n tags. What is missing says
 * nothing, and neither does a number that is not finite or is the same for all; categories and tags
 * that were rare share an input, as do those that come later.
 */
public final class FeatureEncoder implements Serializable {
  private static final long serialVersionUID = 1L;
  private final String shape;
  private final List<Vocabulary> categorical;
  private final List<NumberScale> numeric;
  private final List<Vocabulary> tags;
  private final int columns;

  private FeatureEncoder(
      String shape,
      List<Vocabulary> categorical,
      List<NumberScale> numeric,
      List<Vocabulary> tags) {
    this.shape = shape;
    this.categorical = List.copyOf(categorical);
    this.numeric = List.copyOf(numeric);
    this.tags = List.copyOf(tags);
    int sum = (int) numeric.stream().filter(NumberScale::says).count();
    for (Vocabulary vocabulary : categorical) {
      sum += vocabulary.columns();
    }
    for (Vocabulary vocabulary : tags) {
      sum += vocabulary.columns();
    }
    this.columns = sum;
  }

  /**
   * Looks at the entities of a training.
   *
   * @param most categories, or tags, of a column that have an input of their own
   * @param rare categories, or tags, of fewer entities have none
   * @throws UnusableFeatureException where no entity has a value in one of the columns
   */
  public static FeatureEncoder fit(FeatureTable table, RawFeatures seen, int most, int rare) {
    List<Vocabulary> categorical = new ArrayList<>();
    for (int c = 0; c < table.categorical().size(); c++) {
      Map<Long, Integer> counts = new HashMap<>();
      for (long[] keys : seen.categories()) {
        if (keys[c] != RawFeatures.MISSING) {
          counts.merge(keys[c], 1, Integer::sum);
        }
      }
      check(table, table.categorical().get(c), "a value", counts.isEmpty());
      categorical.add(Vocabulary.of(counts, most, rare));
    }
    List<NumberScale> numeric = new ArrayList<>();
    for (int c = 0; c < table.numeric().size(); c++) {
      int column = c;
      double[] values =
          Arrays.stream(seen.numbers())
              .mapToDouble(numbers -> numbers[column])
              .filter(Double::isFinite)
              .toArray();
      check(table, table.numeric().get(c), "a finite number", values.length == 0);
      numeric.add(NumberScale.of(values));
    }
    List<Vocabulary> tags = new ArrayList<>();
    for (int c = 0; c < table.tags().size(); c++) {
      Map<Long, Integer> counts = new HashMap<>();
      for (long[][] bags : seen.tags()) {
        for (long key : bags[c]) {
          counts.merge(key, 1, Integer::sum);
        }
      }
      check(table, table.tags().get(c).column(), "a tag", counts.isEmpty());
      tags.add(Vocabulary.of(counts, most, rare));
    }
    return new FeatureEncoder(table.shape(), categorical, numeric, tags);
  }

  private static void check(FeatureTable table, String column, String what, boolean empty) {
    if (empty) {
      throw new UnusableFeatureException(table.table(), column, what);
    }
  }

  /** Number of inputs. */
  public int columns() {
    return columns;
  }

  /** What was declared: see {@link FeatureTable#shape}. */
  public String shape() {
    return shape;
  }

  /** Inputs of some entities, which are sorted by index. */
  public EncodedFeatures encode(RawFeatures raw) {
    int[] offsets = new int[raw.size() + 1];
    Inputs inputs = new Inputs();
    for (int n = 0; n < raw.size(); n++) {
      int first = 0;
      for (int c = 0; c < categorical.size(); c++) {
        inputs.add(first, categorical.get(c).column(raw.categories()[n][c]), 1f);
        first += categorical.get(c).columns();
      }
      for (int c = 0; c < numeric.size(); c++) {
        if (numeric.get(c).says()) {
          double value = raw.numbers()[n][c];
          if (Double.isFinite(value)) {
            inputs.add(first, 0, numeric.get(c).input(value));
          }
          first++;
        }
      }
      for (int c = 0; c < tags.size(); c++) {
        bag(tags.get(c), first, raw.tags()[n][c], inputs);
        first += tags.get(c).columns();
      }
      offsets[n + 1] = inputs.size;
    }
    return new EncodedFeatures(
        raw.indices(),
        new SparseRows(
            offsets,
            Arrays.copyOf(inputs.columns, inputs.size),
            Arrays.copyOf(inputs.values, inputs.size)));
  }

  private static void bag(Vocabulary vocabulary, int first, long[] keys, Inputs inputs) {
    int known = 0;
    int others = 0;
    for (long key : keys) {
      int column = vocabulary.column(key);
      known += column >= 0 ? 1 : 0;
      others += column == vocabulary.keys().length ? 1 : 0;
    }
    float share = (float) (1 / Math.sqrt(Math.max(1, known)));
    for (long key : keys) {
      int column = vocabulary.column(key);
      if (column < vocabulary.keys().length) {
        inputs.add(first, column, share);
      }
    }
    if (others > 0) {
      inputs.add(first, vocabulary.keys().length, others * share);
    }
  }

  /** Inputs while they are gathered. */
  private static final class Inputs {
    private int[] columns = new int[64];
    private float[] values = new float[64];
    private int size;

    void add(int first, int column, float value) {
      if (column < 0) {
        return;
      }
      if (size == columns.length) {
        columns = Arrays.copyOf(columns, 2 * size);
        values = Arrays.copyOf(values, 2 * size);
      }
      columns[size] = first + column;
      values[size++] = value;
    }
  }

  /**
   * All that is needed to make the same inputs again, for a version: the numbers of columns of each
   * kind; then of each categorical column, and of each of tags, whether others share an input, how
   * many have their own, and their keys, which doubles hold exactly; between them four numbers of
   * each numeric column.
   */
  public double[] toArray() {
    List<double[]> parts = new ArrayList<>();
    parts.add(new double[] {categorical.size(), numeric.size(), tags.size()});
    categorical.forEach(vocabulary -> parts.add(array(vocabulary)));
    numeric.forEach(
        scale ->
            parts.add(new double[] {scale.low(), scale.high(), scale.mean(), scale.deviation()}));
    tags.forEach(vocabulary -> parts.add(array(vocabulary)));
    return parts.stream().flatMapToDouble(Arrays::stream).toArray();
  }

  private static double[] array(Vocabulary vocabulary) {
    double[] array = new double[vocabulary.keys().length + 2];
    array[0] = vocabulary.others() ? 1 : 0;
    array[1] = vocabulary.keys().length;
    for (int n = 0; n < vocabulary.keys().length; n++) {
      array[n + 2] = vocabulary.keys()[n];
    }
    return array;
  }

  /**
   * What {@link #toArray} wrote.
   *
   * @throws IllegalArgumentException where the numbers are no encoder
   */
  public static FeatureEncoder ofArray(String shape, double[] array) {
    int[] at = {0};
    try {
      int categories = (int) array[at[0]++];
      int numbers = (int) array[at[0]++];
      int bags = (int) array[at[0]++];
      List<Vocabulary> categorical = new ArrayList<>();
      for (int c = 0; c < categories; c++) {
        categorical.add(vocabulary(array, at));
      }
      List<NumberScale> numeric = new ArrayList<>();
      for (int c = 0; c < numbers; c++) {
        numeric.add(
            new NumberScale(array[at[0]++], array[at[0]++], array[at[0]++], array[at[0]++]));
      }
      List<Vocabulary> tags = new ArrayList<>();
      for (int c = 0; c < bags; c++) {
        tags.add(vocabulary(array, at));
      }
      if (at[0] == array.length) {
        return new FeatureEncoder(shape, categorical, numeric, tags);
      }
    } catch (ArrayIndexOutOfBoundsException | NegativeArraySizeException e) {
      throw new IllegalArgumentException("The numbers of an encoder end at " + at[0], e);
    }
    throw new IllegalArgumentException(
        "An encoder of " + at[0] + " numbers has " + array.length + " of them");
  }

  private static Vocabulary vocabulary(double[] array, int[] at) {
    boolean others = array[at[0]++] > 0;
    int size = (int) array[at[0]++];
    if (size > array.length - at[0]) {
      throw new ArrayIndexOutOfBoundsException(size);
    }
    long[] keys = new long[size];
    for (int n = 0; n < keys.length; n++) {
      keys[n] = (long) array[at[0]++];
    }
    return new Vocabulary(keys, others);
  }
}
