package io.perennial.pipeline;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.spark.sql.SparkSession;
import scala.Tuple2;

/**
 * What a run ran on: code version, Java, Spark and those of its settings that can change results or
 * times.
 */
final class RunEnvironment {
  private RunEnvironment() {}

  /** Facts for the runs and versions tables; settings whose name hints at a secret are left out. */
  static Map<String, String> of(SparkSession spark) {
    Map<String, String> facts = new TreeMap<>();
    facts.put(
        "code_version",
        Optional.ofNullable(RunEnvironment.class.getPackage().getImplementationVersion())
            .orElse("development"));
    facts.put("java_version", System.getProperty("java.version"));
    facts.put("spark_version", spark.version());
    facts.put("spark_master", spark.sparkContext().master());
    facts.put("parallelism", Integer.toString(spark.sparkContext().defaultParallelism()));
    for (Tuple2<String, String> setting : spark.sparkContext().getConf().getAll()) {
      String key = setting._1();
      boolean telling =
          key.startsWith("spark.sql.shuffle")
              || key.startsWith("spark.sql.session")
              || key.startsWith("spark.executor.")
              || key.startsWith("spark.driver.memory")
              || key.startsWith("spark.databricks.delta.");
      boolean secret =
          key.toLowerCase(java.util.Locale.ROOT).matches(".*(secret|password|token|key).*");
      if (telling && !secret) {
        facts.put("conf." + key, setting._2());
      }
    }
    return facts;
  }
}
