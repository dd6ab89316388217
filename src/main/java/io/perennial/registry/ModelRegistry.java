package io.perennial.registry;

import io.perennial.evaluation.EvaluationWindow;
import io.perennial.evaluation.Evidence;
import io.perennial.evaluation.InputProfile;
import io.perennial.model.ModelState;
import io.perennial.model.history.HistoryTable;
import io.perennial.model.history.ItemStatistics;
import io.perennial.slice.Interval;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * The versions of every pipeline, append-only. Every method takes the pipeline's name and never
 * touches another pipeline's rows. Writing a run again that was written before gives the same
 * tables: each write replaces only its own (pipeline, version).
 */
public interface ModelRegistry {

  // ---- runs

  /** Opens a run: the first write of a night. */
  void open(OpenedRun run, Instant at, Map<String, String> environment);

  /**
   * Closes a run: its last write.
   *
   * @param outcome promoted, rejected, nothing_new, failed
   * @param phases seconds by phase, in order
   * @param rows row sums: read, late, fit, validation, refused…
   */
  void close(
      OpenedRun run,
      Instant at,
      String outcome,
      Map<String, Double> phases,
      Map<String, Long> rows);

  /** The latest run of an interval (empty: runs without interval), open or closed. */
  Optional<RunState> latestRun(String pipeline, Optional<Interval> interval);

  /** All runs of a pipeline, oldest first. */
  List<RunState> runs(String pipeline);

  /** The next unused version number. */
  long nextVersion(String pipeline);

  // ---- versions

  /**
   * The version that an alias ({@code champion}, {@code challenger}, {@code previous}) points to.
   */
  Optional<ModelVersion> alias(String pipeline, String alias);

  Optional<ModelVersion> version(String pipeline, long version);

  /** Every version, oldest first. */
  List<ModelVersion> versions(String pipeline);

  /**
   * Which row partitions a new version will be made of: itself alone when it is a keyframe, else
   * itself and its parent's.
   */
  List<Long> plannedRowVersions(long version, Optional<ModelVersion> parent);

  /** Whether a version's rows are still there: false once they were pruned. */
  boolean hasRows(ModelVersion version);

  /** A version's parameters; rows are read when asked for. */
  ModelState open(ModelVersion version);

  /** What every user had done, as of a version. */
  HistoryTable history(ModelVersion version);

  ItemStatistics itemStatistics(ModelVersion version);

  /**
   * Writes a night, in order: rows, metrics and findings, version row, slices, alias. Idempotent.
   */
  void register(NightRecord night);

  /**
   * Moves the champion alias to a version that exists; the former champion becomes {@code
   * previous}.
   */
  void promote(String pipeline, long version, Instant at);

  // ---- what later nights need of earlier ones

  /**
   * Frozen windows of versions of the champion's line, newest first, at most so many, spread over
   * the line.
   */
  List<EvaluationWindow> frozenWindows(String pipeline, ModelVersion champion, int atMost);

  /** Prequential evidence of the last nights of a line, newest first. */
  List<Evidence> evidence(String pipeline, ModelVersion champion, int nights);

  /** Input profiles of the last nights that the line learnt, newest first. */
  List<InputProfile> profiles(String pipeline, ModelVersion champion, int nights);

  /** States of slices, oldest first. */
  List<SliceState> slices(String pipeline);

  // ---- ids

  /**
   * Adds the columns user_index and item_index to events, giving new dense indices to ids never
   * seen in this pipeline, in the order of their natural ids; one commit for both kinds, none where
   * nothing is new.
   */
  Dataset<Row> indexed(String pipeline, String runId, Dataset<Row> events);

  /** Every id of a kind, {@code user} or {@code item}: columns id and index. */
  Dataset<Row> ids(String pipeline, String kind);

  /** Natural ids of dense indices. {@code kind} is {@code user} or {@code item}. */
  Map<Integer, String> naturalIds(String pipeline, String kind, int[] indices);

  /** Dense indices of natural ids; unknown ids are left out. */
  Map<String, Integer> indices(String pipeline, String kind, List<String> ids);

  // ---- care

  /**
   * Deletes row partitions that no version to be kept lists; returns the versions whose rows are
   * gone.
   */
  List<Long> prune(String pipeline, int keepVersions, Instant at);
}
