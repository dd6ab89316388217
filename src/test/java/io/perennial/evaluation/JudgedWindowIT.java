package io.perennial.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.perennial.Behaviours;
import io.perennial.TestSession;
import io.perennial.event.BehaviourColumns;
import io.perennial.event.EventColumns;
import io.perennial.model.history.DecayPolicy;
import java.sql.Date;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

/** Users are tested on one behaviour; what they had is what they did of any. */
class JudgedWindowIT {
  private static final StructType EVENTS =
      new StructType()
          .add("user_index", DataTypes.IntegerType)
          .add("item_index", DataTypes.IntegerType)
          .add("value", DataTypes.DoubleType)
          .add("event_time", DataTypes.TimestampType)
          .add("event_date", DataTypes.DateType)
          .add(EventColumns.BEHAVIOUR, DataTypes.IntegerType);
  private static final int PURCHASE = 0;
  private static final int VIEW = 1;
  private static final Instant BEGIN = Instant.parse("2011-09-30T00:00:00Z");

  private static Row event(int user, int item, int behaviour, String time) {
    return RowFactory.create(
        user,
        item,
        1.0,
        Timestamp.from(Instant.parse(time)),
        Date.valueOf(time.substring(0, 10)),
        behaviour);
  }

  private static Dataset<Row> events(Row... rows) {
    return BehaviourColumns.weighed(
        new Behaviours(Map.of("purchase", 1.0, "view", 0.2)),
        TestSession.get().createDataFrame(List.of(rows), EVENTS));
  }

  @Test
  void viewsOfTheWindowAreNoTestAndThoseBeforeItAreThePast() {
    WindowBuilder builder =
        new WindowBuilder(
            10,
            new DecayPolicy(Optional.empty(), DecayPolicy.Aggregate.DAY),
            1,
            OptionalInt.of(PURCHASE));
    Dataset<Row> window =
        events(
            event(1, 4, VIEW, "2011-09-30T10:00:00Z"),
            event(1, 5, PURCHASE, "2011-09-30T11:00:00Z"),
            event(2, 5, VIEW, "2011-09-30T11:00:00Z"));
    Dataset<Row> fit =
        events(
            event(1, 7, VIEW, "2011-09-28T10:00:00Z"),
            event(1, 8, VIEW, "2011-09-28T10:00:00Z"),
            event(1, 8, PURCHASE, "2011-09-28T11:00:00Z"),
            event(1, 8, VIEW, "2011-09-29T11:00:00Z"));
    EvaluationWindow built =
        builder.build(
            "validation", window, Optional.empty(), Optional.of(fit), Optional.empty(), BEGIN);

    assertThat(builder.users(window)).containsExactly(1);
    assertThat(built.cases()).hasSize(1);
    assertThat(built.totalUsers()).isEqualTo(1);
    UserCase user = built.cases().get(0);
    assertThat(user.items()).containsExactly(5);
    assertThat(user.seenItems()).containsExactly(7, 8);
    assertThat(user.past().counts()).containsExactly(new float[] {0.2f, 1.2f}, within(1e-6f));
    assertThat(user.past().events()).containsExactly(1, 2);
  }
}
