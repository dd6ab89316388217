package io.perennial.pipeline;

import io.perennial.Progress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Runs the phases of a night one after the other, tells progress, and remembers how many seconds
 * each took.
 */
public final class Phases {
  private final Clock clock;
  private final Progress progress;
  private final Map<String, Double> seconds = new LinkedHashMap<>();

  public Phases(Clock clock, Progress progress) {
    this.clock = clock;
    this.progress = progress;
  }

  /**
   * Runs one phase.
   *
   * @param name key in {@code runs.phases}
   * @param words what happens, for people
   */
  public <T> T run(String name, String words, Supplier<T> work) {
    progress.begin(words, 0);
    Instant begin = clock.instant();
    try {
      return work.get();
    } finally {
      seconds.merge(
          name, Duration.between(begin, clock.instant()).toMillis() / 1000.0, Double::sum);
      progress.end();
    }
  }

  /** Seconds by phase so far, in the order in which they ran. */
  public Map<String, Double> seconds() {
    return new LinkedHashMap<>(seconds);
  }
}
