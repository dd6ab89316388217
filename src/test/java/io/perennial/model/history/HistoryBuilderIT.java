package io.perennial.model.history;

import static org.apache.spark.sql.types.DataTypes.DateType;
import static org.apache.spark.sql.types.DataTypes.DoubleType;
import static org.apache.spark.sql.types.DataTypes.IntegerType;
import static org.apache.spark.sql.types.DataTypes.TimestampType;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.perennial.TestSession;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

class HistoryBuilderIT {
  private static final ZoneId ZONE = ZoneId.of("Europe/Berlin");
  private static final Instant START = Instant.parse("2026-03-20T00:00:00Z");
  private static final StructType EVENTS =
      new StructType()
          .add("user_index", IntegerType)
          .add("item_index", IntegerType)
          .add("value", DoubleType)
          .add("event_time", TimestampType)
          .add("event_date", DateType);
  private final SparkSession spark = TestSession.get();

  private static Row event(int user, int item, double value, Instant time) {
    return RowFactory.create(user, item, value, time, time.atZone(ZONE).toLocalDate());
  }

  private Dataset<Row> events(List<Row> rows) {
    return spark.createDataFrame(rows, EVENTS);
  }

  @Test
  void aLateEventAddsWhatItIsWorthAtTheLastOne() {
    HistoryBuilder builder =
        new HistoryBuilder(
            new DecayPolicy(Optional.of(Duration.ofDays(10)), DecayPolicy.Aggregate.NONE), ZONE);
    InteractionHistory first =
        builder.merge(
            InteractionHistory.empty(),
            events(List.of(event(4, 7, 2, START.plus(Duration.ofDays(10))))));
    InteractionHistory second = builder.merge(first, events(List.of(event(4, 7, 9, START))));
    assertThat(second.users()).containsExactly(4);
    assertThat(second.items()).containsExactly(7);
    assertThat(second.counts()[0]).isCloseTo(1.5f, within(1e-6f));
    assertThat(second.values()[0]).isEqualTo(2f);
    assertThat(second.lastTimes()[0]).isEqualTo(START.plus(Duration.ofDays(10)).toEpochMilli());
  }

  @Test
  void nightByNightIsTheSameAsFromScratchWithLateEventsAndCutDays() {
    for (DecayPolicy.Aggregate aggregate : DecayPolicy.Aggregate.values()) {
      for (Optional<Duration> half :
          List.of(Optional.<Duration>empty(), Optional.of(Duration.ofDays(5)))) {
        Random random = new Random(11);
        HistoryBuilder builder = new HistoryBuilder(new DecayPolicy(half, aggregate), ZONE);
        InteractionHistory history = InteractionHistory.empty();
        List<Row> all = new ArrayList<>();
        for (int night = 0; night < 3; night++) {
          List<Row> tonight = new ArrayList<>();
          for (int i = 0; i < 60; i++) {
            // Nights are cut at 36 hours, inside a day; late events only where days do not count.
            long hours = 36L * night + random.nextInt(36);
            if (aggregate == DecayPolicy.Aggregate.NONE && random.nextInt(5) == 0) {
              hours = random.nextInt(36 * (night + 1));
            }
            tonight.add(
                event(
                    random.nextInt(5),
                    random.nextInt(6),
                    random.nextInt(5),
                    START.plusSeconds(3600 * hours + random.nextInt(3600))));
          }
          all.addAll(tonight);
          InteractionHistory before = history;
          HistoryTable parent = new DatasetHistoryTable(HistoryRows.dataset(spark, before));
          InteractionHistory changed = HistoryRows.collect(builder.merge(parent, events(tonight)));
          InteractionHistory byExecutors =
              HistoryRows.collect(builder.mergeDistributed(parent, events(tonight)));
          assertThat(byExecutors.users()).containsExactly(changed.users());
          assertThat(byExecutors.items()).containsExactly(changed.items());
          assertThat(byExecutors.counts()).containsExactly(changed.counts());
          assertThat(byExecutors.values()).containsExactly(changed.values());
          assertThat(byExecutors.lastTimes()).containsExactly(changed.lastTimes());
          history = overlaid(before, changed);
        }
        InteractionHistory scratch = HistoryRows.collect(builder.fromScratch(events(all)));
        assertThat(history.users()).containsExactly(scratch.users());
        assertThat(history.offsets()).containsExactly(scratch.offsets());
        assertThat(history.items()).containsExactly(scratch.items());
        assertThat(history.values()).containsExactly(scratch.values());
        assertThat(history.lastTimes()).containsExactly(scratch.lastTimes());
        assertThat(history.counts()).containsExactly(scratch.counts(), within(1e-5f));
      }
    }
  }

