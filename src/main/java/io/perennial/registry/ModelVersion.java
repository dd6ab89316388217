package io.perennial.registry;

import io.perennial.slice.EventSlice;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * One row of {@code model_versions}: immutable once written.
 *
 * @param pipeline name of the pipeline
 * @param version from 1, increasing within the pipeline, never reused
 * @param parent version that it was warm-started from
 * @param rowVersions the versions whose row partitions it is made of: its own, then its parent's
 *     back to a keyframe, newest first
 * @param status how its night ended
 * @param family model family
 * @param slice what it learnt
 * @param runId the run that made it
 * @param seed of its random choices
 * @param pipelineDigest SHA-256 of the pipeline's definition
 * @param facts row counts, digests, parameters, timings, code version, Spark conf: the lineage, as
 *     text
 * @param arrays Gramians and other small arrays of the model
 * @param attributes small named values of the model
 * @param createdAt when the version was written
 */
public record ModelVersion(
    String pipeline,
    long version,
    Optional<Long> parent,
    List<Long> rowVersions,
    Status status,
    String family,
    EventSlice slice,
    String runId,
    long seed,
    String pipelineDigest,
    Map<String, String> facts,
    Map<String, double[]> arrays,
    Map<String, String> attributes,
    Instant createdAt) {
  /** How a night ended. */
  public enum Status {
    PROMOTED,
    REJECTED,
    FAILED;

    /** As in tables. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public ModelVersion {
    rowVersions = List.copyOf(rowVersions);
    facts = Map.copyOf(facts);
    arrays = Map.copyOf(arrays);
    attributes = Map.copyOf(attributes);
  }
}
