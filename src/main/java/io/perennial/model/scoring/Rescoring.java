package io.perennial.model.scoring;

/** Turns the scores of a tile into those by which items are ranked, before any is chosen. */
public interface Rescoring {
  /** Leaves scores as they are. */
  Rescoring NONE = (from, count, first, width, scores) -> {};

  /**
   * Rescores some users and items.
   *
   * @param from number of the first user
   * @param count number of users
   * @param first position of the first item among those that may be chosen
   * @param width number of items
   * @param scores row-major {@code count × width}
   */
  void rescore(int from, int count, int first, int width, float[] scores);
}
