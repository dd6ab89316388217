package io.perennial.model;

/** What of an arm of a backtest makes a difference to it, and may be tuned. */
public enum Tunable {
  /** How events fade. */
  FADING,
  /** What a night does on top of its parent. */
  NIGHTS,
  /** How the parent teaches, and what fades while it does. */
  TEACHER,
  /** How users are served. */
  SERVING,
  /** The arm is Spark MLlib's algorithm, which knows only its own options. */
  MLLIB
}
