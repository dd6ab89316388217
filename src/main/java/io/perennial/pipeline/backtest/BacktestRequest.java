package io.perennial.pipeline.backtest;

import io.perennial.config.BacktestArm;
import java.time.LocalDate;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What a backtest is asked to do.
 *
 * @param from first day that is reported, in the pipeline's zone
 * @param to last day, inclusive
 * @param baseFrom first day of the base; empty: as the pipeline file says, or the first there is
 * @param arms in the order of the report, each once
 * @param every item-knn finds its neighbours anew after so many nights
 * @param id name of the backtest; empty: made from what was asked and the pipeline file
 * @param start what becomes of nights that a backtest of this name scored before
 * @param baseTo last day of the base; empty: as the pipeline file says, or the day before from
 * @param knobs of {@code ours-model} that are turned, each a few arms more
 * @param variants of {@code ours-model}, by their names in the pipeline file, each an arm more
 */
public record BacktestRequest(
    LocalDate from,
    LocalDate to,
    Optional<LocalDate> baseFrom,
    List<BacktestArm> arms,
    int every,
    Optional<String> id,
    Start start,
    Optional<LocalDate> baseTo,
    List<Knob> knobs,
    List<String> variants) {
  /** What becomes of nights that were scored before. */
  public enum Start {
    /** They stay, and are only learnt again. */
    RESUME,
    /** They are deleted first. */
    ANEW
  }

  /** Without knobs and variants. */
  public BacktestRequest(
      LocalDate from,
      LocalDate to,
      Optional<LocalDate> baseFrom,
      List<BacktestArm> arms,
      int every,
      Optional<String> id,
      Start start) {
    this(from, to, baseFrom, arms, every, id, start, Optional.empty(), List.of(), List.of());
  }

  /** The same with variants. */
  public BacktestRequest with(List<String> named) {
    return new BacktestRequest(from, to, baseFrom, arms, every, id, start, baseTo, knobs, named);
  }

  public BacktestRequest {
    Objects.requireNonNull(baseFrom, "baseFrom");
    Objects.requireNonNull(baseTo, "baseTo");
    Objects.requireNonNull(id, "id");
    arms = List.copyOf(new LinkedHashSet<>(arms));
    knobs = List.copyOf(new LinkedHashSet<>(knobs));
    variants = List.copyOf(new LinkedHashSet<>(variants));
    if (!knobs.isEmpty() && !arms.contains(BacktestArm.OURS_MODEL)) {
      throw new IllegalArgumentException("Knobs are those of ours-model: it must be an arm");
    }
    if (to.isBefore(from)) {
      throw new IllegalArgumentException(
          "A backtest cannot end (" + to + ") before it begins (" + from + ")");
    }
    if (arms.isEmpty()) {
      throw new IllegalArgumentException("A backtest needs an arm");
    }
    if (every < 1) {
      throw new IllegalArgumentException("every must be at least 1, got " + every);
    }
  }
}
