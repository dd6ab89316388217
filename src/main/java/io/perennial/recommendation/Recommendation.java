package io.perennial.recommendation;

import java.util.Locale;
import java.util.Optional;

/**
 * One item recommended to one user.
 *
 * @param user natural id
 * @param rank from 1
 * @param item natural id
 * @param title of the item, where an item table has one
 * @param score by which the user's items are ranked
 * @param source where the score comes from
 * @param version that recommends
 */
public record Recommendation(
    String user,
    int rank,
    String item,
    Optional<String> title,
    float score,
    Source source,
    long version) {
  /** Where a score comes from, best first: each is asked where the one before knows nothing. */
  public enum Source {
    /** The user's own vector, learnt by the version. */
    MODEL,
    /** A vector made from what the user did since the version was learnt. */
    FOLD_IN,
    /** What everybody takes: recent popularity as of the version. */
    POPULARITY;

    /** As in tables. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** The source of a label. */
    public static Source of(String label) {
      return valueOf(label.toUpperCase(Locale.ROOT));
    }
  }
}
