package io.perennial.model.embedding.step;

import java.io.Serializable;

/**
 * What a step knows beside events.
 *
 * @param users of users
 * @param items of items
 * @param alone chance that a row with inputs is in a batch without what it has of its own, [0, 1):
 *     so that what the tower makes is a row by itself (Volkovs, Yu and Poutanen 2017, DropoutNet)
 */
public record BatchFeatures(SideFeatures users, SideFeatures items, double alone)
    implements Serializable {
  /** Nothing is known. */
  public static final BatchFeatures NONE =
      new BatchFeatures(SideFeatures.NONE, SideFeatures.NONE, 0);
}