  private InteractionHistory overlaid(InteractionHistory before, InteractionHistory changed) {
    Dataset<Row> old = HistoryRows.dataset(spark, before);
    Dataset<Row> fresh = HistoryRows.dataset(spark, changed);
    return HistoryRows.collect(
        old.join(fresh.select("index"), new String[] {"index"}, "left_anti").unionByName(fresh));
  }

  @Test
  void itemStatisticsNightByNightAreTheSameAsFromScratch() {
    Random random = new Random(5);
    ItemStatisticsBuilder builder = new ItemStatisticsBuilder(DecayPolicy.Aggregate.NONE);
    HistoryBuilder histories =
        new HistoryBuilder(
            new DecayPolicy(Optional.empty(), DecayPolicy.Aggregate.NONE), ZoneOffset.UTC);
    ItemStatistics byNight = ItemStatistics.NONE;
    List<Row> all = new ArrayList<>();
    for (int night = 0; night < 3; night++) {
      int latest = 20 * (night + 1);
      List<Row> tonight =
          IntStream.range(0, 50)
              .mapToObj(
                  i ->
                      event(
                          random.nextInt(5),
                          random.nextInt(8),
                          1,
                          START.plusSeconds(86_400L * random.nextInt(latest))))
              .toList();
      InteractionHistory before = histories.merge(InteractionHistory.empty(), events(all));
      if (night == 2) {
        ItemStatistics whole = builder.after(byNight, events(tonight), before);
        for (Row row : builder.merge(byNight, events(tonight), before).collectAsList()) {
          assertThat(row.getFloat(1)).isEqualTo(whole.eventCounts()[row.getInt(0)]);
          assertThat(row.getInt(4)).isEqualTo(whole.userCounts()[row.getInt(0)]);
        }
      }
      if (night > 0) {
        HistoryTable past = new DatasetHistoryTable(HistoryRows.dataset(spark, before));
        ItemStatistics onDriver = builder.after(byNight, events(tonight), before);
        ItemStatistics byExecutors = builder.afterDistributed(byNight, events(tonight), past);
        assertThat(byExecutors.eventCounts()).containsExactly(onDriver.eventCounts());
        assertThat(byExecutors.userCounts()).containsExactly(onDriver.userCounts());
        assertThat(byExecutors.firstTimes()).containsExactly(onDriver.firstTimes());
        assertThat(byExecutors.lastTimes()).containsExactly(onDriver.lastTimes());
        assertThat(byExecutors.recentCounts())
            .containsExactly(onDriver.recentCounts(), within(1e-5f));
        assertThat(byExecutors.slowCounts()).containsExactly(onDriver.slowCounts(), within(1e-5f));
        assertThat(builder.mergeDistributed(byNight, events(tonight), past).collectAsList())
            .hasSameSizeAs(builder.merge(byNight, events(tonight), before).collectAsList());
      }
      byNight = builder.after(byNight, events(tonight), before);
      all.addAll(tonight);
    }
    List<Row> scratch = builder.fromScratch(events(all)).collectAsList();
    assertThat(scratch).hasSize(8);
    for (Row row : scratch) {
      int item = row.getInt(0);
      double direct = 0;
      double slow = 0;
      Set<Integer> users = new HashSet<>();
      for (Row event : all) {
        if (event.getInt(1) == item) {
          long time = ((Instant) event.get(3)).toEpochMilli();
          direct += Math.pow(0.5, (row.getLong(6) - time) / (7 * 86_400_000.0));
          slow += Math.pow(0.5, (row.getLong(6) - time) / (30 * 86_400_000.0));
          users.add(event.getInt(0));
        }
      }
      assertThat(row.getFloat(2)).isCloseTo((float) direct, within(1e-5f));
      assertThat(row.getFloat(3)).isCloseTo((float) slow, within(1e-5f));
      assertThat(row.getInt(4)).isEqualTo(users.size());
      assertThat(byNight.eventCounts()[item]).isEqualTo(row.getFloat(1));
      assertThat(byNight.recentCounts()[item]).isCloseTo(row.getFloat(2), within(1e-5f));
      assertThat(byNight.slowCounts()[item]).isCloseTo(row.getFloat(3), within(1e-5f));
      assertThat(byNight.userCounts()[item]).isEqualTo(users.size());
      assertThat(byNight.firstTimes()[item]).isEqualTo(row.getLong(5));
      assertThat(byNight.lastTimes()[item]).isEqualTo(row.getLong(6));
    }
  }
}
