package io.perennial.model.embedding.rounds;

import java.io.Serializable;

/**
 * Mean value of the events of each behaviour, each with its weight.
 *
 * @param sums Σ weight · value by place
 * @param weights Σ weight by place
 */
public record HeadMeans(double[] sums, double[] weights) implements Serializable {
  /** Of no events. */
  public static HeadMeans none(int heads) {
    return new HeadMeans(new double[heads], new double[heads]);
  }

  /** Of some events. */
  public static HeadMeans of(EventRows events, int heads) {
    HeadMeans means = none(heads);
    for (int n = 0; n < events.size(); n++) {
      means.sums[events.heads()[n]] += (double) events.weights()[n] * events.values()[n];
      means.weights[events.heads()[n]] += events.weights()[n];
    }
    return means;
  }

  /** Of both together. */
  public HeadMeans plus(HeadMeans other) {
    HeadMeans both = none(sums.length);
    for (int head = 0; head < sums.length; head++) {
      both.sums[head] = sums[head] + other.sums[head];
      both.weights[head] = weights[head] + other.weights[head];
    }
    return both;
  }

  /** By place; 0 of none. */
  public double[] values() {
    double[] values = new double[sums.length];
    for (int head = 0; head < values.length; head++) {
      values[head] = weights[head] > 0 ? sums[head] / weights[head] : 0;
    }
    return values;
  }
}
