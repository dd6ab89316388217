package io.perennial.model.embedding.rounds;

import io.perennial.model.embedding.step.ParameterRows;
import io.perennial.model.embedding.step.Towers;
import java.io.Serializable;

/**
 * What every worker gets of a round.
 *
 * @param course of the training
 * @param shared what all workers move
 * @param epoch from 0
 * @param round of the epoch, from 0
 */
public record RoundInput(Course course, Shared shared, int epoch, int round)
    implements Serializable {
  /**
   * Parameters that belong to all workers.
   *
   * @param items every item row
   * @param dense a row a head
   * @param discriminator one row
   * @param towers of both sides
   */
  public record Shared(
      ParameterRows items, ParameterRows dense, ParameterRows discriminator, Towers towers)
      implements Serializable {
    /** Without towers. */
    public Shared(ParameterRows items, ParameterRows dense, ParameterRows discriminator) {
      this(items, dense, discriminator, Towers.NONE);
    }
  }
}
