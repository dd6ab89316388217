package io.perennial.model.embedding.step;

import java.io.Serializable;

/**
 * Sums over batches.
 *
 * @param examples examples seen
 * @param task loss of the examples, summed
 * @param teaching loss of the teacher's terms, times the examples of the batch
 */
public record StepLoss(long examples, double task, double teaching) implements Serializable {
  /** Of no batch. */
  public static final StepLoss NONE = new StepLoss(0, 0, 0);

  public StepLoss plus(StepLoss other) {
    return new StepLoss(examples + other.examples, task + other.task, teaching + other.teaching);
  }

  /** Task loss of an example; 0 where there was none. */
  public double meanTask() {
    return examples == 0 ? 0 : task / examples;
  }

  /** Teaching loss of a batch; 0 where there was none. */
  public double meanTeaching() {
    return examples == 0 ? 0 : teaching / examples;
  }
}
