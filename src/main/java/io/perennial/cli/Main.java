package io.perennial.cli;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.util.jar.JarFile;
import java.util.jar.Manifest;

/**
 * Where the program begins: makes sure that Java, Spark and Delta Lake are those it was built for,
 * then runs {@link Perennial}. On another Spark it would die of a NoSuchMethodError in the middle
 * of something.
 *
 * <p>This class alone is compiled for Java 8, so that an older Java can load it and say what is
 * wrong; it touches other classes by name only.
 */
public final class Main {
  private static final int USAGE = 2;
  private static final int OLDEST_JAVA = 17;
  private static final String SPARK = "org.apache.spark.package$";
  private static final String DELTA = "io.delta.sql.DeltaSparkSessionExtension";

  private Main() {}

  /** Checks the platform, then hands over to the command line. */
  public static void main(String[] arguments) throws Exception {
    String unfit = unfit(System.getProperty("java.specification.version"), builtForSpark());
    if (unfit != null) {
      System.err.println(unfit);
      if ("cluster".equals(System.getProperty("spark.submit.deployMode"))) {
        throw new IllegalStateException(unfit);
      }
      System.exit(USAGE);
    }
    try {
      Class.forName("io.perennial.cli.Perennial")
          .getMethod("main", String[].class)
          .invoke(null, (Object) arguments);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException) {
        throw (RuntimeException) e.getCause();
      }
      throw e;
    }
  }

  /**
   * What is wrong with this platform, in a sentence; null where nothing is.
   *
   * @param java as in {@code java.specification.version}: 1.8, 11, 17
   * @param line the line of Spark that the program was built for, such as 4.1; null where nobody
   *     knows
   */
  static String unfit(String java, String line) {
    String name = "Perennial" + (line == null ? "" : ", built for Spark " + line + " and Java 17,");
    String nothing = " Nothing was read or written.";
    if (major(java) < OLDEST_JAVA) {
      return name
          + " cannot run on Java "
          + java
          + ". Give the driver and the executors a Java 17 or newer (JAVA_HOME; on a cluster"
          + " spark.executorEnv.JAVA_HOME, or an image with Java 17)."
          + nothing;
    }
    String spark = spark();
    if (spark == null) {
      return name
          + " finds no Spark on its class path. Start it with bin/perennial or with spark-submit."
          + nothing;
    }
    if (line != null && !spark.startsWith(line + ".")) {
      return name
          + " cannot run on Spark "
          + spark
          + ". Use a Spark "
          + line
          + " (on Databricks: a runtime with it), or build Perennial for yours: spark.version,"
          + " spark.line and delta.version in pom.xml."
          + nothing;
    }
    try {
      Class.forName(DELTA, false, Thread.currentThread().getContextClassLoader());
    } catch (ClassNotFoundException | LinkageError e) {
      return name
          + " finds no Delta Lake on its class path. Add the jars of target/cluster/delta, which"
          + " 'bin/perennial package' makes, to --jars."
          + nothing;
    }
    return null;
  }

  private static int major(String java) {
    String number = java.startsWith("1.") ? java.substring(2) : java;
    int dot = number.indexOf('.');
    return Integer.parseInt(dot < 0 ? number : number.substring(0, dot));
  }

  private static String spark() {
    try {
      Class<?> spark = Class.forName(SPARK, true, Thread.currentThread().getContextClassLoader());
      Object version = spark.getMethod("SPARK_VERSION").invoke(spark.getField("MODULE$").get(null));
      return String.valueOf(version);
    } catch (ReflectiveOperationException | LinkageError e) {
      return null;
    }
  }

  /** As in the jar's manifest; null for classes outside a jar. */
  private static String builtForSpark() {
    try {
      File jar = new File(Main.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      if (!jar.isFile()) {
        return null;
      }
      try (JarFile file = new JarFile(jar)) {
        Manifest manifest = file.getManifest();
        return manifest == null ? null : manifest.getMainAttributes().getValue("Built-For-Spark");
      }
    } catch (IOException | java.net.URISyntaxException | RuntimeException e) {
      return null;
    }
  }
}
