package io.perennial;

import java.util.Map;
import java.util.function.Supplier;
import org.apache.spark.sql.SparkSession;

/**
 * How Spark runs the queries of a night. A small night consists of some hundred queries over few
 * rows, for which compiling a Java class each, and planning again between stages, costs more than
 * the rows do: they are interpreted. A large one is compiled.
 */
public final class QueryExecutionMode {
  /** Events from which compiling pays; measured with the generated store. */
  private static final long COMPILED_FROM = 300_000;

  /** Bytes of Parquet in which as many events lie; some ten an event. */
  private static final long COMPILED_FROM_BYTES = 4L << 20;

  private static final Map<String, String> INTERPRETED =
      Map.of(
          "spark.sql.codegen.wholeStage", "false",
          "spark.sql.codegen.factoryMode", "NO_CODEGEN",
          "spark.sql.adaptive.enabled", "false",
          // Spark describes every query's plan to its listeners; the short form is enough.
          "spark.sql.ui.explainMode", "simple");

  private final SessionSettings settings;

  private QueryExecutionMode(SessionSettings settings) {
    this.settings = settings;
  }

  /** Interprets from now on. */
  public static QueryExecutionMode interpreted(SparkSession spark) {
    return new QueryExecutionMode(SessionSettings.set(spark, INTERPRETED));
  }

  /** Interprets while something small is read, and goes on as before. */
  public static <T> T interpreting(SparkSession spark, Supplier<T> reading) {
    return SessionSettings.during(spark, INTERPRETED, reading);
  }

  /** Goes back to compiling when what a night will read is large. */
  public void fitBytes(long bytes) {
    if (bytes >= COMPILED_FROM_BYTES) {
      restore();
    }
  }

  /** Goes back to compiling when a night turns out to be large. */
  public void fit(long events) {
    if (events >= COMPILED_FROM) {
      restore();
    }
  }

  /** As it was before. */
  public void restore() {
    settings.restore();
  }
}
