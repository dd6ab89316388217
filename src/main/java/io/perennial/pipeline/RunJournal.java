package io.perennial.pipeline;

import io.perennial.config.PipelineDefinition;
import io.perennial.registry.DeltaModelRegistry;
import io.perennial.registry.ModelRegistry;
import io.perennial.registry.ModelVersion;
import io.perennial.registry.OpenedRun;
import io.perennial.registry.RunState;
import io.perennial.slice.EventSlice;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Opens and closes the rows of {@code runs}, so that a night that died is taken up with the same
 * decisions.
 */
final class RunJournal {
  private final PipelineDefinition pipeline;
  private final ModelRegistry registry;
  private final Clock clock;
  private final Map<String, String> environment;
  private List<RunState> runs;

  RunJournal(
      PipelineDefinition pipeline,
      ModelRegistry registry,
      Clock clock,
      Map<String, String> environment) {
    this.pipeline = pipeline;
    this.registry = registry;
    this.clock = clock;
    this.environment = environment;
  }

  /**
   * Every run of the pipeline as it was when this was first asked for, with what this journal did
   * since.
   */
  List<RunState> runs() {
    if (runs == null) {
      runs = new ArrayList<>(registry.runs(pipeline.name()));
    }
    return runs;
  }

  /** The latest run that made this very attempt with this very pipeline file. */
  Optional<RunState> earlier(Attempt attempt, NightRequest request) {
    return runs().stream()
        .filter(run -> run.opened().version() > 0)
        .filter(run -> run.interval().equals(request.interval()))
        .filter(run -> run.opened().slice().equals(attempt.slice()))
        .filter(run -> run.opened().parent().equals(attempt.parent().map(ModelVersion::version)))
        .filter(run -> run.opened().pipelineDigest().equals(pipeline.digest()))
        .filter(run -> run.opened().command().equals(command(request)))
        .reduce((first, second) -> second)
        .filter(run -> !run.outcome().equals(Optional.of("failed")));
  }

  /** Takes up the run that died in this attempt, or opens a new one. */
  OpenedRun open(Attempt attempt, NightRequest request) {
    Optional<RunState> dead = earlier(attempt, request).filter(run -> !run.closed());
    if (dead.isPresent()) {
      return dead.get().opened();
    }
    closeAbandoned();
    long version = registry.nextVersion(pipeline.name());
    OpenedRun run =
        new OpenedRun(
            pipeline.name() + "-v" + version + "-" + stamp(),
            pipeline.name(),
            command(request),
            request.interval(),
            version,
            attempt.parent().map(ModelVersion::version),
            attempt.slice(),
            seedOf(version),
            pipeline.digest());
    Instant at = clock.instant();
    registry.open(run, at, environment);
    runs().add(new RunState(run, false, Optional.empty(), at));
    return run;
  }

  /** Leaves a row for a night that had nothing to learn. */
  void nothingNew(NightRequest request, EventSlice bounds, Optional<ModelVersion> champion) {
    OpenedRun run =
        new OpenedRun(
            pipeline.name() + "-nothing-new-" + stamp(),
            pipeline.name(),
            request.command(),
            request.interval(),
            0,
            champion.map(ModelVersion::version),
            bounds,
            pipeline.seed(),
            pipeline.digest());
    registry.close(run, clock.instant(), RunOutcome.Kind.NOTHING_NEW.label(), Map.of(), Map.of());
  }

  void close(
      OpenedRun run, RunOutcome.Kind outcome, Map<String, Double> phases, Map<String, Long> rows) {
    registry.close(run, clock.instant(), outcome.label(), phases, rows);
    runs()
        .replaceAll(
            known ->
                known.opened().equals(run)
                    ? new RunState(run, true, Optional.of(outcome.label()), known.openedAt())
                    : known);
  }

  /**
   * Closes the run that died between making its version the champion and saying so: nothing else
   * was left to do.
   *
   * @return the run, where it was this very request
   */
  Optional<RunState> closePromoted(NightRequest request) {
    Optional<RunState> dead =
        runs().stream().filter(run -> !run.closed() && run.opened().version() > 0).findFirst();
    if (dead.isEmpty()) {
      return Optional.empty();
    }
    OpenedRun run = dead.get().opened();
    Optional<ModelVersion> champion =
        registry
            .alias(pipeline.name(), DeltaModelRegistry.CHAMPION)
            .filter(version -> version.runId().equals(run.runId()));
    if (champion.isEmpty()) {
      return Optional.empty();
    }
    Map<String, Double> phases = new LinkedHashMap<>();
    Map<String, Long> rows = new LinkedHashMap<>();
    champion
        .get()
        .facts()
        .forEach(
            (fact, value) -> {
              if (fact.startsWith(Night.SECONDS)) {
                phases.put(fact.substring(Night.SECONDS.length()), Double.valueOf(value));
              } else if (fact.startsWith(Night.ROWS)) {
                rows.put(fact.substring(Night.ROWS.length()), Long.valueOf(value));
              }
            });
    close(run, RunOutcome.Kind.PROMOTED, phases, rows);
    boolean same =
        run.interval().equals(request.interval())
            && run.pipelineDigest().equals(pipeline.digest())
            && run.command().equals(command(request));
    return same ? dead : Optional.empty();
  }

  /** A run that died and is not taken up again, because what it was to do has changed since. */
  private void closeAbandoned() {
    for (RunState run : runs()) {
      if (!run.closed() && run.opened().version() > 0) {
        registry.close(run.opened(), clock.instant(), "failed", Map.of(), Map.of());
      }
    }
  }

  private static String command(NightRequest request) {
    String include = request.include().map(slice -> " --include " + slice).orElse("");
    String rebuild = request.start() == NightRequest.Start.FULL_REBUILD ? " --full-rebuild" : "";
    return request.command() + rebuild + include;
  }

  private String stamp() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS).toString().replaceAll("[-:.]", "");
  }

  /** Seed of one version: the same for the same pipeline seed, name and version. */
  private long seedOf(long version) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest(
                  (pipeline.seed() + "/" + pipeline.name() + "/" + version)
                      .getBytes(StandardCharsets.UTF_8));
      return java.nio.ByteBuffer.wrap(hash).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }
}
