package io.perennial.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A Spark master and its workers, each a process on loopback, of one core each. */
public final class StandaloneCluster implements AutoCloseable {
  private static final Pattern MASTER = Pattern.compile("Starting Spark master at (spark://\\S+)");
  private static final long SECONDS = 120;
  private final Path spark;
  private final Path folder;
  private final List<Process> processes = new ArrayList<>();
  private final String master;

  /**
   * @param spark folder of a distribution
   * @param folder for logs and the work of executors
   * @param memory that each worker has for executors, as in {@code spark.executor.memory}
   */
  public StandaloneCluster(Path spark, Path folder, int workers, String memory) throws Exception {
    this.spark = spark;
    this.folder = folder;
    Process started =
        begin(
            "master", "org.apache.spark.deploy.master.Master", "--port", "0", "--webui-port", "0");
    this.master = waitFor(started, "master", MASTER).group(1);
    for (int n = 0; n < workers; n++) {
      String name = "worker-" + n;
      Process worker =
          begin(
              name,
              "org.apache.spark.deploy.worker.Worker",
              "--port",
              "0",
              "--webui-port",
              "0",
              "--cores",
              "1",
              "--memory",
              memory,
              "--work-dir",
              folder.resolve(name).toString(),
              master);
      waitFor(worker, name, Pattern.compile("Successfully registered with master"));
    }
  }

  /** As in {@code spark.master}. */
  public String master() {
    return master;
  }

  /**
   * The executor of one of the workers, for as long as an application is at work: in client mode, a
   * worker starts nothing else.
   */
  public ProcessHandle executor(int worker) {
    return processes
        .get(1 + worker)
        .descendants()
        .filter(child -> child.info().command().orElse("").endsWith("java"))
        .findFirst()
        .orElseThrow();
  }

  private Process begin(String name, String main, String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(List.of(spark.resolve("bin/spark-class").toString(), main));
    command.addAll(List.of("--host", "127.0.0.1"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log(name).toFile());
    builder
        .environment()
        .putAll(
            Map.of(
                "SPARK_HOME", spark.toString(),
                "SPARK_LOCAL_IP", "127.0.0.1",
                "SPARK_DAEMON_MEMORY", "256m",
                "SPARK_DAEMON_JAVA_OPTS", "-XX:TieredStopAtLevel=1"));
    Process process = builder.start();
    processes.add(process);
    return process;
  }

  private Path log(String name) {
    return folder.resolve(name + ".log");
  }

  private Matcher waitFor(Process process, String name, Pattern line)
      throws IOException, InterruptedException, TimeoutException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (System.nanoTime() < end && process.isAlive()) {
      Matcher matcher = line.matcher(Files.readString(log(name)));
      if (matcher.find()) {
        return matcher;
      }
      process.waitFor(100, TimeUnit.MILLISECONDS);
    }
    close();
    throw new TimeoutException(name + " did not start: " + Files.readString(log(name)));
  }

  /** Ends workers and master, and whatever they started. */
  @Override
  public void close() {
    for (int n = processes.size() - 1; n >= 0; n--) {
      List<ProcessHandle> children = processes.get(n).descendants().toList();
      processes.get(n).destroyForcibly();
      children.forEach(ProcessHandle::destroyForcibly);
    }
  }
}
