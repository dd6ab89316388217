package io.perennial.pipeline;

import io.perennial.JavaProcess;
import io.perennial.PerennialException;
import io.perennial.Progress;
import io.perennial.TestSession;
import io.perennial.Warehouse;
import io.perennial.config.PipelineReader;
import io.perennial.registry.WriteListener;
import io.perennial.slice.Interval;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A process that runs a night and kills itself, without any clean-up, after a commit. */
public final class KilledNight {
  /** How a process ends that was sent SIGKILL: 128 + 9. */
  static final int KILLED = 137;

  private KilledNight() {}

  /**
   * Warehouse, pipeline file, begin and end of the interval, and the table after whose first commit
   * to die; none: never.
   */
  public static void main(String[] arguments) {
    String last = arguments[4];
    try {
      night(
          arguments[0],
          Path.of(arguments[1]),
          new Interval(Instant.parse(arguments[2]), Instant.parse(arguments[3])),
          (table, pipeline, version) -> {
            if (table.equals(last)) {
              die();
            }
          });
    } catch (PerennialException e) {
      System.err.println(e.getMessage());
      System.exit(e.exitCode().code());
    }
    System.exit(0);
  }

  /** Runs a night in this process, in the session of the tests. */
  static RunOutcome night(
      String warehouse, Path pipelineFile, Interval interval, WriteListener listener) {
    return new RetrainingRun(
            TestSession.get(),
            new Warehouse(warehouse),
            PipelineReader.read(pipelineFile),
            Clock.systemUTC(),
            Progress.SILENT,
            listener)
        .run(NightRequest.of(Optional.of(interval)));
  }

  /** Runs {@link #main} in a process of its own and returns how it ended. */
  static int inOwnProcess(
      String warehouse, Path pipelineFile, Interval interval, String lastTable, Path log) {
    List<String> command =
        JavaProcess.command(
            "1g",
            KilledNight.class,
            warehouse,
            pipelineFile.toString(),
            interval.from().toString(),
            interval.to().toString(),
            lastTable);
    try {
      return new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(log.toFile())
          .start()
          .waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while a night was running", e);
    }
  }

  /** Sends this process SIGKILL and waits for it, so that nothing is done after the commit. */
  private static void die() {
    try {
      new ProcessBuilder("kill", "-KILL", Long.toString(ProcessHandle.current().pid()))
          .start()
          .waitFor();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException("Cannot kill this process", e);
    }
    throw new IllegalStateException("SIGKILL did not end this process");
  }
}
