package io.perennial.airflow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** One Airflow with its database, in a folder of a test; everything on loopback. */
final class AirflowHome {
  private static final Path STATE =
      Path.of("src", "test", "python", "airflow", "state.py").toAbsolutePath();
  private static final long MINUTES = 15;

  private final AirflowInstallation installation;
  private final Path folder;
  private final Map<String, String> environment = new LinkedHashMap<>();

  /** In a new folder {@code airflow} beside a shop's. */
  static AirflowHome of(AirflowInstallation installation, Path folder, ScheduledShop shop)
      throws IOException {
    return new AirflowHome(
        installation,
        Files.createDirectories(folder.resolve("airflow")),
        shop.pipelines(),
        shop.warehouse());
  }

  /**
   * @param folder of the database and the logs
   * @param pipelines folder of pipeline files
   * @param warehouse folder of all tables
   */
  AirflowHome(AirflowInstallation installation, Path folder, Path pipelines, Path warehouse) {
    this.installation = installation;
    this.folder = folder;
    Path project = Path.of("").toAbsolutePath();
    with("AIRFLOW_HOME", folder.toString());
    with("AIRFLOW__CORE__DAGS_FOLDER", AirflowInstallation.DAGS.toString());
    with("AIRFLOW__CORE__LOAD_EXAMPLES", "False");
    with("AIRFLOW__CORE__EXECUTOR", "LocalExecutor");
    with("AIRFLOW__CORE__PARALLELISM", "2");
    with("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "sqlite:///" + folder.resolve("airflow.db"));
    with("AIRFLOW__LOGGING__BASE_LOG_FOLDER", folder.resolve("logs").toString());
    with("AIRFLOW__USAGE_DATA_COLLECTION__ENABLED", "False");
    with("AIRFLOW_CONN_SPARK_DEFAULT", "{\"conn_type\": \"spark\", \"host\": \"local[2]\"}");
    with("PERENNIAL_HOME", project.toString());
    with("PERENNIAL_PIPELINES", pipelines.toString());
    with("PERENNIAL_WAREHOUSE", warehouse.toString());
    // The jar of this build, whatever was packaged before.
    with("PERENNIAL_PACKAGE", folder.resolve("nothing").toString());
    with("PERENNIAL_BUILD", "never");
    with("PERENNIAL_JAVA_OPTS", "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m");
    with("SPARK_LOCAL_IP", "127.0.0.1");
    with("JAVA_HOME", System.getProperty("java.home"));
    with("NO_PROXY", "127.0.0.1,localhost");
    with(
        "PATH",
        installation.spark().resolve("bin")
            + ":"
            + installation.program("airflow").getParent()
            + ":"
            + System.getenv("PATH"));
  }

  /** Another variable of the environment. */
  AirflowHome with(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  /** No such variable in the environment. */
  AirflowHome without(String variable) {
    environment.remove(variable);
    return this;
  }

  /** How a program ended; both of its outputs together. */
  record Ended(int code, String output) {
    Ended succeeded() {
      assertThat(code).as(output).isZero();
      return this;
    }
  }

  /** Runs a command of Airflow. */
  Ended airflow(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(installation.program("airflow").toString()));
    command.addAll(List.of(arguments));
    return run(command);
  }

  /** Runs a script with Airflow's Python. */
  Ended python(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(installation.program("python").toString()));
    command.addAll(List.of(arguments));
    return run(command);
  }

  /** Starts a command of Airflow that goes on until it is ended. */
  Process start(String name, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(installation.program("airflow").toString()));
    command.addAll(List.of(arguments));
    return builder(command, folder.resolve(name + ".log")).start();
  }

  /** Runs, task states and asset events of a DAG, as the database has them now. */
  JsonNode state(String dag) throws IOException, InterruptedException {
    return json(python(STATE.toString(), folder.resolve("airflow.db").toString(), dag).succeeded());
  }

  /** The last line of an output, which is JSON. */
  static JsonNode json(Ended ended) throws IOException {
    String[] lines = ended.output().strip().split("\n");
    return new ObjectMapper().readTree(lines[lines.length - 1]);
  }

  private Ended run(List<String> command) throws IOException, InterruptedException {
    Path output = Files.createTempFile(folder, "command", ".log");
    Process process = builder(command, output).start();
    try {
      assertThat(process.waitFor(MINUTES, TimeUnit.MINUTES))
          .as("%s: %s", command, Files.readString(output))
          .isTrue();
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    return new Ended(process.exitValue(), Files.readString(output));
  }

  /** Runs, task states and asset events of a DAG, as soon as they are as wanted. */
  JsonNode await(String dag, AirflowServices services, Duration longest, Predicate<JsonNode> wanted)
      throws IOException, InterruptedException {
    Instant end = Instant.now().plus(longest);
    while (true) {
      JsonNode state = state(dag);
      if (wanted.test(state)) {
        return state;
      }
      assertThat(services.alive()).as("Airflow's processes; see %s", folder).isTrue();
      assertThat(Instant.now()).as(state.toPrettyString()).isBefore(end);
      Thread.sleep(2000);
    }
  }

  private ProcessBuilder builder(List<String> command, Path output) {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().remove("SPARK_HOME");
    builder.environment().putAll(environment);
    return builder;
  }
}
