package io.perennial.airflow;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The api-server, scheduler and dag-processor of one Airflow, on loopback, until closed. */
final class AirflowServices implements AutoCloseable {
  private final List<Process> processes = new ArrayList<>();

  private AirflowServices() {}

  /** Airflow for a shop, from an empty database until its DAG is known; the caller closes it. */
  static AirflowServices of(AirflowHome home, Duration longest)
      throws IOException, InterruptedException {
    home.airflow("db", "migrate").succeeded();
    home.airflow("pools", "set", "perennial-shop", "1", "Nights of the shop").succeeded();
    AirflowServices services = start(home);
    try {
      home.await("shop", services, longest, state -> state.get("known").asBoolean());
      return services;
    } catch (IOException | InterruptedException | RuntimeException | AssertionError e) {
      services.close();
      throw e;
    }
  }

  /**
   * Starts all three. The scheduler starts no run by itself: only what a backfill or somebody asks
   * for.
   */
  private static AirflowServices start(AirflowHome home) throws IOException {
    int port = freePort();
    home.with("AIRFLOW__CORE__EXECUTION_API_SERVER_URL", "http://127.0.0.1:" + port + "/execution/")
        .with("AIRFLOW__API__BASE_URL", "http://127.0.0.1:" + port)
        .with("AIRFLOW__API__SECRET_KEY", "of-a-test-that-lives-for-some-minutes-on-loopback")
        .with("AIRFLOW__API_AUTH__JWT_SECRET", "of-a-test-that-lives-for-some-minutes-on-loopback")
        .with("AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS", "True")
        .with("AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION", "False")
        .with("AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE", "False")
        .with("AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK", "False")
        .with("AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES", "1");
    AirflowServices services = new AirflowServices();
    services.processes.add(
        home.start(
            "api-server",
            "api-server",
            "--host",
            "127.0.0.1",
            "--port",
            Integer.toString(port),
            "--workers",
            "1"));
    services.processes.add(home.start("scheduler", "scheduler", "--skip-serve-logs"));
    services.processes.add(home.start("dag-processor", "dag-processor"));
    return services;
  }

  /** Whether all of them run. */
  boolean alive() {
    return processes.stream().allMatch(Process::isAlive);
  }

  @Override
  public void close() {
    List<ProcessHandle> all = new ArrayList<>();
    for (Process process : processes) {
      process.descendants().forEach(all::add);
      process.destroy();
    }
    for (Process process : processes) {
      try {
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
          process.destroyForcibly();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        process.destroyForcibly();
      }
    }
    all.forEach(ProcessHandle::destroyForcibly);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
