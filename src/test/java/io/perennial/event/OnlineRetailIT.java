package io.perennial.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.perennial.Progress;
import io.perennial.TestSession;
import io.perennial.Warehouse;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Known totals of a real shop's year. */
final class OnlineRetailIT {
  private static final ZoneId LONDON = ZoneId.of("Europe/London");

  @TempDir Path folder;

  @Test
  void wholeYearHasItsKnownTotalsAndEachLineIsKeptOnce() {
    assumeTrue(
        OnlineRetail.folder().isPresent(), "shared/data/online-retail is not beside the project");
    SparkSession spark = TestSession.get();
    Warehouse warehouse = new Warehouse(folder.toString());
    Ingest ingest = new Ingest(spark, warehouse, OnlineRetail.options(), LONDON, Progress.SILENT);
    String input = OnlineRetail.folder().orElseThrow().toString();
    long begin = System.nanoTime();
    IngestReport report =
        ingest.run(input, "run-1", Instant.parse("2012-01-01T00:00:00Z"), Ingest.Mode.WRITE);
    System.out.println(report.sentences() + " " + (System.nanoTime() - begin) / 1e9);

    assertThat(report.filesRead()).hasSize(305);
    assertThat(report.rawLines()).isEqualTo(541_909);
    assertThat(report.events()).isEqualTo(397_884);
    assertThat(report.malformedRows()).isZero();
    assertThat(report.excluded()).containsEntry("no customer", 135_080L);
    assertThat(report.excluded()).containsEntry("returned", 10_624L);
    assertThat(report.firstEvent()).contains(Instant.parse("2010-12-01T08:26:00Z"));
    var events = spark.read().format("delta").load(warehouse.table("events"));
    assertThat(events.count()).isEqualTo(397_884);
    assertThat(spark.read().format("delta").load(warehouse.table("quarantine")).count())
        .isEqualTo(541_909 - 397_884);
    assertThat(events.select("user_id").distinct().count()).isEqualTo(4_338);
    assertThat(events.select("item_id").distinct().count()).isEqualTo(3_665);
    assertThat(events.select("event_date").distinct().count()).isEqualTo(305);

    IngestReport again =
        ingest.run(input, "run-2", Instant.parse("2012-01-02T00:00:00Z"), Ingest.Mode.WRITE);
    assertThat(again.filesRead()).isEmpty();
    assertThat(again.filesSkipped()).hasSize(305);
    assertThat(spark.read().format("delta").load(warehouse.table("events")).count())
        .isEqualTo(397_884);
  }
}
