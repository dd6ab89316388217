package io.perennial.model.embedding.step;

import java.io.Serializable;

/**
 * The parent's parameters, by the rows of tonight's tables.
 *
 * @param users rows as the parent left them
 * @param knownUsers those that the parent has; the others are not asked for
 * @param items likewise
 * @param knownItems likewise
 * @param dense units of its heads, a row each
 */
public record Teacher(
    ParameterRows users,
    boolean[] knownUsers,
    ParameterRows items,
    boolean[] knownItems,
    ParameterRows dense)
    implements Serializable {
  /** A teacher of one head. */
  public Teacher(
      ParameterRows users,
      boolean[] knownUsers,
      ParameterRows items,
      boolean[] knownItems,
      float scale,
      float bias) {
    this(users, knownUsers, items, knownItems, Parameters.denseUnit(scale, bias));
  }
}
