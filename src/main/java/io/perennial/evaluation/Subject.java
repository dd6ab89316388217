package io.perennial.evaluation;

import io.perennial.model.Scorer;

/**
 * Something that is measured.
 *
 * @param name {@code candidate}, {@code parent}, {@code champion}, {@code previous}, {@code model},
 *     {@code popularity}, {@code recent_popularity}, {@code frequency}, …
 */
public record Subject(String name, Scorer scorer) {
  public static final String CANDIDATE = "candidate";
  public static final String PARENT = "parent";
  public static final String PREVIOUS = "previous";

  /** The parent's model without its blend. */
  public static final String MODEL = "model";

  public static final String POPULARITY = "popularity";
  public static final String RECENT_POPULARITY = "recent_popularity";
  public static final String FREQUENCY = "frequency";

  /** Mean and shrunk biases, for ratings. */
  public static final String BIAS = "bias";
}
