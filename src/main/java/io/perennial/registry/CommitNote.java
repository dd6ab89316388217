package io.perennial.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.perennial.slice.Interval;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What every commit says of itself, in Delta's {@code userMetadata}.
 *
 * @param pipeline whose rows change
 * @param runId run that writes, or the command
 * @param interval of the run
 * @param version that the rows belong to; 0: none
 */
record CommitNote(String pipeline, String runId, Optional<Interval> interval, long version) {
  /** Setting of a session by which Delta's own commands note it. */
  static final String SETTING = "spark.databricks.delta.commitInfo.userMetadata";

  private static final ObjectMapper JSON = new ObjectMapper();

  static CommitNote of(String pipeline, String runId) {
    return new CommitNote(pipeline, runId, Optional.empty(), 0);
  }

  static CommitNote of(OpenedRun run) {
    return new CommitNote(run.pipeline(), run.runId(), run.interval(), run.version());
  }

  String json() {
    Map<String, Object> text = new LinkedHashMap<>();
    text.put("pipeline", pipeline);
    text.put("run_id", runId);
    interval.ifPresent(i -> text.put("interval", i.from() + "/" + i.to()));
    if (version > 0) {
      text.put("version", version);
    }
    try {
      return JSON.writeValueAsString(text);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
