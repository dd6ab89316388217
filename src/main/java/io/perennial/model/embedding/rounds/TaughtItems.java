package io.perennial.model.embedding.rounds;

import io.perennial.model.embedding.step.ParameterRows;
import java.io.Serializable;

/**
 * What the parent knows of items, by the rows of tonight's table.
 *
 * @param rows as the parent left them; no rows where nobody teaches
 * @param known those that the parent has
 * @param scale of its dense unit
 * @param bias of its dense unit
 */
public record TaughtItems(ParameterRows rows, boolean[] known, float scale, float bias)
    implements Serializable {
  /** Nobody teaches. */
  public static final TaughtItems NOBODY =
      new TaughtItems(ParameterRows.fresh(1, new float[0]), new boolean[0], 0, 0);

  boolean isPresent() {
    return known.length > 0;
  }
}
