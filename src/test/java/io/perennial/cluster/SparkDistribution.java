package io.perennial.cluster;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Spark's own distribution, out of PyPI's pyspark, in a virtual environment under target/ that is
 * made once.
 */
public final class SparkDistribution {
  private static final Path REQUIREMENTS = Path.of("airflow-dags", "spark-requirements.txt");
  private static final Path FOLDER = Path.of("target", "cluster-python").toAbsolutePath();
  private static final Path READY = FOLDER.resolve("ready");

  private SparkDistribution() {}

  /** The folder with bin/ and jars/; empty where there is no Python to fetch it with. */
  public static Optional<Path> home() throws IOException, InterruptedException {
    Files.createDirectories(FOLDER.getParent());
    try (RandomAccessFile file =
            new RandomAccessFile(FOLDER.resolveSibling("cluster-python.lock").toFile(), "rw");
        FileLock lock = file.getChannel().lock()) {
      boolean isReady =
          lock.isValid()
              && Files.exists(READY)
              && Files.readString(READY).equals(Files.readString(REQUIREMENTS));
      if (!isReady && !isMade()) {
        return Optional.empty();
      }
    }
    try (Stream<Path> libraries = Files.list(FOLDER.resolve("lib"))) {
      return libraries
          .map(python -> python.resolve("site-packages").resolve("pyspark"))
          .filter(Files::isDirectory)
          .findFirst();
    }
  }

  private static boolean isMade() throws IOException, InterruptedException {
    if (run(List.of("python3", "-m", "venv", FOLDER.toString())) != 0) {
      return false;
    }
    String pip = FOLDER.resolve("bin/pip").toString();
    int code =
        run(
            List.of(
                pip,
                "install",
                "-q",
                "--disable-pip-version-check",
                "--no-deps",
                "-r",
                REQUIREMENTS.toString()));
    if (code != 0) {
      throw new IOException("pip install -r " + REQUIREMENTS + " ended with " + code);
    }
    Files.copy(REQUIREMENTS, READY, StandardCopyOption.REPLACE_EXISTING);
    return true;
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
