package io.perennial.model.embedding;

import io.perennial.model.embedding.replay.Replay;
import io.perennial.model.embedding.step.Teaching;
import java.io.Serializable;
import java.util.Objects;

/**
 * How a night keeps what its parent knew.
 *
 * @param teaching kinds of distillation and their weights
 * @param strength whether the weights are the same every night
 * @param replay past events that are remembered and seen again
 */
public record EmbeddingDistillation(Teaching teaching, Strength strength, Replay replay)
    implements Serializable {
  /** Whether weights are the same every night. */
  public enum Strength {
    FIXED,
    /**
     * Weights times {@code √(old items / all items · remembered events / new events)}: the fewer
     * events are new, the more the parent counts (Mi et al. 2020, ADER, equation 5).
     */
    ADAPTIVE
  }

  /** No teacher and no replay: plain fine-tuning. */
  public static final EmbeddingDistillation NONE =
      new EmbeddingDistillation(Teaching.NONE, Strength.FIXED, Replay.NONE);

  public EmbeddingDistillation {
    Objects.requireNonNull(teaching, "teaching");
    Objects.requireNonNull(strength, "strength");
    Objects.requireNonNull(replay, "replay");
    if (strength == Strength.ADAPTIVE && replay.remembered() == 0) {
      throw new IllegalArgumentException(
          "distillation.strength: adaptive compares new events with remembered ones; set"
              + " distillation.replay.most above 0 and replay.from: exemplars, or strength:"
              + " fixed.");
    }
  }

  /** What makes a difference from scratch: which events are remembered for later. */
  EmbeddingDistillation first() {
    return NONE.with(new Replay(replay.remembered(), replay.owner(), replay.selection(), 1));
  }

  /** The same with another teaching. */
  public EmbeddingDistillation with(Teaching other) {
    return new EmbeddingDistillation(other, strength, replay);
  }

  /** The same with another replay. */
  public EmbeddingDistillation with(Replay other) {
    return new EmbeddingDistillation(teaching, strength, other);
  }

  /**
   * What the weights of a night are multiplied with.
   *
   * @param oldItems items of the parent
   * @param allItems items after tonight
   * @param remembered events in the store
   * @param events of tonight, 1 or more
   */
  double factor(long oldItems, long allItems, long remembered, long events) {
    return strength == Strength.FIXED
        ? 1
        : Math.sqrt((double) oldItems / allItems * remembered / events);
  }
}
