package io.perennial.model.embedding.step;

/** What the scores of a model are fitted to. */
public enum Objective {
  /** The value of an event, by squared error. */
  RATING,
  /**
   * Which item a user takes, by a softmax over the items of the batch and sampled ones, corrected
   * for how likely each was to be among them (Bengio and Senécal 2008; Yi et al. 2019).
   */
  SOFTMAX,
  /** That what a user takes scores above what he does not (Rendle et al. 2009). */
  BPR
}
