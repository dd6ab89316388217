package io.perennial.model.embedding.rounds;

import io.perennial.model.embedding.step.ParameterRows;
import io.perennial.model.embedding.step.Parameters;
import java.io.Serializable;

/**
 * What the parent knows of items, by the rows of tonight's table.
 *
 * @param rows as the parent left them; no rows where nobody teaches
 * @param known those that the parent has
 * @param dense units of its heads, a row each
 */
public record TaughtItems(ParameterRows rows, boolean[] known, ParameterRows dense)
    implements Serializable {
  /** Nobody teaches. */
  public static final TaughtItems NOBODY =
      new TaughtItems(
          ParameterRows.fresh(1, new float[0]), new boolean[0], Parameters.denseUnit(0, 0));

  boolean isPresent() {
    return known.length > 0;
  }
}
