package io.perennial.airflow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.perennial.TestSession;
import io.perennial.Warehouse;
import io.perennial.config.PipelineReader;
import io.perennial.pipeline.RunOutcome;
import io.perennial.registry.DeltaModelRegistry;
import io.perennial.registry.ModelVersion;
import io.perennial.registry.WriteListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** The DAGs in the real Airflow, and one real night whose commands go through spark-submit. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class AirflowDagsIT {
  private static final Path PIPELINES = Path.of("pipelines").toAbsolutePath();
  private static final Path PYTHON = Path.of("src", "test", "python", "airflow").toAbsolutePath();

  @TempDir static Path folder;
  private static AirflowInstallation installation;

  @BeforeAll
  static void install() throws Exception {
    installation = AirflowInstallation.require();
  }

  private static AirflowHome home(String name, Path pipelines, Path warehouse) throws IOException {
    return new AirflowHome(
        installation, Files.createDirectories(folder.resolve(name)), pipelines, warehouse);
  }

  @Test
  @Order(1)
  void theDagsAreThoseOfTheScheduledPipelinesAndEveryAssetHasOneUri() throws Exception {
    AirflowHome home = home("bag", PIPELINES, folder);
    JsonNode bag = bag(home);

    assertThat(bag.get("import_errors")).isEmpty();
    Set<String> expected = new TreeSet<>(Set.of("perennial-example-consumer"));
    try (Stream<Path> files = Files.list(PIPELINES)) {
      files
          .map(PipelineReader::read)
          .filter(pipeline -> pipeline.schedule().isPresent())
          .forEach(
              pipeline -> {
                expected.add(pipeline.name());
                expected.add(pipeline.name() + ".maintenance");
              });
    }
    assertThat(expected).contains("demo");
    assertThat(names(bag.get("dags"))).isEqualTo(expected);
    JsonNode assets = bag.get("assets");
    Set<String> byName = new TreeSet<>();
    Set<String> byUri = new TreeSet<>();
    assets.forEach(asset -> byName.add(asset.get(0).asText()));
    assets.forEach(asset -> byUri.add(asset.get(1).asText()));
    assertThat(byName).contains("perennial-demo-model", "perennial-demo-recommendations");
    assertThat(byName).hasSameSizeAs(assets);
    assertThat(byUri).hasSameSizeAs(assets);
    assertThat(bag.get("heavy_modules")).as("what parsing must not import").isEmpty();
    System.err.printf("Parsing %s took %.2f s%n", PIPELINES, bag.get("seconds").asDouble());

    JsonNode demo = bag.get("dags").get("demo");
    assertThat(demo.get("max_active_runs").asInt()).isEqualTo(1);
    assertThat(demo.get("catchup").asBoolean()).isFalse();
    assertThat(demo.get("doc").asBoolean()).isTrue();
    assertThat(demo.get("params").toString()).contains("dry_run", "full_rebuild", "interval");
    JsonNode retrain = demo.get("tasks").get("retrain");
    assertThat(retrain.get("type").asText()).isEqualTo("EmbeddedCommand");
    assertThat(retrain.get("depends_on_past").asBoolean()).isTrue();
    assertThat(retrain.get("pool").asText()).isEqualTo("perennial-demo");
    assertThat(retrain.get("retries").asInt()).isEqualTo(2);
    assertThat(retrain.get("backoff").asBoolean()).isTrue();
    assertThat(retrain.get("timeout").asDouble()).isEqualTo(21_600);
    assertThat(demo.get("tasks").get("ingest").get("downstream").toString()).contains("retrain");
  }

  @Test
  @Order(2)
  void aWrongPipelineFileIsAnImportErrorThatHarmsNoOther() throws Exception {
    Path pipelines = Files.createDirectories(folder.resolve("some-wrong"));
    Files.copy(PIPELINES.resolve("demo.yaml"), pipelines.resolve("demo.yaml"));
    Files.writeString(
        pipelines.resolve("wrong.yaml"), "name: wrong\nschedule:\n  cron: nightly\n  retires: 1\n");
    JsonNode bag = bag(home("wrong", pipelines, folder));

    assertThat(names(bag.get("dags"))).contains("demo").doesNotContain("wrong");
    assertThat(names(bag.get("import_errors"))).containsExactly("perennial_check.py");
    assertThat(bag.get("import_errors").get("perennial_check.py").asText())
        .contains(
            "wrong.yaml",
            "schedule.cron must be five fields",
            "schedule.startDate is missing",
            "schedule.retries?");
  }

  @Test
  @Order(3)
  void whatTheDagsDecideIsDecidedRightly() throws Exception {
    AirflowHome.Ended ended =
        home("unit", PIPELINES, folder)
            .python(PYTHON.resolve("test_perennial_airflow.py").toString(), "-q");
    assertThat(ended.succeeded().output()).contains("OK").doesNotContain("skipped");
  }

  @Test
  @Order(4)
  void aNightThroughSparkSubmitEndsWithAPromotedVersionAndItsAssets() throws Exception {
    Path inbox = Files.createDirectories(folder.resolve("inbox"));
    ScheduledShop shop = ScheduledShop.generate(folder, "shop", "inbox: " + inbox);
    int night = ScheduledShop.BASE_DAYS;
    shop.ingest(0, night);
    assertThat(shop.learn(shop.warehouse(), 0, night).kind()).isEqualTo(RunOutcome.Kind.PROMOTED);
    Files.copy(shop.delivery(night), inbox.resolve("tonight.csv.gz"));
    AirflowHome home = home("night", shop.pipelines(), shop.warehouse());
    home.airflow("db", "migrate").succeeded();

    AirflowHome.Ended missing =
        home.without("AIRFLOW_CONN_SPARK_DEFAULT")
            .airflow("dags", "test", "shop", ScheduledShop.day(night + 1) + "T02:30:00+00:00");
    assertThat(missing.output()).contains("Airflow has no connection 'spark_default'");
    assertThat(champion(shop).version()).isEqualTo(1);

    AirflowHome.Ended ended =
        home.with(
                "AIRFLOW_CONN_SPARK_DEFAULT", "{\"conn_type\": \"spark\", \"host\": \"local[2]\"}")
            .airflow("dags", "test", "shop", ScheduledShop.day(night + 1) + "T02:30:00+00:00");

    JsonNode state = home.state("shop");
    JsonNode run = state.get("runs").get(state.get("runs").size() - 1);
    assertThat(run.get("state").asText()).as(ended.output()).isEqualTo("success");
    for (String done :
        Set.of("ingest", "retrain", "outcome", "version", "recommend", "report", "alert")) {
      assertThat(run.get("tasks").get(done).get("state").asText()).as(done).isEqualTo("success");
    }
    assertThat(run.get("tasks").get("notice").get("state").asText()).isEqualTo("skipped");
    ModelVersion champion = champion(shop);
    assertThat(champion.version()).isEqualTo(2);
    assertThat(champion.slice().to().eventTime().toString())
        .startsWith(ScheduledShop.day(night + 1).toString());
    assertThat(
            TestSession.get()
                .read()
                .format("delta")
                .load(shop.warehouse().resolve("recommendations").toString())
                .where("version = 2")
                .count())
        .isPositive();
    assertThat(shop.warehouse().resolve("reports/index.html")).exists();
    JsonNode events = state.get("events");
    assertThat(events).hasSize(2);
    assertThat(events.get(0).get("uri").asText()).isEqualTo("perennial://shop/model");
    assertThat(events.get(1).get("uri").asText()).isEqualTo("perennial://shop/recommendations");
    for (JsonNode event : events) {
      assertThat(event.get("extra").get("version").asInt()).isEqualTo(2);
      assertThat(event.get("extra").get("metrics").get("ndcg@20").isNumber()).isTrue();
    }
  }

  private static ModelVersion champion(ScheduledShop shop) {
    return new DeltaModelRegistry(
            TestSession.get(), new Warehouse(shop.warehouse().toString()), 14, WriteListener.NONE)
        .alias("shop", DeltaModelRegistry.CHAMPION)
        .orElseThrow();
  }

  private static JsonNode bag(AirflowHome home) throws IOException, InterruptedException {
    return AirflowHome.json(
        home.python(PYTHON.resolve("dagbag.py").toString(), AirflowInstallation.DAGS.toString())
            .succeeded());
  }

  private static Set<String> names(JsonNode object) {
    Set<String> names = new TreeSet<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }
}
