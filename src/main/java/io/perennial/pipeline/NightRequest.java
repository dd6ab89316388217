package io.perennial.pipeline;

import io.perennial.slice.Interval;
import java.util.Objects;
import java.util.Optional;

/**
 * What a night is asked to do.
 *
 * @param interval learn what is new before its end; empty: everything since the watermark
 * @param start from the champion, or from scratch over everything the line consumed plus what is
 *     new
 * @param include a slice that was set aside and is to be learnt now
 * @param effect whether anything is written
 * @param command name of the command, for the runs table
 */
public record NightRequest(
    Optional<Interval> interval,
    Start start,
    Optional<String> include,
    Effect effect,
    String command) {
  /** Where training starts. */
  public enum Start {
    /** From the champion, if there is one. */
    WARM,
    /** From scratch, over all events. */
    FULL_REBUILD
  }

  /** Whether anything is written. */
  public enum Effect {
    WRITE,
    /** Says what the night would learn, writes nothing. */
    DRY_RUN
  }

  public NightRequest {
    Objects.requireNonNull(interval, "interval");
    Objects.requireNonNull(start, "start");
    Objects.requireNonNull(include, "include");
    Objects.requireNonNull(effect, "effect");
  }

  /** The usual night. */
  public static NightRequest of(Optional<Interval> interval) {
    return new NightRequest(interval, Start.WARM, Optional.empty(), Effect.WRITE, "retrain");
  }
}
