package io.perennial;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.classic.Dataset;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.columnar.InMemoryRelation;
import org.junit.jupiter.api.Test;

class SessionMemoryIT {
  private final SparkSession spark = TestSession.get();

  private SparkPlan planOfPersisted() {
    Dataset<Long> rows = (Dataset<Long>) spark.range(10);
    rows.persist();
    try {
      return ((InMemoryRelation) rows.queryExecution().withCachedData())
          .cacheBuilder()
          .cachedPlan();
    } finally {
      rows.unpersist();
    }
  }

  @Test
  void whatIsPersistedIsPlannedInTheSessionItself() {
    for (String adaptive : new String[] {"false", "true"}) {
      SparkPlan plan =
          SessionSettings.during(
              spark, Map.of("spark.sql.adaptive.enabled", adaptive), this::planOfPersisted);
      assertThat(plan.session()).as("adaptive: %s", adaptive).isSameAs(spark);
    }
  }

  @Test
  void withSparksOwnSettingItIsPlannedInACopy() {
    SparkPlan plan =
        SessionSettings.during(
            spark,
            Map.of("spark.sql.sources.bucketing.autoBucketedScan.enabled", "true"),
            this::planOfPersisted);
    assertThat(plan.session())
        .as("where this fails Spark has changed, and the setting may go")
        .isNotSameAs(spark);
  }
}
