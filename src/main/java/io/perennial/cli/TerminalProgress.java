package io.perennial.cli;

import io.perennial.Progress;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Progress on standard error: a bar a phase on a terminal, elsewhere one line when a phase that
 * took its time is over. The log gets every phase, and a line for each tenth of a long one.
 */
final class TerminalProgress implements Progress {
  private static final Logger LOG = LoggerFactory.getLogger(TerminalProgress.class);
  private static final Duration WORTH_A_LINE = Duration.ofMillis(500);
  private static final long PARTS = 10;

  private final PrintStream err;
  private final Clock clock;
  private final Terminal terminal;
  private Optional<ProgressBar> bar = Optional.empty();
  private String phase = "";
  private long total;
  private long done;
  private Instant began = Instant.EPOCH;

  /** What standard error is. */
  enum Terminal {
    INTERACTIVE,
    PLAIN,
    /** It carries the log, and nothing else. */
    LOG;

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
    this.total = total;
    this.done = 0;
    this.began = clock.instant();
    LOG.info("{} begins", phase);
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
  public void belongsTo(String run, long version) {
    Logs.belongTo(run, version);
  }

  @Override
  public void advance(long steps) {
    bar.ifPresent(open -> open.stepBy(steps));
    long before = done;
    done += steps;
    if (total > 0 && done * PARTS / total > before * PARTS / total) {
      LOG.info("{}: {} of {}", phase, done, total);
    }
  }

  @Override
  public void end() {
    bar.ifPresent(ProgressBar::close);
    bar = Optional.empty();
    if (!phase.isEmpty()) {
      Duration took = Duration.between(began, clock.instant());
      String line = String.format(Locale.ROOT, "%s: %.1f s", phase, took.toMillis() / 1000.0);
      LOG.info(line);
      if (terminal != Terminal.LOG && took.compareTo(WORTH_A_LINE) >= 0) {
        err.println("  " + line);
        err.flush();
      }
      phase = "";
    }
  }

  /** A line for people between phases. */
  void note(String line) {
    end();
    LOG.info(line);
    if (terminal != Terminal.LOG) {
      err.println(line);
    }
  }
}
