package io.perennial.pipeline.backtest;

import io.perennial.model.Scorer;
import io.perennial.model.history.DecayPolicy;
import java.util.Optional;

/**
 * One way of keeping up with the nights. A replay asks it for a scorer, with nothing of the night
 * in sight but who comes, and then lets it learn the night.
 */
interface Arm {
  /** What an arm must have seen to be in its present state. */
  enum Memory {
    /** Every night in order. */
    EVERY_NIGHT,
    /** The last night, which hands it all events so far. */
    LAST_NIGHT
  }

  /** Whether retention of earlier nights is measured. */
  enum Retention {
    MEASURED,
    NOT_MEASURED
  }

  /**
   * What learning took.
   *
   * @param seconds of training
   * @param rows events or pairs that were learnt from
   * @param verdict of the arm's gate; empty: it has none
   */
  record Learnt(double seconds, long rows, Optional<Verdict> verdict) {
    static final Learnt NOTHING = new Learnt(0, 0);

    /** Without a gate. */
    Learnt(double seconds, long rows) {
      this(seconds, rows, Optional.empty());
    }

    Learnt(double seconds, long rows, Verdict verdict) {
      this(seconds, rows, Optional.of(verdict));
    }
  }

  /** As in tables. */
  String name();

  Memory memory();

  Retention retention();

  /** The history of users that the arm reads, by how its counts fade; empty: it reads none. */
  default Optional<DecayPolicy> reads() {
    return Optional.empty();
  }

  /**
   * Learns the base: the first thing that happens, unless its memory is of the last night alone.
   */
  void begin(ReplayedNight base);

  /** A scorer that knows everything up to the night before. */
  Scorer scorer(Audience audience);

  /**
   * A scorer of what the arm remembers: what was stored of users when they were last learnt, for
   * looking back at nights that it has learnt.
   */
  default Scorer remembered(Audience audience) {
    return scorer(audience);
  }

  /** Learns a night. */
  Learnt learn(ReplayedNight night);
}
