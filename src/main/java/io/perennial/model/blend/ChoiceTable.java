package io.perennial.model.blend;

import java.util.Arrays;
import java.util.BitSet;
import java.util.SplittableRandom;

/**
 * One user's choice with the features of all items that he could have taken. Items that he had have
 * a row of features of their own; of all others only what differs from user to user is kept.
 */
final class ChoiceTable {
  private static final int SCORE = BlendFeature.SCORE.ordinal();
  private static final int TASTE = BlendFeature.TASTE.ordinal();

  private final ItemTraits traits;
  private final double weight;

  /** Items that he did not have, with the log of the number of items that each stands for. */
  private final int[] others;

  private final float[] scores;
  private final float[] tastes;
  private final float[] offsets;

  /** Features of the items that he had, row-major. */
  private final double[] had;

  private final int hadCount;

  /** Mean features of what he took. */
  private final double[] taken;

  private ChoiceTable(
      ItemTraits traits,
      double weight,
      int[] others,
      float[] scores,
      float[] tastes,
      float[] offsets,
      double[] had,
      int hadCount,
      double[] taken) {
    this.traits = traits;
    this.weight = weight;
    this.others = others;
    this.scores = scores;
    this.tastes = tastes;
    this.offsets = offsets;
    this.had = had;
    this.hadCount = hadCount;
    this.taken = taken;
  }

  /**
   * The table of one choice.
   *
   * @param known items that the model knows, increasing
   * @param limit of items that he neither had nor took; a sample of them where there are more
   */
  static ChoiceTable of(
      BlendInputs inputs,
      Choice choice,
      int[] known,
      int limit,
      SplittableRandom random,
      double weight) {
    int[] user = {choice.user()};
    float[] scores = new float[inputs.itemCount()];
    float[] tastes = new float[inputs.itemCount()];
    inputs.model().score(user, scores);
    inputs.tastes(user, tastes);
    return of(inputs, choice, known, 1, limit, random, weight, scores, tastes, 0);
  }

  /**
   * The same with what is known of the user's scores.
   *
   * @param known items that the model knows, all or a sample, and those that he had and took
   * @param sampled share of the items that he neither had nor took which are among them
   * @param allScores scores of the model by item, from {@code from} on
   * @param allTastes cosines with the user's taste, likewise
   */
  static ChoiceTable of(
      BlendInputs inputs,
      Choice choice,
      int[] known,
      double sampled,
      int limit,
      SplittableRandom random,
      double weight,
      float[] allScores,
      float[] allTastes,
      int from) {
    PastTraits past = inputs.past(choice.user());
    int[] hadItems = past == null ? new int[0] : past.past().items();
    int[] tookItems = choice.items();
    int features = BlendFeature.COUNT;
    double share = (double) limit / known.length;
    float stands = (float) -Math.log(Math.min(1, share) * sampled);
    BitSet looked = looked(known, share, random, hadItems, tookItems);
    int[] others = new int[looked.cardinality()];
    float[] offsets = new float[others.length];
    double[] had = new double[hadItems.length * features];
    double[] taken = new double[features];
    double[] x = new double[features];
    int count = 0;
    int hadCount = 0;
    int takenCount = 0;
    int at = 0;
    int next = 0;
    for (int n = looked.nextSetBit(0); n >= 0; n = looked.nextSetBit(n + 1)) {
      int item = known[n];
      while (at < hadItems.length && hadItems[at] < item) {
        at++;
      }
      while (next < tookItems.length && tookItems[next] < item) {
        next++;
      }
      boolean own = at < hadItems.length && hadItems[at] == item;
      boolean took = next < tookItems.length && tookItems[next] == item;
      if (own || took) {
        float score = BlendInputs.log(allScores[from + item]);
        Arrays.fill(x, 0);
        if (own) {
          inputs.fill(past, at, score, allTastes[from + item], x);
          System.arraycopy(x, 0, had, hadCount++ * features, features);
        } else {
          inputs.shared(item, score, allTastes[from + item], x);
        }
      }
      if (!own) {
        offsets[count] = took ? 0 : stands;
        others[count++] = item;
      }
      if (took) {
        takenCount++;
        for (int f = 0; f < features; f++) {
          taken[f] += x[f];
        }
      }
    }
    for (int f = 0; f < features; f++) {
      taken[f] /= takenCount;
    }
    float[] scores = new float[count];
    float[] tastes = new float[count];
    for (int n = 0; n < count; n++) {
      scores[n] = BlendInputs.log(allScores[from + others[n]]);
      tastes[n] = allTastes[from + others[n]];
    }
    return new ChoiceTable(
        inputs.traits(),
        weight,
        Arrays.copyOf(others, count),
        scores,
        tastes,
        Arrays.copyOf(offsets, count),
        had,
        hadCount,
        taken);
  }

