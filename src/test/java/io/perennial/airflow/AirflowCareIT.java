package io.perennial.airflow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.perennial.TestSession;
import io.perennial.pipeline.RunOutcome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a running scheduler does when somebody is needed, and once a week. */
@Tag("system")
final class AirflowCareIT {
  private static final Duration LONGEST = Duration.ofMinutes(10);
  private static final int CORRUPTED = ScheduledShop.BASE_DAYS;

  @TempDir static Path folder;
  private static Webhook webhook;
  private static ScheduledShop shop;
  private static AirflowHome home;
  private static AirflowServices services;

  @BeforeAll
  static void start() throws Exception {
    AirflowInstallation installation = AirflowInstallation.require();
    shop =
        ScheduledShop.generate(
            folder,
            "shop",
            "submit: embedded",
            "maximalRejections: 1",
            "notifications:",
            "  webhook: chat",
            "maintenance:",
            "  keepVersions: 2",
            "  backtestDays: 2",
            "  backtestArms: popularity");
    shop.ingest(0, CORRUPTED);
    assertThat(shop.learn(shop.warehouse(), 0, CORRUPTED).kind())
        .isEqualTo(RunOutcome.Kind.PROMOTED);
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
  void tooManyRejectionsFailATaskOfTheirOwnAndAreTold() throws Exception {
    shop.ingest(shop.corrupted(CORRUPTED));
    String interval = ScheduledShop.day(CORRUPTED) + "/" + ScheduledShop.day(CORRUPTED + 1);
    home.airflow("dags", "trigger", "shop", "--conf", "{\"interval\": \"" + interval + "\"}")
        .succeeded();
    JsonNode run = onlyRun("shop");

    assertThat(run.get("state").asText()).as(run.toPrettyString()).isEqualTo("failed");
    assertThat(state(run, "retrain")).isEqualTo("success");
    assertThat(state(run, "notice")).isEqualTo("success");
    assertThat(state(run, "alert")).isEqualTo("failed");
    assertThat(webhook.notices())
        .extracting(notice -> notice.get("event").asText())
        .as("told by two tasks that do not wait for each other")
        .containsExactlyInAnyOrder("rejected", "alert");
    assertThat(webhook.notices())
        .filteredOn(notice -> notice.get("event").asText().equals("alert"))
        .singleElement()
        .satisfies(
            alert ->
                assertThat(alert.get("text").asText()).contains("1 nights in a row were rejected"));
  }

  @Test
  void theWeeklyCareRunsByTheLauncher() throws Exception {
    // The week that ended on a Sunday in the middle of what was learnt.
    home.airflow(
            "backfill",
            "create",
            "--dag-id",
            "shop.maintenance",
            "--from-date",
            "2026-03-01",
            "--to-date",
            "2026-03-02")
        .succeeded();
    JsonNode run = onlyRun("shop.maintenance");

    assertThat(run.get("state").asText()).as(run.toPrettyString()).isEqualTo("success");
    assertThat(
            table("backtests").select("night").distinct().sort("night").collectAsList().stream()
                .map(row -> row.getDate(0).toString()))
        .containsExactly("2026-03-06", "2026-03-07");
    assertThat(
            TestSession.get()
                .sql(
                    "DESCRIBE HISTORY delta.`"
                        + shop.warehouse().resolve("entity_ids")
                        + "` LIMIT 1")
                .head()
                .<String>getAs("operation"))
        .isEqualTo("OPTIMIZE");
  }

  private static Dataset<Row> table(String name) {
    return TestSession.get().read().format("delta").load(shop.warehouse().resolve(name).toString());
  }

  /** The one run of a DAG, when it has ended. */
  private static JsonNode onlyRun(String dag) throws Exception {
    JsonNode runs =
        home.await(
                dag,
                services,
                LONGEST,
                state ->
                    state.get("runs").size() == 1
                        && StreamSupport.stream(state.get("runs").spliterator(), false)
                            .allMatch(
                                run ->
                                    Set.of("success", "failed")
                                        .contains(run.get("state").asText())))
            .get("runs");
    return runs.get(0);
  }

  private static String state(JsonNode run, String task) {
    return run.get("tasks").get(task).get("state").asText();
  }
}
