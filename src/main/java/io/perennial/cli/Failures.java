package io.perennial.cli;

import io.perennial.ExitCode;
import io.perennial.PerennialException;
import java.io.FileNotFoundException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.security.AccessControlException;
import org.apache.spark.SparkException;
import org.apache.spark.sql.AnalysisException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says what went wrong: one sentence for what a user can change, and where to look for the rest.
 */
final class Failures {
  private static final Logger LOG = LoggerFactory.getLogger(Failures.class);
  private static final int DEEPEST = 20;

  /** What is told of a failure. */
  record Told(ExitCode exitCode, String sentence) {}

  private Failures() {}

  /** The exit code and the sentence of a failure, however deep its cause lies. */
  static Told of(Throwable failure) {
    List<Throwable> causes = causes(failure);
    for (Throwable cause : causes) {
      if (cause instanceof PerennialException known) {
        return new Told(known.exitCode(), known.getMessage());
      }
    }
    for (Throwable cause : causes) {
      Optional<Told> told = foreign(cause);
      if (told.isPresent()) {
        return told.get();
      }
    }
    Throwable first = causes.get(causes.size() - 1);
    return new Told(
        ExitCode.INTERNAL,
        "This should not have happened: "
            + first.getClass().getSimpleName()
            + (first.getMessage() == null ? "" : ", " + firstLine(first.getMessage()))
            + ". The log is "
            + Logs.file()
            + "; --verbose shows the stack trace.");
  }

  /** Prints a failure to standard error. */
  static ExitCode tell(Throwable failure, PrintWriter err, Detail detail) {
    Told told = of(failure);
    if (detail == Detail.LOG) {
      LOG.error(told.sentence(), told.exitCode() == ExitCode.INTERNAL ? failure : null);
      return told.exitCode();
    }
    err.println(told.sentence());
    if (detail == Detail.STACK_TRACE) {
      failure.printStackTrace(err);
    }
    err.flush();
    return told.exitCode();
  }

  /** How much is told. */
  enum Detail {
    SENTENCE,
    STACK_TRACE,
    /** The sentence as a line of the log, for a standard error that carries nothing else. */
    LOG
  }

  private static Optional<Told> foreign(Throwable cause) {
    String message = cause.getMessage() == null ? "" : firstLine(cause.getMessage());
    if (cause instanceof AccessControlException || cause instanceof AccessDeniedException) {
      return usage(
          "No permission: "
              + message
              + ". Change the permissions of the folder, or name another with --warehouse.");
    }
    if (cause instanceof FileNotFoundException && message.contains("Permission denied")) {
      return usage(
          "No permission: " + message + ". Change the permissions, or name another folder.");
    }
    if (cause instanceof java.io.IOException
        && (message.startsWith("Mkdirs failed to create")
            || message.contains("Permission denied"))) {
      return usage(
          "Cannot write: "
              + message
              + ". Check that the folder may be written by this user, or name another with"
              + " --warehouse.");
    }
    if (cause instanceof java.io.IOException && message.contains("No space left on device")) {
      return usage("The disk is full: " + message + ". Make room and run the same command again.");
    }
    if (cause instanceof org.apache.hadoop.fs.UnsupportedFileSystemException
        || message.startsWith("No FileSystem for scheme")) {
      return usage(
          message
              + ". Spark knows this kind of URI only with the file system's jar on its class path;"
              + " add it to spark.jars in the --conf file.");
    }
    if (cause instanceof org.apache.spark.sql.catalyst.parser.ParseException parse) {
      return usage("This is no statement of Spark SQL: " + parse.getMessage().strip());
    }
    if (cause instanceof AnalysisException analysis) {
      return usage("Spark refuses this: " + firstLine(analysis.getMessage()));
    }
    if (cause instanceof SparkException
        && (message.contains("Master removed our application")
            || message.contains("because SparkContext was shut down"))) {
      return Optional.of(
          new Told(
              ExitCode.TRY_AGAIN,
              "The cluster gave the application up: "
                  + message
                  + ". The champion is what it was. See why in the logs of master and workers, then"
                  + " run the same command again: it goes on where this one stopped."));
    }
    if (cause instanceof UnsatisfiedLinkError || message.contains("UnsatisfiedLinkError")) {
      return usage(
          "The native library of ND4J for this machine's processors is missing ("
              + message
              + "). Make the package for the platforms of driver and executors: 'bin/perennial"
              + " package --platform NAME'.");
    }
    if (cause instanceof OutOfMemoryError) {
      return Optional.of(
          new Told(
              ExitCode.INTERNAL,
              "Out of memory. Give the process more with PERENNIAL_JAVA_OPTS=-Xmx8g, or run it on a"
                  + " cluster."));
    }
    return Optional.empty();
  }

  private static Optional<Told> usage(String sentence) {
    return Optional.of(new Told(ExitCode.USAGE, sentence));
  }

  private static String firstLine(String message) {
    return message.strip().lines().findFirst().orElse("");
  }

  private static List<Throwable> causes(Throwable failure) {
    List<Throwable> causes = new ArrayList<>();
    for (Throwable cause = failure;
        cause != null && !causes.contains(cause) && causes.size() < DEEPEST;
        cause = cause.getCause()) {
      causes.add(cause);
    }
    return causes;
  }
}
