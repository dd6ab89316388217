package io.perennial.cli;

import io.perennial.SessionMemory;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;

/**
 * Starts Spark: embedded in this process where nothing else is said, or with the master and
 * settings that spark-submit hands over.
 */
final class Sessions {
  private Sessions() {}

  /**
   * A session with Delta, in UTC. Settings of the conf file and of spark-submit win over the ones
   * chosen here.
   *
   * @throws UsageException when the conf file cannot be read or asks for another time zone
   * @throws UnreachableMasterException when the cluster does not take the application
   */
  static SparkSession start(Optional<Path> confFile) {
    SparkConf conf = new SparkConf();
    confFile.map(Sessions::read).orElse(Map.of()).forEach(conf::setIfMissing);
    conf.setIfMissing("spark.app.name", "perennial");
    conf.setIfMissing("spark.master", "local[*]");
    conf.setIfMissing("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension");
    conf.setIfMissing(
        "spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog");
    conf.setIfMissing("spark.sql.session.timeZone", "UTC");
    // Delta tells beside each commit which files a table has, up to so many; beyond, it is asked by
    // a query. Tables of records have a file a night: 1,000 are 350 kB a commit.
    conf.setIfMissing("spark.databricks.delta.allFilesInCrc.thresholdNumFiles", "1000");
    SessionMemory.PAGES.forEach(conf::setIfMissing);
    SessionMemory.NO_COPIES.forEach(conf::setIfMissing);
    if (!conf.get("spark.sql.session.timeZone").equals("UTC")) {
      throw new UsageException(
          "spark.sql.session.timeZone must be UTC, got "
              + conf.get("spark.sql.session.timeZone")
              + ": instants are stored in UTC. Set the zone of days in the pipeline file instead.");
    }
    ClusterMaster master = new ClusterMaster(conf.get("spark.master"));
    if (master.isLocal()) {
      embedded(conf);
    } else {
      master.requireAnswer();
    }
    SparkSession spark = started(conf, master);
    if (!conf.contains("spark.log.level")) {
      spark.sparkContext().setLogLevel("WARN");
    }
    return spark;
  }

  private static SparkSession started(SparkConf conf, ClusterMaster master) {
    try {
      SparkSession spark = SparkSession.builder().config(conf).getOrCreate();
      spark.sparkContext().defaultParallelism(); // throws where the context was stopped meanwhile
      return spark;
    } catch (RuntimeException e) {
      throw master.isLocal() ? e : master.refused(e);
    }
  }

  private static void embedded(SparkConf conf) {
    int cores = Runtime.getRuntime().availableProcessors();
    conf.setIfMissing("spark.ui.enabled", "false");
    if (!conf.getBoolean("spark.ui.enabled", false)) {
      SessionMemory.WITHOUT_INTERFACE.forEach(conf::setIfMissing);
    }
    conf.setIfMissing("spark.ui.showConsoleProgress", "false");
    conf.setIfMissing("spark.driver.bindAddress", "127.0.0.1");
    conf.setIfMissing("spark.driver.host", "127.0.0.1");
    conf.setIfMissing("spark.sql.shuffle.partitions", Integer.toString(Math.max(2, cores)));
    conf.setIfMissing("spark.databricks.delta.snapshotPartitions", "1");
    conf.setIfMissing(
        "spark.sql.warehouse.dir",
        Path.of(System.getProperty("java.io.tmpdir"), "perennial-spark-warehouse")
            .toUri()
            .toString());
  }

  /** Settings of a file in the form of spark-defaults.conf: key, blank or =, value. */
  static Map<String, String> read(Path file) {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    } catch (IOException | IllegalArgumentException e) {
      throw new UsageException(
          "Cannot read "
              + file
              + " (--conf): "
              + (Files.exists(file) ? e.getMessage() : "there is no such file")
              + ".",
          e);
    }
    Map<String, String> settings = new TreeMap<>();
    for (String key : properties.stringPropertyNames()) {
      if (!key.startsWith("spark.")) {
        throw new UsageException(
            file + " (--conf) may hold settings that begin with 'spark.', got '" + key + "'.");
      }
      settings.put(key, properties.getProperty(key).trim());
    }
    return settings;
  }

  /** Whether this driver runs inside a cluster, where a failure has to be thrown. */
  static boolean isClusterMode() {
    return "cluster".equals(System.getProperty("spark.submit.deployMode"));
  }
}
