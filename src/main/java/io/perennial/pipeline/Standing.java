package io.perennial.pipeline;

import io.perennial.registry.DeltaModelRegistry;
import io.perennial.registry.ModelRegistry;
import io.perennial.registry.ModelVersion;
import io.perennial.registry.RunState;
import io.perennial.slice.Interval;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How a pipeline stands by what its tables say, whatever the processes that wrote them printed.
 *
 * @param run the run that decided about the interval: the latest that tried a version, else the
 *     latest; empty where none was recorded
 * @param champion the version in use
 * @param rejections nights in a row, up to the latest run, that ended as rejections
 */
public record Standing(
    String pipeline, Optional<RunState> run, Optional<ModelVersion> champion, int rejections) {
  private static final String REJECTED = RunOutcome.Kind.REJECTED.label();
  private static final String PROMOTED = RunOutcome.Kind.PROMOTED.label();

  /**
   * Reads it.
   *
   * @param interval of the night that is asked about; empty: the latest night
   */
  public static Standing of(ModelRegistry registry, String pipeline, Optional<Interval> interval) {
    List<RunState> runs = registry.runs(pipeline);
    List<RunState> asked =
        interval.isEmpty()
            ? runs
            : runs.stream().filter(run -> run.interval().equals(interval)).toList();
    Optional<RunState> tried = last(asked.stream().filter(run -> run.opened().version() > 0));
    return new Standing(
        pipeline,
        interval.isEmpty() ? last(asked.stream()) : tried.or(() -> last(asked.stream())),
        registry.alias(pipeline, DeltaModelRegistry.CHAMPION),
        rejectionsInARow(runs));
  }

  /** A night that is tried a second time, alone, is one night; nights without news do not count. */
  private static int rejectionsInARow(List<RunState> runs) {
    Set<Object> nights = new HashSet<>();
    for (int i = runs.size() - 1; i >= 0; i--) {
      RunState run = runs.get(i);
      String outcome = run.outcome().orElse("");
      if (outcome.equals(PROMOTED)) {
        break;
      }
      if (outcome.equals(REJECTED)) {
        nights.add(run.interval().map(Object.class::cast).orElse(run.opened().runId()));
      }
    }
    return nights.size();
  }

  private static Optional<RunState> last(java.util.stream.Stream<RunState> runs) {
    return runs.reduce((earlier, later) -> later);
  }
}
