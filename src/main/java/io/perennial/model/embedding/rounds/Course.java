package io.perennial.model.embedding.rounds;

import io.perennial.model.embedding.step.Heads;
import io.perennial.model.embedding.step.ItemChances;
import io.perennial.model.embedding.step.Recipe;
import io.perennial.model.embedding.step.SideFeatures;
import io.perennial.model.embedding.step.StillRows;
import io.perennial.model.embedding.step.Teaching;
import java.io.Serializable;

/**
 * What stays the same over all rounds of a training.
 *
 * @param recipe of a step
 * @param teaching with the weights of tonight
 * @param taught what the parent knows of items
 * @param probes item rows on which a discriminator looks; all known to the parent
 * @param schedule of the learning rate
 * @param epochs times that every example is seen, 1 or more
 * @param roundsPerEpoch times that the workers' items are combined in an epoch, 1 or more
 * @param batch examples of a step, 1 or more
 * @param seed of every random choice
 * @param chances of items to come into a batch
 * @param itemEvidence events behind each item row, tonight's included
 * @param itemFeatures what a step knows of item rows beside events
 * @param alone chance that a row with inputs is in a batch as its tower makes it
 * @param still items that must not move, and whether the dense units must not; its users are empty
 * @param heads of the behaviours
 */
public record Course(
    Recipe recipe,
    Teaching teaching,
    TaughtItems taught,
    int[] probes,
    Schedule schedule,
    int epochs,
    int roundsPerEpoch,
    int batch,
    long seed,
    ItemChances chances,
    float[] itemEvidence,
    SideFeatures itemFeatures,
    double alone,
    StillRows still,
    Heads heads)
    implements Serializable {
  /** Of one behaviour, without features. */
  public Course(
      Recipe recipe,
      Teaching teaching,
      TaughtItems taught,
      int[] probes,
      Schedule schedule,
      int epochs,
      int roundsPerEpoch,
      int batch,
      long seed,
      ItemChances chances,
      float[] itemEvidence,
      StillRows still) {
    this(
        recipe,
        teaching,
        taught,
        probes,
        schedule,
        epochs,
        roundsPerEpoch,
        batch,
        seed,
        chances,
        itemEvidence,
        SideFeatures.NONE,
        0,
        still,
        Heads.ONE);
  }
}
