package io.perennial.airflow;

import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.cluster.SparkDistribution;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * Airflow in a virtual environment of its own under {@code target/airflow}, from the pinned files
 * in {@code airflow-dags}. Made once, and again when one of those files changes.
 */
final class AirflowInstallation {
  /** Folder of the DAGs. */
  static final Path DAGS = Path.of("airflow-dags").toAbsolutePath();

  private static final Path ROOT = Path.of("target", "airflow").toAbsolutePath();
  private static final Path VENV = ROOT.resolve("venv");
  private static final List<String> REQUIREMENTS =
      List.of("installer-requirements.txt", "requirements.txt", "constraints.txt");
  private static final long MINUTES = 15;

  private final Path spark;

  private AirflowInstallation(Path spark) {
    this.spark = spark;
  }

  /**
   * The installation; the test that asks is skipped where there is no Python 3.11, or fails in CI.
   */
  static AirflowInstallation require() throws IOException, InterruptedException {
    Optional<String> python = python();
    if (python.isEmpty()) {
      String sentence =
          "There is no Python 3.11 with venv here, so nothing is tested with Airflow. Install it"
              + " (Debian: apt-get install python3.11 python3.11-venv).";
      assertThat(System.getenv("CI")).as(sentence).isNull();
      System.err.println("\n*** SKIPPED: " + sentence + " ***\n");
      Assumptions.abort(sentence);
    }
    Files.createDirectories(ROOT);
    try (FileChannel channel =
            FileChannel.open(
                ROOT.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      assertThat(lock.isValid()).isTrue();
      Path made = ROOT.resolve("digest");
      String digest = digest();
      if (!Files.exists(made) || !Files.readString(made).equals(digest)) {
        Files.deleteIfExists(made);
        install(python.get());
        Files.writeString(made, digest);
      }
    }
    return new AirflowInstallation(SparkDistribution.home().orElseThrow());
  }

  /** A program of the virtual environment: python, airflow. */
  Path program(String name) {
    return VENV.resolve("bin").resolve(name);
  }

  /** Folder of the Spark distribution. */
  Path spark() {
    return spark;
  }

  private static void install(String python) throws IOException, InterruptedException {
    run(python, "-m", "venv", "--clear", VENV.toString());
    String inside = VENV.resolve("bin/python").toString();
    run(inside, "-m", "pip", "install", "-q", "-r", requirements(0));
    String uv = VENV.resolve("bin/uv").toString();
    String[] quickly = {uv, "pip", "install", "-q", "--python", inside, "-r", requirements(1)};
    if (!runs(quickly, ROOT)) {
      run(inside, "-m", "pip", "install", "-q", "-r", requirements(1));
    }
  }

  private static String requirements(int number) {
    return DAGS.resolve(REQUIREMENTS.get(number)).toString();
  }

  private static void run(String... command) throws IOException, InterruptedException {
    assertThat(runs(command, ROOT))
        .as("%s: see %s", List.of(command), ROOT.resolve("log"))
        .isTrue();
  }

  private static boolean runs(String[] command, Path folder)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()))
            .start();
    try {
      return process.waitFor(MINUTES, TimeUnit.MINUTES) && process.exitValue() == 0;
    } finally {
      process.destroyForcibly();
    }
  }

  private static Optional<String> python() throws InterruptedException {
    for (String candidate : List.of("python3.11", "/usr/bin/python3.11", "python3")) {
      try {
        Process process =
            new ProcessBuilder(
                    candidate,
                    "-c",
                    "import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (3, 11))")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (process.waitFor() == 0) {
          return Optional.of(candidate);
        }
      } catch (IOException missing) {
        // The next candidate may be there.
        continue;
      }
    }
    return Optional.empty();
  }

  private static String digest() throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String file : REQUIREMENTS) {
        digest.update(Files.readString(DAGS.resolve(file)).getBytes(StandardCharsets.UTF_8));
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }
}
