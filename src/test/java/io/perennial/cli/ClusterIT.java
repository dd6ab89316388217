package io.perennial.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.perennial.ExitCode;
import io.perennial.cluster.SparkDistribution;
import io.perennial.cluster.StandaloneCluster;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Commands as a cluster runs them: submitted to a master and two workers, which can die. */
@Tag("system")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class ClusterIT {
  private static final int SWEEPS = 12;
  private static final String PIPELINE =
      """
      name: shop
      ingest:
        format: csv
        columns:
          user_id: customer
          item_id: sku
          event_time: bought_at
        sourceTimeZone: UTC
      model:
        rank: 8
        maxIter: %d
        solver: spark
        numBlocks: 4
      evaluation:
        replicates: 50
      """
          .formatted(SWEEPS);

  @TempDir static Path folder;
  private static Path spark;
  private static StandaloneCluster cluster;
  private static int port;
  private static JsonNode undisturbed;

  private final Launcher perennial =
      new Launcher(folder, Map.of("SPARK_HOME", spark.toString(), "SPARK_LOCAL_IP", "127.0.0.1"));

  @BeforeAll
  static void start() throws Exception {
    Optional<Path> found = SparkDistribution.home();
    if (found.isEmpty()) {
      System.err.println(
          "SKIPPED: no Spark cluster was tested, python3 with venv is missing (Debian: apt-get"
              + " install python3-venv).");
    }
    Assumptions.assumeTrue(found.isPresent(), "python3 with venv");
    spark = found.get();
    cluster = new StandaloneCluster(spark, folder, 2, "1g");
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    Files.writeString(folder.resolve("shop.yaml"), PIPELINE);
    Files.writeString(
        folder.resolve("blocks.yaml"), PIPELINE.replace("solver: spark", "solver: blocks"));
    Files.write(folder.resolve("sales.csv"), sales());
    settings("cluster.conf", cluster.master(), Map.of());
    settings("away.conf", "spark://127.0.0.1:1", Map.of());
  }

  @AfterAll
  static void stop() {
    if (cluster != null) {
      cluster.close();
    }
  }

  private static void settings(String name, String master, Map<String, String> more)
      throws IOException {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("spark.master", master);
    settings.put("spark.driver.host", "127.0.0.1");
    settings.put("spark.driver.bindAddress", "127.0.0.1");
    settings.put("spark.driver.memory", "1g");
    settings.put("spark.executor.memory", "768m");
    settings.put("spark.executor.cores", "1");
    settings.put("spark.executor.extraJavaOptions", "-XX:TieredStopAtLevel=1");
    settings.put("spark.sql.shuffle.partitions", "2");
    settings.put("spark.databricks.delta.snapshotPartitions", "1");
    settings.put("spark.shuffle.io.retryWait", "1s");
    settings.put("spark.perennial.driverEvents", "0"); // as a night that no driver could hold
    settings.put("spark.ui.port", Integer.toString(port));
    settings.put("spark.ui.prometheus.enabled", "true");
    settings.put(
        "spark.metrics.conf.*.sink.prometheusServlet.class",
        "org.apache.spark.metrics.sink.PrometheusServlet");
    settings.put("spark.metrics.conf.*.sink.prometheusServlet.path", "/metrics/prometheus");
    settings.putAll(more);
    Files.writeString(
        folder.resolve(name),
        settings.entrySet().stream()
            .map(e -> e.getKey() + " " + e.getValue() + "\n")
            .collect(Collectors.joining()));
  }

  private static String[] command(String conf, String warehouse, String... words) {
    return commandOf("shop.yaml", conf, warehouse, words);
  }

  private static String[] commandOf(
      String pipeline, String conf, String warehouse, String... words) {
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(List.of("--conf", conf, "--pipeline", pipeline, "--warehouse", warehouse));
    all.addAll(List.of("--output", "json", "--log", "json"));
    return all.toArray(String[]::new);
  }

  @Test
  @Order(1)
  void aMasterThatIsAwayIsSaidAndNothingIsWritten() throws Exception {
    Launcher.Ended ended =
        perennial.run(command("away.conf", "wh", "ingest", "--input", "sales.csv"));
    assertThat(ended.code()).as(ended.err()).isEqualTo(ExitCode.TRY_AGAIN.code());
    assertThat(ended.err())
        .contains("No master answers at spark://127.0.0.1:1", "Nothing was read or written")
        .doesNotContain("\tat ");
    assertThat(folder.resolve("wh")).doesNotExist();
  }

  @Test
  @Order(2)
  void theListOfSparksJarsIsThatOfItsDistribution() throws Exception {
    TreeSet<String> brought = new TreeSet<>();
    try (Stream<Path> jars = Files.list(spark.resolve("jars"))) {
      jars.map(jar -> jar.getFileName().toString())
          .filter(name -> name.endsWith(".jar"))
          .forEach(name -> brought.add(name.replaceFirst("(-[0-9][0-9.]*.*)?\\.jar$", "")));
    }
    assertThat(Files.readAllLines(Path.of("conf", "spark-jars.txt")))
        .filteredOn(line -> !line.startsWith("#"))
        .containsExactlyElementsOf(brought);
  }

  @Test
  @Order(2)
  void anotherSparkAndAnUnknownPlatformAreNamed() throws Exception {
    Path other = Files.createDirectories(folder.resolve("spark-3.5"));
    Files.createDirectories(other.resolve("jars"));
    Files.writeString(other.resolve("jars/spark-core_2.13-3.5.7.jar"), "");
    Files.createDirectories(other.resolve("bin"));
    Path submit = Files.writeString(other.resolve("bin/spark-submit"), "#!/bin/sh\nexit 9\n");
    assertThat(submit.toFile().setExecutable(true)).isTrue();
    Launcher.Ended ended =
        new Launcher(folder, Map.of("SPARK_HOME", other.toString()))
            .run(command("cluster.conf", "wh", "retrain"));
    assertThat(ended.code()).isEqualTo(ExitCode.USAGE.code());
    assertThat(ended.err())
        .contains("built for Spark 4.1", "spark-core_2.13-3.5.7", "Nothing was read or written");

    Launcher.Ended packaged = perennial.run("package", "--platform", "plan9-mips");
    assertThat(packaged.code()).isEqualTo(ExitCode.USAGE.code());
    assertThat(packaged.err()).contains("There is no platform 'plan9-mips'", "linux-arm64");
  }

  @Test
  @Order(3)
  void aNightThatLosesAnExecutorEndsAsAnUndisturbedOne() throws Exception {
    JsonNode report =
        perennial
            .run(command("cluster.conf", "wh", "ingest", "--input", "sales.csv"))
            .succeeded()
            .json();
    assertThat(report.get(0).get("events").asLong()).isEqualTo(2_800);
    copy(folder.resolve("wh"), folder.resolve("quiet"));
    copy(folder.resolve("wh"), folder.resolve("blocks"));

    String[] night = {"retrain", "--interval", "2026-01-01/2026-01-15"};
    JsonNode quiet = perennial.run(command("cluster.conf", "quiet", night)).succeeded().json();
    undisturbed = quiet.get(0);

    Launcher.Running running = perennial.begin("", command("cluster.conf", "wh", night));
    try {
      waitFor(running, Pattern.compile("learning factors: \\d+ of " + (1 + 2 * SWEEPS)));
      scrape();
      ProcessHandle executor = cluster.executor(1);
      assertThat(executor.destroyForcibly()).isTrue();
      executor.onExit().get(10, TimeUnit.SECONDS);
    } catch (Exception | AssertionError e) {
      running.process().destroyForcibly();
      throw e;
    }
    Launcher.Ended ended = running.end().succeeded();
    assertThat(ended.err()).contains("Lost executor");
    assertThat(ended.err().indexOf("Lost executor"))
        .isLessThan(ended.err().indexOf("learning factors: " + (1 + 2 * SWEEPS) + " of "));
    assertSame(ended.json().get(0), quiet.get(0), 1e-4);
    everyLineNamesItsRun(ended.err());
  }

  @Test
  @Order(4)
  void aNightWhoseItemsStayOnExecutorsEndsAsOneWithItemsInTheDriver() throws Exception {
    String[] night = {"retrain", "--interval", "2026-01-01/2026-01-15"};
    JsonNode blocks =
        perennial.run(commandOf("blocks.yaml", "cluster.conf", "blocks", night)).succeeded().json();
    assertSame(blocks.get(0), undisturbed, 1e-3); // additions in another order
  }

  @Test
  @Order(5)
  void recommendationsAreWrittenAndOpenLineageIsTold() throws Exception {
    Path lineage = folder.resolve("lineage.jsonl");
    Path jar;
    try (Stream<Path> jars = Files.list(Path.of("target", "system-lib"))) {
      jar =
          jars.filter(file -> file.getFileName().toString().startsWith("openlineage-spark"))
              .findFirst()
              .orElseThrow()
              .toAbsolutePath();
    }
    settings(
        "lineage.conf",
        cluster.master(),
        Map.of(
            "spark.jars", jar.toString(),
            "spark.extraListeners", "io.openlineage.spark.agent.OpenLineageSparkListener",
            "spark.openlineage.namespace", "shop",
            "spark.openlineage.parentJobNamespace", "airflow",
            "spark.openlineage.parentJobName", "perennial_shop.recommend",
            "spark.openlineage.parentRunId", "0198c8a2-7c1e-7a55-b0d9-1f6a43b7c001",
            "spark.openlineage.transport.type", "file",
            "spark.openlineage.transport.location", lineage.toString()));
    JsonNode written = perennial.run(command("lineage.conf", "wh", "recommend")).succeeded().json();
    assertThat(written.get(0).get("outcome").asText()).isEqualTo("written");
    assertThat(written.get(0).get("users").asLong()).isEqualTo(80);

    List<String> events = Files.readAllLines(lineage);
    assertThat(events)
        .anySatisfy(
            line -> {
              JsonNode event = new ObjectMapper().readTree(line);
              assertThat(event.at("/run/facets/parent/run/runId").asText())
                  .isEqualTo("0198c8a2-7c1e-7a55-b0d9-1f6a43b7c001");
              assertThat(event.at("/run/facets/parent/job/name").asText())
                  .isEqualTo("perennial_shop.recommend");
            });
    assertThat(events).anySatisfy(line -> assertThat(line).contains("\"eventType\":\"COMPLETE\""));
  }

  /** Metrics in Prometheus' format, of the driver and of executors, as its server would fetch. */
  private static void scrape() throws Exception {
    assertThat(fetched("/metrics/prometheus/"))
        .containsPattern("(?m)^metrics_\\S*_driver_BlockManager_memory_memUsed_MB_Value\\S* \\S+$");
    assertThat(fetched("/metrics/executors/prometheus/"))
        .containsPattern("(?m)^metrics_executor_totalTasks_total\\{\\S.*} \\S+$");
  }

  private static String fetched(String path) throws Exception {
    HttpResponse<String> response =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                    .timeout(Duration.ofSeconds(20))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(path).isEqualTo(200);
    return response.body();
  }

  /** From the first line of ours on, standard error holds objects, and each says whose it is. */
  private static void everyLineNamesItsRun(String errors) throws IOException {
    List<String> lines = errors.lines().filter(line -> line.startsWith("{")).toList();
    List<String> others =
        errors
            .lines()
            .dropWhile(line -> !line.startsWith("{"))
            .filter(l -> !l.startsWith("{"))
            .toList();
    assertThat(others).isEmpty();
    boolean learning = false;
    for (String line : lines) {
      JsonNode entry = new ObjectMapper().readTree(line);
      assertThat(entry.get("pipeline").asText()).as(line).isEqualTo("shop");
      learning |= entry.get("message").asText().startsWith("learning factors");
      if (learning) {
        assertThat(entry.get("run_id").asText()).as(line).startsWith("shop-v1-");
        assertThat(entry.get("version").asText()).as(line).isEqualTo("1");
      } else {
        assertThat(entry.get("run_id").asText()).as(line).isNotEmpty();
      }
    }
    assertThat(learning).isTrue();
  }

  private static void assertSame(JsonNode actual, JsonNode expected, double tolerance) {
    assertThat(actual.get("outcome").asText())
        .isEqualTo(expected.get("outcome").asText())
        .isEqualTo("promoted");
    Map<String, Double> metrics = metrics(actual);
    assertThat(metrics).hasSizeGreaterThan(20);
    assertThat(metrics.keySet()).isEqualTo(metrics(expected).keySet());
    metrics(expected)
        .forEach(
            (key, value) ->
                assertThat(metrics.get(key)).as(key).isCloseTo(value, within(tolerance)));
  }

  private static Map<String, Double> metrics(JsonNode night) {
    Map<String, Double> metrics = new LinkedHashMap<>();
    for (JsonNode row : night.get("metrics")) {
      if (!row.get("value").isNull() && row.get("value").isNumber()) {
        metrics.put(
            Stream.of("window", "segment", "metric", "k", "subject")
                .map(column -> row.path(column).asText())
                .collect(Collectors.joining("/")),
            row.get("value").asDouble());
      }
    }
    return metrics;
  }

  private static void waitFor(Launcher.Running running, Pattern line) throws Exception {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(3);
    while (!line.matcher(running.errors()).find()) {
      assertThat(running.process().isAlive() && System.nanoTime() < end)
          .as(running.errors())
          .isTrue();
      running.process().waitFor(50, TimeUnit.MILLISECONDS);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  /** 200 events a day over two weeks, of 80 customers who mostly keep to one of five shelves. */
  private static List<String> sales() {
    Random random = new Random(20260101);
    List<String> lines = new ArrayList<>(List.of("customer,sku,bought_at"));
    for (int n = 0; n < 2_800; n++) {
      int customer = n < 80 ? n : random.nextInt(80);
      int shelf = random.nextInt(10) < 8 ? customer % 5 : random.nextInt(5);
      lines.add(
          "c%d,sku-%d,%s %02d:%02d:00"
              .formatted(
                  customer,
                  10 * shelf + (int) (10 * random.nextDouble() * random.nextDouble()),
                  LocalDate.of(2026, 1, 1).plusDays(n / 200),
                  8 + n % 12,
                  random.nextInt(60)));
    }
    return lines;
  }
}
