package io.perennial.airflow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.perennial.TestSession;
import io.perennial.pipeline.RunOutcome;
import io.perennial.pipeline.WarehouseContent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nights under a running scheduler: a backfill whose second night loses its Spark driver, then a
 * corrupted night.
 */
@Tag("system")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class AirflowNightsIT {
  private static final Duration LONGEST = Duration.ofMinutes(20);
  private static final int FIRST = ScheduledShop.BASE_DAYS;
  private static final int CORRUPTED = FIRST + 3;

  @TempDir static Path folder;
  private static Webhook webhook;
  private static ScheduledShop shop;
  private static Path twin;
  private static AirflowHome home;
  private static AirflowServices services;

  @BeforeAll
  static void start() throws Exception {
    AirflowInstallation installation = AirflowInstallation.require();
    shop =
        ScheduledShop.generate(
            folder, "shop", "maximalRejections: 2", "notifications:", "  webhook: chat");
    shop.ingest(0, CORRUPTED);
    assertThat(shop.learn(shop.warehouse(), 0, FIRST).kind()).isEqualTo(RunOutcome.Kind.PROMOTED);
    twin = copy(shop.warehouse(), folder.resolve("twin"));
    webhook = Webhook.start();
    home = webhook.knownTo(AirflowHome.of(installation, folder, shop));
    services = AirflowServices.of(home, LONGEST);
  }

  @AfterAll
  static void stop() {
    if (services != null) {
      services.close();
    }
    if (webhook != null) {
      webhook.close();
    }
  }

  @Test
  @Order(1)
  void aBackfillRunsNightsInOrderAndAKilledDriverIsTakenUpByTheRetry() throws Exception {
    home.airflow(
            "backfill",
            "create",
            "--dag-id",
            "shop",
            "--from-date",
            ScheduledShop.day(FIRST).toString(),
            "--to-date",
            ScheduledShop.day(CORRUPTED).toString(),
            "--reprocess-behavior",
            "failed",
            "--max-active-runs",
            "1")
        .succeeded();
    killDriver(ScheduledShop.day(FIRST + 1) + "/" + ScheduledShop.day(FIRST + 2));
    JsonNode state = await(now -> ended(now, 3));

    List<String> retrained = new ArrayList<>();
    for (JsonNode run : state.get("runs")) {
      assertThat(run.get("state").asText()).as(run.toPrettyString()).isEqualTo("success");
      assertThat(task(run, "retrain").get("state").asText()).isEqualTo("success");
      assertThat(task(run, "recommend").get("state").asText()).isEqualTo("success");
      assertThat(task(run, "notice").get("state").asText()).isEqualTo("skipped");
      retrained.add(task(run, "retrain").get("tries").asText());
    }
    assertThat(retrained).containsExactly("1", "2", "1");
    List<Row> runs =
        TestSession.get()
            .read()
            .format("delta")
            .load(shop.warehouse().resolve("runs").toString())
            .where("version > 1")
            .sort("opened_at")
            .select("interval_from", "outcome", "version")
            .collectAsList();
    assertThat(runs).extracting(run -> run.getString(1)).containsOnly("promoted").hasSize(3);
    assertThat(runs).extracting(run -> run.getLong(2)).containsExactly(2L, 3L, 4L);
    assertThat(runs).extracting(run -> run.getTimestamp(0)).isSorted();
    assertThat(events(state, "perennial-shop-model")).containsExactly(2L, 3L, 4L);
    assertThat(events(state, "perennial-shop-recommendations")).containsExactly(2L, 3L, 4L);
    assertThat(webhook.notices()).isEmpty();

    for (int day = FIRST; day < CORRUPTED; day++) {
      assertThat(shop.learn(twin, day, day + 1).kind()).isEqualTo(RunOutcome.Kind.PROMOTED);
    }
    Set<String> learnt =
        Set.of(
            "model_metrics",
            "user_factors",
            "item_factors",
            "user_history",
            "item_statistics",
            "slices",
            "entity_ids",
            "model_aliases");
    WarehouseContent.of(shop.warehouse())
        .only(learnt)
        .assertSameAs(WarehouseContent.of(twin).only(learnt), "nights with and without a kill");
  }

  @Test
  @Order(2)
  void aCorruptedNightEndsAsARejectionThatSkipsRecommendAndRaisesANotice() throws Exception {
    shop.ingest(shop.corrupted(CORRUPTED));
    String interval = ScheduledShop.day(CORRUPTED) + "/" + ScheduledShop.day(CORRUPTED + 1);
    home.airflow("dags", "trigger", "shop", "--conf", "{\"interval\": \"" + interval + "\"}")
        .succeeded();
    JsonNode run = await(now -> ended(now, 4)).get("runs").get(3);

    assertThat(run.get("state").asText()).as(run.toPrettyString()).isEqualTo("success");
    for (String done : Set.of("retrain", "outcome", "notice", "alert", "report")) {
      assertThat(task(run, done).get("state").asText()).as(done).isEqualTo("success");
    }
    for (String skipped : Set.of("version", "recommend")) {
      assertThat(task(run, skipped).get("state").asText()).as(skipped).isEqualTo("skipped");
    }
    assertThat(webhook.notices())
        .singleElement()
        .satisfies(
            notice -> {
              assertThat(notice.get("event").asText()).isEqualTo("rejected");
              assertThat(notice.get("text").asText())
                  .contains("was rejected by", "Version 4 stays in use");
            });
    assertThat(
            TestSession.get()
                .read()
                .format("delta")
                .load(shop.warehouse().resolve("recommendations").toString())
                .select("version")
                .distinct()
                .collectAsList())
        .extracting(row -> row.getLong(0))
        .containsExactly(4L);
  }

  /** Sends SIGKILL to the driver of a night after the night's first commit. */
  private static void killDriver(String interval) throws Exception {
    Path log = shop.warehouse().resolve("runs/_delta_log");
    Instant end = Instant.now().plus(LONGEST);
    Optional<ProcessHandle> driver = Optional.empty();
    while (driver.isEmpty()) {
      assertThat(Instant.now()).as("the driver of %s", interval).isBefore(end);
      assertThat(services.alive()).isTrue();
      Thread.sleep(50);
      driver = driver(interval);
    }
    long commits = entries(log);
    while (entries(log) == commits) {
      assertThat(driver.get().isAlive()).as("the driver of %s", interval).isTrue();
      assertThat(Instant.now()).isBefore(end);
      Thread.sleep(20);
    }
    assertThat(driver.get().destroyForcibly()).isTrue();
  }

  private static Optional<ProcessHandle> driver(String interval) {
    return ProcessHandle.allProcesses()
        .filter(
            process -> {
              List<String> line = arguments(process.pid());
              return line.contains("org.apache.spark.deploy.SparkSubmit")
                  && !line.contains("org.apache.spark.launcher.Main")
                  && line.contains("retrain")
                  && line.contains(interval)
                  && line.contains(shop.warehouse().toString());
            })
        .findFirst();
  }

  private static List<String> arguments(long process) {
    try {
      byte[] line = Files.readAllBytes(Path.of("/proc", Long.toString(process), "cmdline"));
      return List.of(new String(line, StandardCharsets.UTF_8).split("\0"));
    } catch (IOException ended) {
      return List.of();
    }
  }

  private static long entries(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".json")).count();
    }
  }

  private static JsonNode await(Predicate<JsonNode> wanted) throws Exception {
    return home.await("shop", services, LONGEST, wanted);
  }

  private static boolean ended(JsonNode state, int runs) {
    return state.get("runs").size() == runs
        && StreamSupport.stream(state.get("runs").spliterator(), false)
            .allMatch(run -> Set.of("success", "failed").contains(run.get("state").asText()));
  }

  private static JsonNode task(JsonNode run, String task) {
    return run.get("tasks").get(task);
  }

  private static List<Long> events(JsonNode state, String asset) {
    return StreamSupport.stream(state.get("events").spliterator(), false)
        .filter(event -> event.get("asset").asText().equals(asset))
        .map(event -> event.get("extra").get("version").asLong())
        .toList();
  }

  private static Path copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Path copied = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(copied);
        } else {
          Files.copy(file, copied);
        }
      }
    }
    return to;
  }
}
