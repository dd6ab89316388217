package io.perennial.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * The other side of a comparison, in Python.
 *
 * @param python the interpreter
 * @param file what it runs
 */
record Script(String python, String file) {
  /** The lines that it prints to standard output; what it says otherwise is passed on. */
  List<String> lines(Object... arguments) throws IOException {
    List<String> command =
        Stream.concat(Stream.of(python, file), Arrays.stream(arguments).map(Object::toString))
            .toList();
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      int exit = process.waitFor();
      if (exit != 0) {
        throw new IOException(String.join(" ", command) + " ended with " + exit);
      }
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted while " + file + " ran", e);
    }
    return printed.lines().toList();
  }
}
