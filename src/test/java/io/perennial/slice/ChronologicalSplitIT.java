package io.perennial.slice;

import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.TestSession;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

/** Where slices are cut. */
final class ChronologicalSplitIT {
  private static final Instant START = Instant.parse("2024-01-01T00:00:00Z");
  private static final EventSlice SLICE =
      new EventSlice(
          "id", new Watermark(1, START), new Watermark(2, Instant.parse("2024-01-11T00:00:00Z")));

  @Test
  void theLastFifthValidatesAndLateRowsAreFitted() {
    List<Duration> times = new ArrayList<>();
    for (int hour = 0; hour < 100; hour++) {
      times.add(Duration.ofHours(hour));
    }
    times.add(Duration.ofDays(-30));
    ChronologicalSplit split = ChronologicalSplit.of(rows(times), SLICE, SplitPolicy.DEFAULT);
    assertThat(split.cut()).isEqualTo(START.plus(Duration.ofHours(80)));
    assertThat(split.fitRows()).isEqualTo(81);
    assertThat(split.validationRows()).isEqualTo(20);
    assertThat(split.lateRows()).isEqualTo(1);
    assertThat(split.unvalidated()).isEmpty();
    assertThat(split.fit().count()).isEqualTo(81);
    assertThat(split.validation().count()).isEqualTo(20);
    assertThat(split.fit().filter("event_time >= '2024-01-04 08:00:00'").count()).isZero();
  }

  @Test
  void validationIsNoLongerThanItsWindow() {
    List<Duration> times = new ArrayList<>();
    for (int hour = 0; hour < 100; hour++) {
      times.add(Duration.ofHours(hour));
    }
    ChronologicalSplit split =
        ChronologicalSplit.of(
            rows(times), SLICE, new SplitPolicy(0.5, Optional.of(Duration.ofHours(3))));
    assertThat(split.validationRows()).isEqualTo(3);
    assertThat(split.fitRows()).isEqualTo(97);
  }

  @Test
  void eventsOfOneInstantStayTogether() {
    List<Duration> times = new ArrayList<>(List.of(Duration.ZERO));
    for (int i = 0; i < 9; i++) {
      times.add(Duration.ofMinutes(1));
    }
    ChronologicalSplit split = ChronologicalSplit.of(rows(times), SLICE, SplitPolicy.DEFAULT);
    assertThat(split.cut()).isEqualTo(START.plus(Duration.ofMinutes(1)));
    assertThat(split.validationRows()).isEqualTo(9);
  }

  @Test
  void aSliceTooSmallToValidateIsFittedAndSaysSo() {
    ChronologicalSplit one =
        ChronologicalSplit.of(
            rows(List.of(Duration.ofHours(1), Duration.ofHours(-1))), SLICE, SplitPolicy.DEFAULT);
    assertThat(one.fitRows()).isEqualTo(2);
    assertThat(one.validation().count()).isZero();
    assertThat(one.unvalidated()).contains("the slice has one event only");
    ChronologicalSplit same =
        ChronologicalSplit.of(
            rows(List.of(Duration.ofHours(1), Duration.ofHours(1))), SLICE, SplitPolicy.DEFAULT);
    assertThat(same.validationRows()).isZero();
    assertThat(same.unvalidated()).contains("all 2 events of the slice are of one instant");
    ChronologicalSplit none = ChronologicalSplit.of(rows(List.of()), SLICE, SplitPolicy.DEFAULT);
    assertThat(none.fitRows()).isZero();
    assertThat(none.unvalidated()).isPresent();
  }

  private static Dataset<Row> rows(List<Duration> times) {
    List<Row> rows =
        times.stream()
            .map(time -> RowFactory.create(START.plus(time).toEpochMilli() * 1000))
            .toList();
    return TestSession.get()
        .createDataFrame(rows, new StructType().add("micros", DataTypes.LongType))
        .select(functions.timestamp_micros(functions.col("micros")).as("event_time"));
  }
}
