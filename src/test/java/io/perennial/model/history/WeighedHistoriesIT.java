package io.perennial.model.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.perennial.Behaviours;
import io.perennial.TestSession;
import io.perennial.event.BehaviourColumns;
import io.perennial.event.EventColumns;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

/** Events count in histories and statistics as much as their behaviour weighs. */
class WeighedHistoriesIT {
  private static final Instant START = Instant.parse("2026-03-20T00:00:00Z");
  private static final Behaviours BEHAVIOURS =
      new Behaviours(Map.of("purchase", 1.0, "view", 0.2, "basket", 0.5));
  private static final int PURCHASE = 0;
  private static final int BASKET = 1;
  private static final int VIEW = 2;
  private static final StructType EVENTS =
      new StructType()
          .add("user_index", DataTypes.IntegerType)
          .add("item_index", DataTypes.IntegerType)
          .add("value", DataTypes.DoubleType)
          .add("event_time", DataTypes.TimestampType)
          .add("event_date", DataTypes.DateType)
          .add(EventColumns.BEHAVIOUR, DataTypes.IntegerType);

  private static Row event(int user, int item, int behaviour, double hours) {
    Instant time = START.plusSeconds((long) (3600 * hours));
    return RowFactory.create(
        user, item, 1.0, time, time.atZone(ZoneOffset.UTC).toLocalDate(), behaviour);
  }

  private static Dataset<Row> events(List<Row> rows) {
    return BehaviourColumns.weighed(BEHAVIOURS, TestSession.get().createDataFrame(rows, EVENTS));
  }

  private static HistoryBuilder builder(
      Optional<Duration> halfLife, DecayPolicy.Aggregate aggregate) {
    return new HistoryBuilder(new DecayPolicy(halfLife, aggregate), ZoneOffset.UTC);
  }

  private static InteractionHistory scratch(HistoryBuilder builder, Row... rows) {
    return HistoryRows.collect(builder.fromScratch(events(List.of(rows))));
  }

  @Test
  void eachEventCountsWhatItsBehaviourWeighs() {
    HistoryBuilder builder = builder(Optional.of(Duration.ofHours(24)), DecayPolicy.Aggregate.NONE);
    InteractionHistory history =
        scratch(builder, event(1, 4, VIEW, 0), event(1, 4, PURCHASE, 24), event(1, 4, VIEW, 48));

    assertThat(history.counts()).containsExactly(new float[] {0.05f + 0.5f + 0.2f}, within(1e-6f));
    assertThat(history.events()).containsExactly(3);
  }

  @Test
  void ofSeveralOnADayTheGreatestCounts() {
    HistoryBuilder builder = builder(Optional.empty(), DecayPolicy.Aggregate.DAY);
    Row[] rows = {
      event(1, 4, VIEW, 1), event(1, 4, PURCHASE, 2), event(1, 4, BASKET, 3), event(1, 4, VIEW, 30)
    };

    assertThat(scratch(builder, rows).counts()).containsExactly(new float[] {1.2f}, within(1e-6f));
    assertThat(builder.merge(InteractionHistory.empty(), events(List.of(rows))).counts())
        .containsExactly(new float[] {1.2f}, within(1e-6f));
  }

  @Test
  void aDayThatTwoNightsShareCountsItsGreatest() {
    HistoryBuilder builder = builder(Optional.empty(), DecayPolicy.Aggregate.DAY);
    for (int[] order : new int[][] {{VIEW, PURCHASE}, {PURCHASE, VIEW}, {VIEW, VIEW}}) {
      InteractionHistory first =
          builder.merge(InteractionHistory.empty(), events(List.of(event(1, 4, order[0], 1))));
      InteractionHistory second = builder.merge(first, events(List.of(event(1, 4, order[1], 5))));

      assertThat(second.counts())
          .containsExactly(
              scratch(builder, event(1, 4, order[0], 1), event(1, 4, order[1], 5)).counts(),
              within(1e-6f));
    }
  }

  @Test
  void nightByNightIsTheSameAsFromScratch() {
    for (DecayPolicy.Aggregate aggregate : DecayPolicy.Aggregate.values()) {
      Random random = new Random(3);
      HistoryBuilder builder = builder(Optional.of(Duration.ofDays(5)), aggregate);
      ItemStatisticsBuilder counts = new ItemStatisticsBuilder(aggregate);
      InteractionHistory history = InteractionHistory.empty();
      ItemStatistics statistics = ItemStatistics.NONE;
      List<Row> all = new ArrayList<>();
      for (int night = 0; night < 3; night++) {
        List<Row> tonight = new ArrayList<>();
        for (int user = 0; user < 4; user++) {
          for (int n = 0; n < 12; n++) {
            double hours = 24 * night + 24 * random.nextDouble();
            if (aggregate == DecayPolicy.Aggregate.NONE && random.nextInt(4) == 0) {
              hours = random.nextDouble() * 24 * (night + 1);
            }
            tonight.add(event(user, random.nextInt(5), random.nextInt(3), hours));
          }
        }
        all.addAll(tonight);
        Dataset<Row> events = events(tonight);
        HistoryTable before =
            new DatasetHistoryTable(HistoryRows.dataset(TestSession.get(), history));
        InteractionHistory merged = builder.merge(history, events);
        assertThat(HistoryRows.collect(builder.mergeDistributed(before, events)).counts())
            .containsExactly(merged.counts());
        statistics = counts.after(statistics, events, history);
        // Every user came every night: what is merged is all there is.
        history = merged;
      }
      InteractionHistory whole = scratch(builder, all.toArray(Row[]::new));
      assertThat(history.items()).containsExactly(whole.items());
      assertThat(history.counts()).containsExactly(whole.counts(), within(1e-5f));
      assertThat(history.events()).containsExactly(whole.events());
      ItemStatistics once = ItemStatistics.collect(counts.fromScratch(events(all)));
      assertThat(statistics.eventCounts()).containsExactly(once.eventCounts(), within(1e-4f));
      assertThat(statistics.recentCounts()).containsExactly(once.recentCounts(), within(1e-4f));
      assertThat(statistics.slowCounts()).containsExactly(once.slowCounts(), within(1e-4f));
      assertThat((double) once.eventCounts()[0]).isLessThan(all.size() / 5.0);
    }
  }
}
