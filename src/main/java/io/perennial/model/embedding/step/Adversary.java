package io.perennial.model.embedding.step;

import java.util.Arrays;

/**
 * A small discriminator that learns to tell the teacher's scores of some probe items from the
 * student's, and pushes the student to where it cannot: {@code −w/m Σ_u log D(s_u)}, the loss of a
 * generator that does not fade (Goodfellow et al. 2014, section 3).
 *
 * <p>D is {@code σ(a·tanh(W x + c) + d)}, x being the scores of the probes, shifted and scaled by
 * mean and deviation of the teacher's. It learns from the same batch, after its gradient was taken.
 */
final class Adversary implements TileLoss {
  private final ParameterRows network;
  private final int probes;
  private final int hidden;
  private final double weight;
  private final TaughtSide users;
  private final int[] slots;
  private final float[] gradient;
  private final double[] input;
  private final double[] units;
  private double mean;
  private double deviation = 1;
  private double itsLoss;

  /**
   * @param network one row of {@link #width} parameters
   */
  Adversary(ParameterRows network, Teaching teaching, TaughtSide users) {
    this.network = network;
    this.probes = (network.width() - 1) / teaching.hidden() - 2;
    this.hidden = teaching.hidden();
    this.weight = teaching.adversarial();
    this.users = users;
    this.slots = new int[probes];
    this.gradient = new float[network.width()];
    this.input = new double[probes];
    this.units = new double[hidden];
  }

  /** Parameters of a discriminator: W, c, a and d. */
  static int width(int probes, int hidden) {
    return hidden * (probes + 2) + 1;
  }

  /** Number of items that it looks at. */
  int probes() {
    return probes;
  }

  /** Where a probe stands among the items of the batch. */
  void probe(int n, int itemSlot) {
    slots[n] = itemSlot;
  }

  /** A batch begins. */
  void begin() {
    Arrays.fill(gradient, 0f);
    itsLoss = 0;
  }

  /** Loss of the discriminator over the batch, mean over teacher's and student's rows. */
  double itsLoss() {
    return itsLoss;
  }

  /** Gradient of {@link #itsLoss} by its parameters. */
  float[] gradient() {
    return gradient;
  }

  @Override
  public double add(ScoreTile tile) {
    measure(tile);
    double loss = 0;
    double share = 1.0 / users.count();
    for (int r = 0; r < tile.count(); r++) {
      if (!users.known()[tile.from() + r]) {
        continue;
      }
      int at = r * tile.columns();
      double theirs = look(tile.taught(), at);
      itsLoss += 0.5 * share * softplus(-theirs);
      learn(0.5 * share * (sigmoid(theirs) - 1));
      double ours = look(tile.scores(), at);
      itsLoss += 0.5 * share * softplus(ours);
      learn(0.5 * share * sigmoid(ours));
      loss += weight * share * softplus(-ours);
      push(weight * share * (sigmoid(ours) - 1), tile.gradient(), at);
    }
    return loss;
  }

  /** Mean and deviation of the teacher's scores in a tile, which scale what is looked at. */
  private void measure(ScoreTile tile) {
    double sum = 0;
    double squares = 0;
    long n = 0;
    for (int r = 0; r < tile.count(); r++) {
      if (users.known()[tile.from() + r]) {
        for (int slot : slots) {
          double score = tile.taught()[r * tile.columns() + slot];
          sum += score;
          squares += score * score;
          n++;
        }
      }
    }
    if (n > 1) {
      mean = sum / n;
      deviation = Math.max(1e-6, Math.sqrt(Math.max(0, squares / n - mean * mean)));
    }
  }

  /** Log odds that scores are the teacher's. */
  private double look(float[] scores, int at) {
    float[] p = network.values();
    for (int n = 0; n < probes; n++) {
      input[n] = (scores[at + slots[n]] - mean) / deviation;
    }
    int shift = hidden * probes;
    double odds = p[network.width() - 1];
    for (int h = 0; h < hidden; h++) {
      double sum = p[shift + h];
      for (int n = 0; n < probes; n++) {
        sum += p[h * probes + n] * input[n];
      }
      units[h] = Math.tanh(sum);
      odds += p[shift + hidden + h] * units[h];
    }
    return odds;
  }

  /** Adds the gradient by the parameters, for what was looked at last. */
  private void learn(double byOdds) {
    float[] p = network.values();
    int shift = hidden * probes;
    gradient[network.width() - 1] += (float) byOdds;
    for (int h = 0; h < hidden; h++) {
      gradient[shift + hidden + h] += (float) (byOdds * units[h]);
      double bySum = byOdds * p[shift + hidden + h] * (1 - units[h] * units[h]);
      gradient[shift + h] += (float) bySum;
      for (int n = 0; n < probes; n++) {
        gradient[h * probes + n] += (float) (bySum * input[n]);
      }
    }
  }

  private void push(double byOdds, float[] scoreGradient, int at) {
    float[] p = network.values();
    int shift = hidden * probes;
    for (int h = 0; h < hidden; h++) {
      double bySum = byOdds * p[shift + hidden + h] * (1 - units[h] * units[h]) / deviation;
      for (int n = 0; n < probes; n++) {
        scoreGradient[at + slots[n]] += (float) (bySum * p[h * probes + n]);
      }
    }
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  private static double softplus(double x) {
    return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  }
}
