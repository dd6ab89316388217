package io.perennial.cli;

import io.perennial.Progress;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * Progress on standard error: a bar a phase on a terminal, elsewhere one line when a phase that
 * took its time is over.
 */
final class TerminalProgress implements Progress {
  private static final Duration WORTH_A_LINE = Duration.ofMillis(500);

  private final PrintStream err;
  private final Clock clock;
  private final Terminal terminal;
  private Optional<ProgressBar> bar = Optional.empty();
  private String phase = "";
  private Instant began = Instant.EPOCH;

  /** What standard error is. */
  enum Terminal {
    INTERACTIVE,
    PLAIN;

    /** As the launcher found it: {@code -Dperennial.terminal=true}. */
    static Terminal detected() {
      return Boolean.getBoolean("perennial.terminal") ? INTERACTIVE : PLAIN;
    }
  }

  TerminalProgress(PrintStream err, Clock clock, Terminal terminal) {
    this.err = err;
    this.clock = clock;
    this.terminal = terminal;
  }

  @Override
  public void begin(String phase, long total) {
    end();
    this.phase = phase;
    this.began = clock.instant();
    if (terminal == Terminal.INTERACTIVE) {
      bar =
          Optional.of(
              new ProgressBarBuilder()
                  .setTaskName(phase)
                  .setInitialMax(total > 0 ? total : -1)
                  .setStyle(ProgressBarStyle.UNICODE_BLOCK)
                  .setUpdateIntervalMillis(200)
                  .setConsumer(new ConsoleProgressBarConsumer(err, 100))
                  .clearDisplayOnFinish()
                  .build());
    }
  }

  @Override
  public void advance(long steps) {
    bar.ifPresent(open -> open.stepBy(steps));
  }

  @Override
  public void end() {
    bar.ifPresent(ProgressBar::close);
    bar = Optional.empty();
    if (!phase.isEmpty()) {
      Duration took = Duration.between(began, clock.instant());
      if (took.compareTo(WORTH_A_LINE) >= 0) {
        err.printf(java.util.Locale.ROOT, "  %s: %.1f s%n", phase, took.toMillis() / 1000.0);
        err.flush();
      }
      phase = "";
    }
  }
}
