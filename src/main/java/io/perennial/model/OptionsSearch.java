package io.perennial.model;

import java.util.Random;
import java.util.Set;

/**
 * Which of a family's options are tuned, and how far. Draws depend on the random numbers alone, so
 * that a seed gives the same candidates again.
 *
 * @param <O> options of the model
 * @param <D> options of distillation
 */
public interface OptionsSearch<O extends Record, D extends Record> {
  /**
   * Other options near those of a pipeline file. The size of the model stays, so that arms are
   * compared at the same size; so does what makes no difference to the arm.
   *
   * @param parts what makes one
   * @param random of what all arms that learn this family draw alike, where they begin alike
   * @param teaching of what only arms with a teacher draw
   */
  FamilyOptions<O, D> near(
      FamilyOptions<O, D> now, Set<Tunable> parts, Random random, Random teaching);
}
