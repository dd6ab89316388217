package io.perennial.slice;

import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.TestSession;
import io.perennial.Warehouse;
import io.perennial.event.EventSource;
import io.perennial.event.EventTable;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random sequences of appends, deletes, compactions and nights, against a set in memory. */
final class RandomNightsIT {
  private static final Instant START = Instant.parse("2024-01-01T00:00:00Z");
  private static final int STEPS = 14;

  private final SparkSession spark = TestSession.get();

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void anySequenceOfNightsConsumesEveryEventExactlyOnce(long seed) {
    Random random = new Random(seed);
    Warehouse warehouse = new Warehouse(folder.toString());
    EventRows events = new EventRows(spark, warehouse.table("events"));
    Map<String, Instant> present = new HashMap<>();
    Set<String> consumed = new HashSet<>();
    Watermark watermark = Watermark.NOTHING;
    int next = append(events, present, random, 0);
    int day = 0;
    for (int step = 0; step < STEPS; step++) {
      switch (random.nextInt(6)) {
        case 0, 1 -> next = append(events, present, random, next);
        case 2 -> {
          Optional<String> fresh =
              present.keySet().stream().filter(id -> !consumed.contains(id)).sorted().findFirst();
          if (fresh.isPresent()) {
            events.delete(fresh.get());
            present.remove(fresh.get());
          }
        }
        case 3 ->
            io.delta.tables.DeltaTable.forPath(spark, warehouse.table("events"))
                .optimize()
                .executeCompaction();
        default -> {
          day++;
          Interval interval =
              new Interval(
                  watermark.commit() < 0 ? START : START.plus(Duration.ofDays(day - 1L)),
                  START.plus(Duration.ofDays(day)));
          watermark = night(warehouse, watermark, Optional.of(interval), present, consumed);
        }
      }
    }
    night(warehouse, watermark, Optional.empty(), present, consumed);
    assertThat(consumed).isEqualTo(present.keySet());
  }

  /** Reads what a night sees and checks it against the model; the new watermark. */
  private Watermark night(
      Warehouse warehouse,
      Watermark watermark,
      Optional<Interval> interval,
      Map<String, Instant> present,
      Set<String> consumed) {
    EventTable table = EventTable.open(spark, warehouse, EventSource.ownTable(ZoneOffset.UTC));
    Optional<EventSlice> slice = SliceSelector.select(table, watermark, interval);
    if (slice.isEmpty()) {
      return watermark;
    }
    List<String> seen = EventRows.items(SliceReader.read(table, slice.get()));
    Set<String> expected = new HashSet<>();
    present.forEach(
        (id, time) -> {
          if (time.isBefore(slice.get().to().eventTime()) && !consumed.contains(id)) {
            expected.add(id);
          }
        });
    assertThat(seen).containsExactlyInAnyOrderElementsOf(expected);
    consumed.addAll(seen);
    return slice.get().to();
  }

  private static int append(
      EventRows events, Map<String, Instant> present, Random random, int next) {
    int count = 1 + random.nextInt(6);
    Row[] rows = new Row[count];
    for (int i = 0; i < count; i++) {
      String id = "e" + (next + i);
      Instant time = START.plus(Duration.ofMinutes(random.nextInt(6 * 24 * 60)));
      present.put(id, time);
      rows[i] = EventRows.row(id, time.toString());
    }
    events.append(rows);
    return next + count;
  }
}
