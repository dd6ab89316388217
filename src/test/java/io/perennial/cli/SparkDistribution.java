package io.perennial.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * Spark's own distribution, out of PyPI's pyspark, in a virtual environment under target/ that is
 * made once.
 */
final class SparkDistribution {
  private static final Path REQUIREMENTS = Path.of("conf", "cluster-test-requirements.txt");
  private static final Path FOLDER = Path.of("target", "cluster-python").toAbsolutePath();
  private static final Path READY = FOLDER.resolve("ready");

  private SparkDistribution() {}

  /** The folder with bin/ and jars/; skips the test, loudly, where there is no Python. */
  static Path home() throws IOException, InterruptedException {
    Files.createDirectories(FOLDER.getParent());
    try (RandomAccessFile file =
            new RandomAccessFile(FOLDER.resolveSibling("cluster-python.lock").toFile(), "rw");
        FileLock lock = file.getChannel().lock()) {
      assertThat(lock.isValid()).isTrue();
      if (!Files.exists(READY) || !Files.readString(READY).equals(Files.readString(REQUIREMENTS))) {
        make();
      }
    }
    try (Stream<Path> libraries = Files.list(FOLDER.resolve("lib"))) {
      return libraries
          .map(python -> python.resolve("site-packages").resolve("pyspark"))
          .filter(Files::isDirectory)
          .findFirst()
          .orElseThrow();
    }
  }

  private static void make() throws IOException, InterruptedException {
    boolean made = run(List.of("python3", "-m", "venv", FOLDER.toString())) == 0;
    if (!made) {
      System.err.println(
          "SKIPPED: no Spark cluster was tested, python3 with venv is missing (Debian: apt-get"
              + " install python3-venv).");
      Assumptions.abort("python3 with venv is missing");
    }
    assertThat(
            run(
                List.of(
                    FOLDER.resolve("bin/pip").toString(),
                    "install",
                    "-q",
                    "--disable-pip-version-check",
                    "-r",
                    REQUIREMENTS.toString())))
        .as("pip install -r %s", REQUIREMENTS)
        .isZero();
    Files.copy(REQUIREMENTS, READY, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
  }

  private static int run(List<String> command) throws InterruptedException {
    try {
      Process process = new ProcessBuilder(command).inheritIO().start();
      if (!process.waitFor(10, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        return -1;
      }
      return process.exitValue();
    } catch (IOException e) {
      return -1;
    }
  }
}