  /**
   * Positions of the items that are looked at: those that he had and took, and each other with a
   * probability. What lies between two of these is skipped at once, by a geometric draw.
   */
  private static BitSet looked(
      int[] known, double share, SplittableRandom random, int[] had, int[] took) {
    BitSet looked = new BitSet(known.length);
    if (share >= 1) {
      looked.set(0, known.length);
      return looked;
    }
    double log = Math.log1p(-share);
    for (long n = gap(random, log); n < known.length; n += 1 + gap(random, log)) {
      looked.set((int) n);
    }
    for (int[] always : new int[][] {had, took}) {
      for (int item : always) {
        int n = Arrays.binarySearch(known, item);
        if (n >= 0) {
          looked.set(n);
        }
      }
    }
    return looked;
  }

  private static long gap(SplittableRandom random, double log) {
    return (long) (Math.log(1 - random.nextDouble()) / log);
  }

  /**
   * Adds slope and curvature of the loss; both halves of the symmetric matrix.
   *
   * @return the loss
   */
  double add(double[] weights, double[] gradient, double[] hessian) {
    int features = weights.length;
    double[] z = sums(weights);
    double largest = max(z);
    double total = 0;
    for (int n = 0; n < z.length; n++) {
      z[n] = Math.exp(z[n] - largest);
      total += z[n];
    }
    double[] mean = new double[features];
    double[] x = new double[BlendFeature.SHARED];
    double[] triangle = new double[x.length * (x.length + 1) / 2];
    for (int n = 0; n < others.length; n++) {
      double p = weight * z[n] / total;
      shared(n, x);
      int cell = 0;
      for (int r = 0; r < x.length; r++) {
        double scaled = p * x[r];
        mean[r] += scaled;
        for (int c = 0; c <= r; c++) {
          triangle[cell++] += scaled * x[c];
        }
      }
    }
    for (int r = 0, cell = 0; r < x.length; r++) {
      for (int c = 0; c <= r; c++) {
        hessian[r * features + c] += triangle[cell++];
      }
    }
    for (int n = 0; n < hadCount; n++) {
      double p = weight * z[others.length + n] / total;
      for (int r = 0; r < features; r++) {
        double scaled = p * had[n * features + r];
        mean[r] += scaled;
        for (int c = 0; c <= r; c++) {
          hessian[r * features + c] += scaled * had[n * features + c];
        }
      }
    }
    for (int r = 0; r < features; r++) {
      gradient[r] += mean[r] - weight * taken[r];
      for (int c = 0; c <= r; c++) {
        hessian[r * features + c] -= mean[r] * mean[c] / weight;
        hessian[c * features + r] = hessian[r * features + c];
      }
    }
    return weight * (largest + Math.log(total) - dot(weights, taken, 0));
  }

  /** w·x of the items that he did not have, then of those that he had. */
  private double[] sums(double[] weights) {
    double[] z = new double[others.length + hadCount];
    double[] x = new double[BlendFeature.SHARED];
    for (int n = 0; n < others.length; n++) {
      shared(n, x);
      double sum = offsets[n];
      for (int f = 0; f < x.length; f++) {
        sum += weights[f] * x[f];
      }
      z[n] = sum;
    }
    for (int n = 0; n < hadCount; n++) {
      z[others.length + n] = dot(weights, had, n * weights.length);
    }
    return z;
  }

  private void shared(int n, double[] x) {
    x[SCORE] = scores[n];
    x[TASTE] = tastes[n];
    for (int f = TASTE + 1; f < x.length; f++) {
      x[f] = traits.of(f, others[n]);
    }
  }

  private static double dot(double[] weights, double[] values, int offset) {
    double sum = 0;
    for (int f = 0; f < weights.length; f++) {
      sum += weights[f] * values[offset + f];
    }
    return sum;
  }

  private static double max(double[] values) {
    double max = Double.NEGATIVE_INFINITY;
    for (double value : values) {
      max = Math.max(max, value);
    }
    return max;
  }
}
