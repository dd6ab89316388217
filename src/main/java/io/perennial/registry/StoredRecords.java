package io.perennial.registry;

import io.perennial.slice.EventSlice;
import io.perennial.slice.Interval;
import io.perennial.slice.Watermark;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/** Versions, runs and states of slices as rows of their tables, and back. */
final class StoredRecords {
  private StoredRecords() {}

  // ---- versions

  static Row row(ModelVersion version) {
    List<Object> cells = new ArrayList<>();
    cells.add(version.pipeline());
    cells.add(version.version());
    cells.add(version.parent().orElse(null));
    cells.add(List.copyOf(version.rowVersions()).toArray(new Long[0]));
    cells.add(version.status().label());
    cells.add(version.family());
    addSlice(cells, version.slice());
    cells.add(version.runId());
    cells.add(version.seed());
    cells.add(version.pipelineDigest());
    cells.add(
        version.arrays().entrySet().stream()
            .collect(
                Collectors.toMap(
                    Map.Entry::getKey,
                    e -> Arrays.stream(e.getValue()).boxed().toArray(Double[]::new))));
    cells.add(version.attributes());
    cells.add(version.facts());
    cells.add(version.createdAt());
    return RowFactory.create(cells.toArray());
  }

  static ModelVersion version(Row row) {
    Cells cells = new Cells(row);
    return new ModelVersion(
        cells.text("pipeline"),
        cells.number("version"),
        cells.optionalNumber("parent"),
        cells.<Long>list("factor_versions"),
        ModelVersion.Status.valueOf(cells.text("status").toUpperCase(Locale.ROOT)),
        cells.text("family"),
        slice(cells),
        cells.text("run_id"),
        cells.number("seed"),
        cells.text("pipeline_digest"),
        cells.map("facts"),
        cells.arrays("arrays"),
        cells.map("attributes"),
        cells.instant("created_at"));
  }

  // ---- runs

  static Row row(
      OpenedRun run,
      Instant openedAt,
      Optional<Instant> closedAt,
      Optional<String> outcome,
      Map<String, Double> phases,
      Map<String, Long> rows,
      Map<String, String> environment) {
    List<Object> cells = new ArrayList<>();
    cells.add(run.pipeline());
    cells.add(run.runId());
    cells.add(run.command());
    cells.add(run.interval().map(Interval::from).orElse(null));
    cells.add(run.interval().map(Interval::to).orElse(null));
    cells.add(run.version() > 0 ? run.version() : null);
    cells.add(run.parent().orElse(null));
    addSlice(cells, run.slice());
    cells.add(run.seed());
    cells.add(run.pipelineDigest());
    cells.add(closedAt.isPresent() ? "closed" : "open");
    cells.add(outcome.orElse(null));
    cells.add(openedAt);
    cells.add(closedAt.orElse(null));
    cells.add(phases);
    cells.add(rows);
    cells.add(environment);
    return RowFactory.create(cells.toArray());
  }

  static RunState run(Row row) {
    Cells cells = new Cells(row);
    Optional<Interval> interval =
        cells.isNull("interval_from")
            ? Optional.empty()
            : Optional.of(
                new Interval(cells.instant("interval_from"), cells.instant("interval_to")));
    OpenedRun opened =
        new OpenedRun(
            cells.text("run_id"),
            cells.text("pipeline"),
            cells.text("command"),
            interval,
            cells.optionalNumber("version").orElse(0L),
            cells.optionalNumber("parent"),
            slice(cells),
            cells.number("seed"),
            cells.text("pipeline_digest"));
    return new RunState(
        opened,
        "closed".equals(cells.text("state")),
        cells.optionalText("outcome"),
        cells.instant("opened_at"));
  }

  // ---- slices

  static Row row(String pipeline, long version, SliceState state) {
    List<Object> cells = new ArrayList<>();
    cells.add(pipeline);
    cells.add(version);
    cells.add(state.sliceId());
    addSlice(cells, state.slice());
    cells.add(state.state().label());
    cells.add(state.runId());
    cells.add(state.version());
    return RowFactory.create(cells.toArray());
  }

  static SliceState sliceState(Row row) {
    Cells cells = new Cells(row);
    return new SliceState(
        cells.text("slice_id"),
        slice(cells),
        SliceState.State.valueOf(cells.text("state").toUpperCase(Locale.ROOT)),
        cells.number("learnt_by"),
        cells.text("run_id"));
  }

  private static void addSlice(List<Object> cells, EventSlice slice) {
    cells.add(slice.tableId());
    cells.add(slice.from().commit());
    cells.add(slice.from().eventTime());
    cells.add(slice.to().commit());
    cells.add(slice.to().eventTime());
  }

  private static EventSlice slice(Cells cells) {
    return new EventSlice(
        cells.text("table_id"),
        new Watermark(cells.number("from_commit"), cells.instant("from_time")),
        new Watermark(cells.number("to_commit"), cells.instant("to_time")));
  }
}
