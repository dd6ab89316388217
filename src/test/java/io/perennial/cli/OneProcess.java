package io.perennial.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.perennial.JavaProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs many commands in one process of their own, in a folder: what a process each costs to begin
 * is paid once. Whether the script and the jar do their part is for {@link Launcher} to say.
 */
final class OneProcess implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process process;
  private final Writer commands;
  private final BufferedReader answers;

  /**
   * @param folder in which commands are run
   */
  OneProcess(Path folder) throws IOException {
    process =
        new ProcessBuilder(JavaProcess.command("2g", CommandLoop.class))
            .directory(folder.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    commands = process.outputWriter(StandardCharsets.UTF_8);
    answers = process.inputReader(StandardCharsets.UTF_8);
  }

  Launcher.Ended run(String... arguments) throws IOException {
    commands.write(JSON.writeValueAsString(arguments) + "\n");
    commands.flush();
    String line = answers.readLine();
    assertThat(line).as("what came of %s", List.of(arguments)).isNotNull();
    JsonNode ended = JSON.readTree(line);
    return new Launcher.Ended(
        ended.get("code").asInt(), ended.get("out").asText(), ended.get("err").asText());
  }

  @Override
  public void close() throws IOException {
    commands.close();
    process.onExit().completeOnTimeout(process, 1, TimeUnit.MINUTES).join().destroyForcibly();
  }
}
