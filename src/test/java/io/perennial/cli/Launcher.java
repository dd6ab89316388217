package io.perennial.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs {@code bin/perennial} as its user does: in a process of its own, with the jar of the build.
 */
final class Launcher {
  private static final Path SCRIPT = Path.of("bin", "perennial").toAbsolutePath();
  private static final long MINUTES = 12;

  private final Path folder;
  private final Map<String, String> environment;

  /**
   * @param folder in which commands are run
   */
  Launcher(Path folder) {
    this(folder, Map.of());
  }

  /**
   * @param folder in which commands are run
   * @param environment variables on top of those of the tests
   */
  Launcher(Path folder, Map<String, String> environment) {
    this.folder = folder;
    this.environment = Map.copyOf(environment);
  }

  /** How a process ended. */
  record Ended(int code, String out, String err) {
    Ended succeeded() {
      assertThat(code).as("%s%n%s", out, err).isZero();
      return this;
    }

    JsonNode json() {
      try {
        return new ObjectMapper().readTree(out);
      } catch (IOException e) {
        throw new AssertionError("Standard output is no JSON: " + out, e);
      }
    }
  }

  /** A process at work. */
  record Running(Process process, Path out, Path err) {
    /** What it has written to standard error so far. */
    String errors() throws IOException {
      return Files.readString(err);
    }

    Ended end() throws IOException, InterruptedException {
      try {
        assertThat(process.waitFor(MINUTES, TimeUnit.MINUTES)).as(errors()).isTrue();
      } finally {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
      return new Ended(process.exitValue(), Files.readString(out), errors());
    }
  }

  Ended run(String... arguments) throws IOException, InterruptedException {
    return answering("", arguments);
  }

  /** Runs a command that reads its standard input. */
  Ended answering(String input, String... arguments) throws IOException, InterruptedException {
    return begin(input, arguments).end();
  }

  /** Begins a command. */
  Running begin(String input, String... arguments) throws IOException {
    Path in = Files.writeString(Files.createTempFile(folder, "in", ".txt"), input);
    Path out = Files.createTempFile(folder, "out", ".txt");
    Path err = Files.createTempFile(folder, "err", ".txt");
    List<String> command = new ArrayList<>(List.of(SCRIPT.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectInput(in.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().put("PERENNIAL_BUILD", "never");
    builder
        .environment()
        .put("PERENNIAL_JAVA_OPTS", "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m");
    builder.environment().remove("SPARK_HOME");
    builder.environment().putAll(environment);
    return new Running(builder.start(), out, err);
  }
}
