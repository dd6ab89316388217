package io.perennial.pipeline.backtest;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;

/** Runs work and remembers how long it took. */
final class Stopwatch {
  private final Clock clock;
  private double seconds;

  Stopwatch(Clock clock) {
    this.clock = clock;
  }

  /** Runs work; its time replaces that of the work before. */
  <T> T run(Supplier<T> work) {
    Instant begin = clock.instant();
    T result = work.get();
    seconds = Duration.between(begin, clock.instant()).toNanos() / 1e9;
    return result;
  }

  /** Of the last work. */
  double seconds() {
    return seconds;
  }
}
