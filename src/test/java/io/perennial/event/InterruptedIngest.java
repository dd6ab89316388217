package io.perennial.event;

import io.perennial.Progress;
import io.perennial.TestSession;
import io.perennial.Warehouse;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A process that ingests a folder and dies, without any clean-up, after a commit. */
public final class InterruptedIngest {
  /** Exit code of a killed process. */
  static final int KILLED = 137;

  private InterruptedIngest() {}

  /** Warehouse, input, and the number of the commit after which to die. */
  public static void main(String[] arguments) {
    int last = Integer.parseInt(arguments[2]);
    int[] commits = new int[1];
    ingest(
        arguments[0],
        arguments[1],
        table -> {
          if (++commits[0] == last) {
            Runtime.getRuntime().halt(KILLED);
          }
        });
  }

  static IngestReport ingest(String warehouse, String input, Ingest.CommitListener listener) {
    IngestOptions options =
        new IngestOptions(
            IngestOptions.Format.CSV,
            CsvOptions.DEFAULT,
            Map.of(),
            Map.of(),
            List.of(IngestOptions.ISO),
            Optional.empty(),
            List.of(),
            0.5,
            IngestOptions.Traversal.TOP_LEVEL,
            IngestOptions.DEFAULT_ROWS_PER_FILE);
    return new Ingest(
            TestSession.get(),
            new Warehouse(warehouse),
            options,
            ZoneOffset.UTC,
            Progress.SILENT,
            listener)
        .run(input, "run", Instant.parse("2024-05-01T00:00:00Z"), Ingest.Mode.WRITE);
  }
}
