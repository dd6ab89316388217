package io.perennial.cli;

import io.perennial.cli.CommonOptions.LogForm;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.spark.SparkContext;

/**
 * Where the log goes and what stands in its lines. What they belong to is kept in system
 * properties, so that every thread of Spark writes it too.
 */
final class Logs {
  private static final String FILE = "perennial.log";
  private static final String CONSOLE_LEVEL = "perennial.console.level";
  private static final String CHOSEN_BY_USER = "log4j2.configurationFile";
  private static final String RUN = "perennial.run";
  private static final String PIPELINE = "perennial.pipeline";
  private static final String VERSION = "perennial.version";

  private Logs() {}

  /**
   * Chooses the log file and its form, and shows the log on standard error where asked for. To be
   * said again once Spark has started: submitted without a log of its own, it sets one up then.
   */
  static void settle(CommonOptions options) {
    System.setProperty(FILE, file());
    boolean json = options.log() == LogForm.JSON;
    if ((options.isVerbose() || json) && System.getProperty(CONSOLE_LEVEL) == null) {
      System.setProperty(CONSOLE_LEVEL, "INFO");
    }
    if (System.getProperty(CHOSEN_BY_USER) != null) {
      if (isStartedBySparkSubmit()) {
        // Read before there was anything to say of the file and the console.
        contexts().forEach(LoggerContext::reconfigure);
      }
      return;
    }
    if (json) {
      configure(resource("log4j2-json.properties"));
    } else if (isStartedBySparkSubmit()) {
      // It has set up its own log by now.
      configure(resource("log4j2.properties"));
    }
  }

  private static void configure(URI configuration) {
    contexts().forEach(context -> context.setConfigLocation(configuration));
  }

  /** Under spark-submit our classes have another loader than Spark's, and each its own log. */
  private static Stream<LoggerContext> contexts() {
    return Stream.of(Logs.class, SparkContext.class)
        .map(known -> (LoggerContext) LogManager.getContext(known.getClassLoader(), false))
        .distinct();
  }

  /** What the lines from here on belong to. */
  static void belongTo(String run, String pipeline) {
    System.setProperty(RUN, run);
    System.setProperty(PIPELINE, pipeline);
    System.clearProperty(VERSION);
  }

  /** The same pipeline's run that makes or reads a version. */
  static void belongTo(String run, long version) {
    System.setProperty(RUN, run);
    System.setProperty(VERSION, Long.toString(version));
  }

  private static boolean isStartedBySparkSubmit() {
    return Boolean.getBoolean("SPARK_SUBMIT");
  }

  private static URI resource(String name) {
    URL url = Logs.class.getClassLoader().getResource(name);
    if (url == null) {
      throw new IllegalStateException("The jar holds no " + name);
    }
    try {
      return url.toURI();
    } catch (URISyntaxException e) {
      throw new IllegalStateException("Cannot name the resource " + url, e);
    }
  }

  /**
   * The log file: as {@code -Dperennial.log=FILE} says, otherwise in the folder for temporary
   * files.
   */
  static String file() {
    String chosen = System.getProperty(FILE);
    return chosen != null
        ? chosen
        : Path.of(
                System.getProperty("java.io.tmpdir"),
                "perennial-" + System.getProperty("user.name"),
                "perennial.log")
            .toString();
  }
}
