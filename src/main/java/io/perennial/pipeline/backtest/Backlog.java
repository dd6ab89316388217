package io.perennial.pipeline.backtest;

import java.time.Instant;
import java.util.List;

/**
 * What a line of versions has learnt of the nights so far, and what of them waits: a rejected night
 * is tried again together with the next one; where that is rejected, the next one is tried alone,
 * and if it passes, what waited is set aside. As a pipeline plans its nights where no event comes
 * late.
 */
final class Backlog {
  private Instant learnt;
  private Instant tried;
  private int waiting;

  /**
   * @param learnt first instant that the line has not learnt
   */
  Backlog(Instant learnt) {
    this.learnt = learnt;
    this.tried = learnt;
  }

  /** Where the events of each attempt of tonight begin, in the order in which they are made. */
  List<Instant> attempts() {
    return waiting == 0 ? List.of(learnt) : List.of(learnt, tried);
  }

  /** Number of rejected nights that wait. */
  int waiting() {
    return waiting;
  }

  /**
   * An attempt was promoted.
   *
   * @param begin of its events
   * @param until first instant that it has not learnt: the end of the night, or earlier where it
   *     did not absorb its validation window
   * @return number of nights that are set aside by it
   */
  int promoted(Instant begin, Instant until) {
    int left = begin.equals(learnt) ? 0 : waiting;
    learnt = until;
    tried = until;
    waiting = 0;
    return left;
  }

  /** Every attempt of a night was rejected. */
  void rejected(Instant end) {
    tried = end;
    waiting++;
  }
}
