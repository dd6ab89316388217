package io.perennial.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.JavaProcess;
import io.perennial.TestSession;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An ingest that is killed between any two writes and run again. */
@Tag("system")
final class KilledIngestIT {
  @TempDir Path folder;

  @Test
  void rerunAfterAKillAtAnyCommitLeavesTheTablesOfAnUndisturbedRun() throws Exception {
    Path input = Files.createDirectories(folder.resolve("in"));
    for (int day = 1; day <= 3; day++) {
      Files.writeString(
          input.resolve(day + ".csv"),
          "user_id,item_id,event_time\nu%1$d,i,2024-01-0%1$dT00:00:00Z\nv,j,2024-01-0%1$dT01:00:00Z\nw,k,bad\n"
              .formatted(day));
    }
    String undisturbed = folder.resolve("undisturbed").toString();
    List<String> commits = new ArrayList<>();
    InterruptedIngest.ingest(undisturbed, input.toString(), commits::add);
    assertThat(commits).containsExactly("ingested_files", "quarantine", "events");

    for (int last = 1; last <= commits.size(); last++) {
      String warehouse = folder.resolve("killed-" + last).toString();
      assertThat(child(warehouse, input.toString(), last)).isEqualTo(InterruptedIngest.KILLED);
      boolean hadEvents = Files.isDirectory(Path.of(warehouse, "events"));
      assertThat(hadEvents).isEqualTo(last == 3);
      IngestReport report =
          InterruptedIngest.ingest(warehouse, input.toString(), Ingest.CommitListener.NONE);
      assertThat(report.events()).isEqualTo(hadEvents ? 0 : 6);
      for (String table : commits) {
        assertThat(rows(warehouse, table)).isEqualTo(rows(undisturbed, table));
      }
      IngestReport again =
          InterruptedIngest.ingest(warehouse, input.toString(), Ingest.CommitListener.NONE);
      assertThat(again.filesRead()).isEmpty();
      assertThat(rows(warehouse, "events")).hasSize(6);
    }
  }

  @Test
  void rowsOfAnInterruptedIngestUnderOtherFilesAreTakenBack() throws IOException {
    Path input = Files.createDirectories(folder.resolve("in"));
    Path file = input.resolve("a.csv");
    Files.writeString(file, "user_id,item_id,event_time\nu,i,2024-01-01T00:00:00Z\nv,j,bad\n");
    String warehouse = folder.resolve("warehouse").toString();
    IllegalStateException stop = new IllegalStateException("stop");
    try {
      InterruptedIngest.ingest(
          warehouse,
          input.toString(),
          table -> {
            if (table.equals("quarantine")) {
              throw stop;
            }
          });
    } catch (IllegalStateException e) {
      assertThat(e).isSameAs(stop);
    }
    assertThat(rows(warehouse, "quarantine")).hasSize(1);
    Files.writeString(file, "user_id,item_id,event_time\nu,i,2024-01-01T00:00:00Z\nv,j,worse\n");
    IngestReport report =
        InterruptedIngest.ingest(warehouse, input.toString(), Ingest.CommitListener.NONE);
    assertThat(report.events()).isEqualTo(1);
    assertThat(rows(warehouse, "quarantine")).hasSize(1);
    assertThat(rows(warehouse, "quarantine").get(0)).contains("worse");
    assertThat(rows(warehouse, "events")).hasSize(1);
  }

  private static List<String> rows(String warehouse, String table) {
    return TestSession.get()
        .read()
        .format("delta")
        .load(warehouse + "/" + table)
        .toJSON()
        .collectAsList()
        .stream()
        .sorted()
        .toList();
  }

  private static int child(String warehouse, String input, int last)
      throws IOException, InterruptedException {
    List<String> command =
        JavaProcess.command("1g", InterruptedIngest.class, warehouse, input, String.valueOf(last));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }
}
