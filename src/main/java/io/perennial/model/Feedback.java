package io.perennial.model;

/** What the value of an event means to a model family. */
public enum Feedback {
  /** An event is a sign of interest; models rank. */
  IMPLICIT,
  /** The value is a rating; models predict it. */
  EXPLICIT
}
