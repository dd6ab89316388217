package io.perennial.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.perennial.TestSession;
import io.perennial.model.history.DecayPolicy;
import io.perennial.model.history.HistoryTable;
import io.perennial.model.history.InteractionHistory;
import io.perennial.model.history.ItemCounts;
import java.sql.Date;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

class WindowBuilderIT {
  private static final StructType EVENTS =
      new StructType()
          .add("user_index", DataTypes.IntegerType)
          .add("item_index", DataTypes.IntegerType)
          .add("value", DataTypes.DoubleType)
          .add("event_time", DataTypes.TimestampType)
          .add("event_date", DataTypes.DateType);
  private static final Instant BEGIN = Instant.parse("2011-09-30T12:00:00Z");
  private static final DecayPolicy DAILY =
      new DecayPolicy(Optional.of(Duration.ofDays(10)), DecayPolicy.Aggregate.DAY);

  static Row event(int user, int item, double value, String time) {
    Instant instant = Instant.parse(time);
    return RowFactory.create(
        user, item, value, Timestamp.from(instant), Date.valueOf(time.substring(0, 10)));
  }

  static Dataset<Row> events(Row... rows) {
    return TestSession.get().createDataFrame(List.of(rows), EVENTS);
  }

  private static HistoryTable history(InteractionHistory rows) {
    return new HistoryTable() {
      @Override
      public InteractionHistory rows(int[] sortedUsers) {
        return rows;
      }

      @Override
      public Dataset<Row> dataset() {
        throw new UnsupportedOperationException("a window reads its own users only");
      }
    };
  }

  @Test
  void windowHoldsWhatUsersDidAndHadDoneBefore() {
    long tenDaysBefore = BEGIN.minus(Duration.ofDays(10)).toEpochMilli();
    HistoryTable before =
        history(
            new InteractionHistory(
                new int[] {1},
                new int[] {0, 2},
                new int[] {4, 9},
                new float[] {3, 1},
                new float[] {1, 1},
                new int[] {4, 1},
                new long[] {tenDaysBefore, BEGIN.toEpochMilli()}));
    Dataset<Row> window =
        events(
            event(2, 7, 5, "2011-09-30T13:00:00Z"),
            event(1, 4, 2, "2011-09-30T12:00:00Z"),
            event(1, 4, 8, "2011-09-30T14:00:00Z"),
            event(1, 3, 1, "2011-09-30T15:00:00Z"),
            event(1, 4, 3, "2011-09-30T13:00:00Z"));
    Dataset<Row> fit =
        events(
            event(1, 4, 1, "2011-09-30T02:00:00Z"),
            event(1, 4, 1, "2011-09-30T12:00:00Z"),
            event(1, 6, 1, "2011-09-20T12:00:00Z"),
            event(8, 20, 1, "2011-09-30T08:00:00Z"));
    EvaluationWindow built =
        new WindowBuilder(100, DAILY, 1)
            .build(
                "validation",
                window,
                Optional.of(before),
                Optional.of(fit),
                Optional.of(
                    ItemCounts.of(new float[] {0, 5, 0}, new float[] {0, 1, 0}, new long[3])),
                BEGIN);
    assertThat(built.totalUsers()).isEqualTo(2);
    assertThat(built.oldItems().stream().toArray()).containsExactly(1, 4, 6, 20);
    UserCase returning = built.cases().get(0);
    assertThat(returning.user()).isEqualTo(1);
    assertThat(returning.items()).containsExactly(3, 4);
    assertThat(returning.values()).containsExactly(1, 8);
    assertThat(returning.seenItems()).containsExactly(4, 6, 9);
    // 3 faded by half plus one day's event; one event ten days old; one just now
    assertThat(returning.past().counts())
        .containsExactly(new float[] {2.5f, 0.5f, 1f}, within(1e-5f));
    assertThat(returning.past().events()).containsExactly(5, 1, 1);
    assertThat(returning.past().lastTimes())
        .containsExactly(
            Instant.parse("2011-09-30T12:00:00Z").toEpochMilli(),
            Instant.parse("2011-09-20T12:00:00Z").toEpochMilli(),
            BEGIN.toEpochMilli());
    assertThat(built.cases().get(1).isNewUser()).isTrue();
    assertThat(built.cases().get(1).items()).containsExactly(7);
  }

  @Test
  void eachRowCountsWhereEventsAreNotAggregated() {
    Dataset<Row> fit =
        events(event(1, 4, 1, "2011-09-30T12:00:00Z"), event(1, 4, 1, "2011-09-30T12:00:00Z"));
    EvaluationWindow built =
        new WindowBuilder(100, new DecayPolicy(Optional.empty(), DecayPolicy.Aggregate.NONE), 1)
            .build(
                "validation",
                events(event(1, 5, 1, "2011-09-30T13:00:00Z")),
                Optional.empty(),
                Optional.of(fit),
                Optional.empty(),
                BEGIN);
    assertThat(built.cases().get(0).past().counts()).containsExactly(2f);
  }

  @Test
  void sampleIsTheSameForAnyOrderAndPartitioningAndNotTheFirstUsers() {
    List<Row> rows = new ArrayList<>();
    for (int u = 0; u < 1000; u++) {
      rows.add(event(u, u % 7, 1, "2011-09-30T13:00:00Z"));
    }
    WindowBuilder builder = new WindowBuilder(100, DAILY, 5);
    EvaluationWindow a =
        builder.build(
            "prequential",
            TestSession.get().createDataFrame(rows, EVENTS),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            BEGIN);
    Collections.shuffle(rows, new Random(3));
    EvaluationWindow b =
        builder.build(
            "prequential",
            TestSession.get().createDataFrame(rows, EVENTS).repartition(5),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            BEGIN);
    assertThat(a.totalUsers()).isEqualTo(1000);
    assertThat(a.cases()).hasSize(100);
    int[] users = a.cases().stream().mapToInt(UserCase::user).toArray();
    assertThat(users).isSorted().isEqualTo(b.cases().stream().mapToInt(UserCase::user).toArray());
    assertThat(users[99]).isGreaterThan(900);
    EvaluationWindow frozen = WindowBuilder.bounded(a, "frozen:3", 30, 5);
    assertThat(frozen.name()).isEqualTo("frozen:3");
    assertThat(frozen.cases()).hasSize(30).isSubsetOf(a.cases());
    assertThat(frozen.totalUsers()).isEqualTo(1000);
  }

  @Test
  void windowWithoutEventsHasNoCases() {
    EvaluationWindow empty =
        new WindowBuilder(100, DAILY, 5)
            .build(
                "validation",
                TestSession.get().createDataFrame(List.of(), EVENTS),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                BEGIN);
    assertThat(empty.cases()).isEmpty();
    assertThat(empty.totalUsers()).isZero();
  }
}
