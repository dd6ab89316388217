package io.perennial.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.ExitCode;
import io.perennial.TestSession;
import io.perennial.Warehouse;
import io.perennial.event.EventColumns;
import io.perennial.model.FactorRows;
import io.perennial.registry.DeltaModelRegistry;
import io.perennial.registry.ModelVersion;
import io.perennial.registry.WriteListener;
import io.perennial.simulation.StoreDefinition;
import io.perennial.simulation.StoreGenerator;
import io.perennial.slice.Interval;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * A night that ends between any two writes and is run again leaves the tables of an undisturbed
 * night; two nights of one pipeline never run at once.
 *
 * <p>What a night leaves behind that ends after a write is what lies in the warehouse at that
 * instant: it is copied there and then, out of one night. At the writes that decide, processes of
 * their own are killed (SIGKILL) as well, which leaves a lease besides.
 */
@Tag("system")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class NightKillIT {
  private static final String PIPELINE = "shop";

  /** After these writes a process is killed: the first, a part, the version, its promotion. */
  private static final Set<String> DECISIVE =
      Set.of("runs", "item_factors", "model_versions", "model_aliases");

  private static final LocalDate FIRST_DAY = LocalDate.of(2025, 10, 1);
  private static final Interval FIRST_NIGHT = days(0, 10);
  private static final Interval SECOND_NIGHT = days(10, 11);

  private Path folder;
  private final ExecutorService children = Executors.newFixedThreadPool(2);

  @BeforeAll
  void learnTheFirstVersion(@TempDir Path folder) throws IOException {
    this.folder = folder;
    StoreDefinition shop =
        StoreDefinition.small()
            .with(
                Map.of(
                    "users",
                    "60",
                    "items",
                    "40",
                    "days",
                    "12",
                    "eventsPerDay",
                    "150",
                    "zone",
                    "UTC"));
    StoreGenerator.events(TestSession.get(), shop)
        .drop(EventColumns.SOURCE, EventColumns.INGEST_RUN)
        .coalesce(1)
        .write()
        .format("delta")
        .save(folder.resolve("events").toString());
    Files.writeString(file("promoting"), pipeline("minimalUsers: 1"));
    Files.writeString(file("rejecting"), pipeline("minimalUsers: 1\n  minimum:\n    ndcg: 2"));
    RunOutcome first =
        KilledNight.night(base().toString(), file("promoting"), FIRST_NIGHT, WriteListener.NONE);
    assertThat(first.kind()).isEqualTo(RunOutcome.Kind.PROMOTED);
  }

  @AfterAll
  void endChildren() {
    children.shutdownNow();
  }

  @Test
  void promotedNightThatEndsAfterAnyWriteAndIsRunAgainLeavesTheTablesOfAnUndisturbedNight() {
    Path undisturbed = copy("undisturbed");
    List<String> commits = new ArrayList<>();
    RunOutcome outcome = nightLeavingACopyAfterEachWrite(undisturbed, "promoting", commits);
    assertThat(outcome.kind()).isEqualTo(RunOutcome.Kind.PROMOTED);
    assertThat(outcome.phases()).containsKeys("read", "train", "absorb", "register");
    assertThat(commits)
        .startsWith("runs", "entity_ids")
        .contains("item_factors")
        .endsWith("model_versions", "slices", "model_aliases", "runs");
    runAgainFromEachCopy(commits, 1, "promoting", RunOutcome.Kind.PROMOTED, undisturbed);
    killAfterDecisive(commits, "promoting", RunOutcome.Kind.PROMOTED, undisturbed);
  }

  @Test
  void rejectedNightThatEndsAfterAnyOfItsLastWritesAndIsRunAgainLeavesTheTablesOfAnUndisturbed() {
    Path undisturbed = copy("undisturbed-rejection");
    List<String> commits = new ArrayList<>();
    assertThat(nightLeavingACopyAfterEachWrite(undisturbed, "rejecting", commits).kind())
        .isEqualTo(RunOutcome.Kind.REJECTED);
    assertThat(commits)
        .doesNotContain("model_aliases")
        .endsWith("model_versions", "slices", "runs");
    runAgainFromEachCopy(
        commits, commits.size() - 2, "rejecting", RunOutcome.Kind.REJECTED, undisturbed);
  }

  @Test
  void secondRunOfAPipelineAtTheSameTimeEndsWithTryAgainAndWritesNothing() {
    Path warehouse = copy("two-at-once");
    List<Integer> exits = new ArrayList<>();
    List<Map<String, Integer>> before = new ArrayList<>();
    List<Map<String, Integer>> after = new ArrayList<>();
    Path log = folder.resolve("second.log");
    RunOutcome first =
        KilledNight.night(
            warehouse.toString(),
            file("promoting"),
            SECOND_NIGHT,
            (table, pipeline, version) -> {
              if (table.equals("entity_ids")) {
                before.add(commitsByTable(warehouse));
                exits.add(
                    KilledNight.inOwnProcess(
                        warehouse.toString(), file("promoting"), SECOND_NIGHT, "none", log));
                after.add(commitsByTable(warehouse));
              }
            });
    assertThat(exits).containsExactly(ExitCode.TRY_AGAIN.code());
    assertThat(log).content().contains("Cannot work on " + PIPELINE);
    assertThat(after).isEqualTo(before);
    assertThat(first.kind()).isEqualTo(RunOutcome.Kind.PROMOTED);
    assertThat(champion(warehouse).version()).isEqualTo(2);
  }

  private RunOutcome nightLeavingACopyAfterEachWrite(
      Path warehouse, String pipeline, List<String> commits) {
    return KilledNight.night(
        warehouse.toString(),
        file(pipeline),
        SECOND_NIGHT,
        (table, name, version) -> {
          commits.add(table);
          copyOfAnInstant(warehouse, left(pipeline, commits.size()));
        });
  }

  /** What a night left behind that ended after its {@code last}th write. */
  private Path left(String pipeline, int last) {
    return folder.resolve(pipeline + "-left-" + last);
  }

  private void runAgainFromEachCopy(
      List<String> commits, int first, String pipeline, RunOutcome.Kind kind, Path undisturbed) {
    WarehouseContent expected = WarehouseContent.of(undisturbed);
    for (int last = first; last <= commits.size(); last++) {
      runAgain(left(pipeline, last), "ended", last, commits, pipeline, kind, expected);
    }
  }

  /** Kills processes, two at a time, and runs their nights again here. */
  private void killAfterDecisive(
      List<String> commits, String pipeline, RunOutcome.Kind kind, Path undisturbed) {
    Map<Integer, Future<Integer>> exits = new LinkedHashMap<>();
    for (String table : DECISIVE) {
      int last = commits.indexOf(table) + 1;
      Path killed = copy(pipeline + "-killed-" + last);
      exits.put(
          last,
          children.submit(
              () ->
                  KilledNight.inOwnProcess(
                      killed.toString(),
                      file(pipeline),
                      SECOND_NIGHT,
                      table,
                      folder.resolve(killed.getFileName() + ".log"))));
    }
    WarehouseContent expected = WarehouseContent.of(undisturbed);
    exits.forEach(
        (last, exit) -> {
          Path killed = folder.resolve(pipeline + "-killed-" + last);
          assertThat(ended(exit)).as("killed after write " + last).isEqualTo(KilledNight.KILLED);
          runAgain(killed, "killed", last, commits, pipeline, kind, expected);
        });
  }

  private void runAgain(
      Path warehouse,
      String how,
      int last,
      List<String> commits,
      String pipeline,
      RunOutcome.Kind kind,
      WarehouseContent expected) {
    String table = commits.get(last - 1);
    String what = how + " after write " + last + " (" + table + ")";
    boolean flipped = commits.subList(0, last).contains("model_aliases");
    assertThat(champion(warehouse).version()).as(what).isEqualTo(flipped ? 2 : 1);
    FactorRows served = items(warehouse);
    assertThat(served.size()).as(what).isPositive();
    if (!flipped) {
      assertThat(served.values()).as(what).isEqualTo(items(base()).values());
    }
    // After the last write nothing was left to do: a second run would add its own "nothing new".
    if (last < commits.size()) {
      assertThat(night(warehouse, pipeline, new ArrayList<>()).kind()).as(what).isEqualTo(kind);
    }
    WarehouseContent.of(warehouse).assertSameAs(expected, what);
  }

  private static int ended(Future<Integer> child) {
    try {
      return child.get();
    } catch (Exception e) {
      throw new IllegalStateException("The process of a night could not be run", e);
    }
  }

  private RunOutcome night(Path warehouse, String pipeline, List<String> commits) {
    return KilledNight.night(
        warehouse.toString(),
        file(pipeline),
        SECOND_NIGHT,
        (table, name, version) -> commits.add(table));
  }

  private static ModelVersion champion(Path warehouse) {
    return registry(warehouse).alias(PIPELINE, DeltaModelRegistry.CHAMPION).orElseThrow();
  }

  private static FactorRows items(Path warehouse) {
    return registry(warehouse).open(champion(warehouse)).items().all();
  }

  private static DeltaModelRegistry registry(Path warehouse) {
    return new DeltaModelRegistry(
        TestSession.get(), new Warehouse(warehouse.toString()), 14, WriteListener.NONE);
  }

  private Path base() {
    return folder.resolve("base");
  }

  private Path file(String pipeline) {
    return folder.resolve(pipeline + ".yaml");
  }

  private static Interval days(int from, int to) {
    return new Interval(
        FIRST_DAY.plusDays(from).atStartOfDay(ZoneOffset.UTC).toInstant(),
        FIRST_DAY.plusDays(to).atStartOfDay(ZoneOffset.UTC).toInstant());
  }

  private String pipeline(String gate) {
    return """
    name: %s
    seed: 3
    source:
      table: '%s'
      columns:
        user_id: user_id
        item_id: item_id
        event_time: event_time
        event_type: event_type
        value: value
        event_date: event_date
    model:
      rank: 4
      maxIter: 2
    evaluation:
      replicates: 50
    gate:
      baseline: none
      maximalRegression: 1
      drift: none
      %s
    """
        .formatted(PIPELINE, folder.resolve("events"), gate);
  }

  /** A copy of the warehouse that holds version 1. */
  private Path copy(String name) {
    Path copy = folder.resolve(name);
    try (Stream<Path> files = Files.walk(base())) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(base().relativize(file)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return copy;
  }

  /**
   * What lies in a warehouse while others write into it: the logs first, so that every file that
   * they name is there when the files are copied. Without leases: their owner lives.
   */
  private static void copyOfAnInstant(Path warehouse, Path copy) {
    for (boolean logs : new boolean[] {true, false}) {
      try (Stream<Path> files = Files.walk(warehouse)) {
        for (Path file :
            files
                .filter(Files::isRegularFile)
                .filter(path -> path.getParent().endsWith("_delta_log") == logs)
                .filter(path -> !path.getFileName().toString().startsWith("."))
                .filter(path -> !warehouse.relativize(path).startsWith("leases"))
                .toList()) {
          Path to = copy.resolve(warehouse.relativize(file));
          Files.createDirectories(to.getParent());
          Files.copy(file, to);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static Map<String, Integer> commitsByTable(Path warehouse) {
    Map<String, Integer> commits = new LinkedHashMap<>();
    try (Stream<Path> files = Files.walk(warehouse)) {
      files
          .filter(file -> file.getParent().endsWith("_delta_log"))
          .filter(file -> !file.toString().contains("leases") && file.toString().endsWith(".json"))
          .map(file -> warehouse.relativize(file).getName(0).toString())
          .sorted()
          .forEach(table -> commits.merge(table, 1, Integer::sum));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return commits;
  }
}
