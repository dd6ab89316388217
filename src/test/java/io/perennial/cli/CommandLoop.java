package io.perennial.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * A process that runs one command line after another, each with a Spark session of its own: a line
 * of standard input is a JSON array of arguments, a line of standard output what came of it.
 */
public final class CommandLoop {
  private static final ObjectMapper JSON = new ObjectMapper();

  private CommandLoop() {}

  /** What a process of its own would write to standard error, whoever writes it. */
  private static final class Errors extends OutputStream {
    private ByteArrayOutputStream written = new ByteArrayOutputStream();

    @Override
    public synchronized void write(int b) {
      written.write(b);
    }

    @Override
    public synchronized void write(byte[] bytes, int from, int length) {
      written.write(bytes, from, length);
    }

    private synchronized String taken() {
      String text = written.toString(StandardCharsets.UTF_8);
      written = new ByteArrayOutputStream();
      return text;
    }
  }

  /** Runs until standard input ends. */
  public static void main(String[] none) throws IOException {
    PrintStream answers = System.out;
    Errors errors = new Errors();
    System.setErr(new PrintStream(errors, true, StandardCharsets.UTF_8));
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      StringWriter out = new StringWriter();
      int code =
          Perennial.run(
              JSON.readValue(line, String[].class),
              new PrintWriter(out),
              new PrintWriter(System.err, true));
      answers.println(
          JSON.writeValueAsString(
              Map.of("code", code, "out", out.toString(), "err", errors.taken())));
      answers.flush();
    }
    System.exit(0);
  }
}
