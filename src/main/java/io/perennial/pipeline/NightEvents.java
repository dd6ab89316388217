package io.perennial.pipeline;

import static org.apache.spark.sql.functions.bit_xor;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.unix_micros;
import static org.apache.spark.sql.functions.xxhash64;

import io.perennial.event.EventColumns;
import io.perennial.event.EventTable;
import io.perennial.model.history.EventBehaviour;
import io.perennial.registry.ModelRegistry;
import io.perennial.slice.EventSlice;
import io.perennial.slice.Interval;
import io.perennial.slice.SliceReader;
import io.perennial.slice.Watermark;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;

/** The events of one attempt, read once and kept until the attempt is over. */
final class NightEvents implements AutoCloseable {
  private static final String REASON = "refusal";

  /** Begin of the names of the row sums of each behaviour. */
  private static final String BEHAVIOUR = "behaviour_";

  private final Attempt attempt;
  private final Dataset<Row> learnable;
  private final Map<String, Long> counts;
  private final long onTimeRows;
  private final long firstMicros;
  private final String digest;
  private Dataset<Row> indexed;

  private NightEvents(
      Attempt attempt,
      Dataset<Row> learnable,
      Map<String, Long> counts,
      long onTimeRows,
      long firstMicros,
      String digest) {
    this.attempt = attempt;
    this.learnable = learnable;
    this.counts = counts;
    this.onTimeRows = onTimeRows;
    this.firstMicros = firstMicros;
    this.digest = digest;
  }

  /** Reads an attempt's slice, and the slices that it admits; writes nothing. */
  static NightEvents read(EventTable source, Attempt attempt) {
    Dataset<Row> rows = SliceReader.read(source, attempt.slice());
    for (var admitted : attempt.admitted()) {
      rows = rows.unionByName(SliceReader.read(source, admitted.slice()));
    }
    if (attempt.parent().isEmpty()) {
      for (var left : attempt.leftOut()) {
        rows =
            rows.filter(
                coalesce(
                        inside(left.slice().from().eventTime(), left.slice().to().eventTime()),
                        lit(false))
                    .unary_$bang());
      }
    }
    Dataset<Row> all =
        rows.withColumn(REASON, EventRefusal.reason()).persist(StorageLevel.MEMORY_AND_DISK());
    Column late = col(EventColumns.TIME).lt(lit(unseen(attempt).eventTime()));
    List<Row> sums =
        all.groupBy(
                coalesce(col(REASON), lit(-1)),
                late,
                EventBehaviour.place(all).as(EventColumns.BEHAVIOUR))
            .agg(
                count(lit(1)).as("rows"),
                bit_xor(
                        xxhash64(
                            col(EventColumns.USER),
                            col(EventColumns.ITEM),
                            col(EventColumns.VALUE),
                            col(EventColumns.TIME)))
                    .as("hash"),
                min(unix_micros(col(EventColumns.TIME))).as("first"))
            .collectAsList();
    Map<String, Long> counts = new LinkedHashMap<>();
    counts.put("slice", 0L);
    counts.put("late", 0L);
    counts.put("refused", 0L);
    List<String> behaviours = source.source().behaviours().names();
    behaviours.forEach(name -> counts.put(BEHAVIOUR + name, 0L));
    long digest = 0;
    long onTime = 0;
    long first = Long.MAX_VALUE;
    for (Row sum : sums) {
      long n = sum.<Long>getAs("rows");
      counts.merge("slice", n, Long::sum);
      if (sum.getInt(0) >= 0) {
        counts.merge("refused", n, Long::sum);
        counts.merge(EventRefusal.values()[sum.getInt(0)].key(), n, Long::sum);
      } else {
        digest ^= sum.<Long>getAs("hash");
        if (!behaviours.isEmpty()) {
          counts.merge(BEHAVIOUR + behaviours.get(sum.getInt(2)), n, Long::sum);
        }
        if (!sum.getBoolean(1)) {
          onTime += n;
          first = Math.min(first, sum.<Long>getAs("first"));
        } else if (attempt.parent().isPresent()) {
          counts.merge("late", n, Long::sum);
        }
      }
    }
    return new NightEvents(attempt, all, counts, onTime, first, Long.toHexString(digest));
  }

  /**
   * Up to where the champion has seen the events: for a warm night where the slice begins; a
   * rebuild learns all of them again, but can only be compared with the champion on those after
   * this.
   */
  private static Watermark unseen(Attempt attempt) {
    Watermark from = attempt.slice().from();
    if (attempt.parent().isPresent() || attempt.champion().isEmpty()) {
      return from;
    }
    Instant end = attempt.slice().to().eventTime();
    Instant seen = attempt.champion().get().slice().to().eventTime();
    return new Watermark(from.commit(), seen.isAfter(end) ? end : seen);
  }

  /**
   * A sentence for people where events lie before the interval that was asked for, though after
   * what the champion has seen: days that no night learnt.
   */
  Optional<String> skippedDays(Optional<Interval> interval) {
    if (attempt.parent().isEmpty() || onTimeRows == 0 || interval.isEmpty()) {
      return Optional.empty();
    }
    Instant first = Instant.EPOCH.plus(firstMicros, ChronoUnit.MICROS);
    Instant asked = interval.get().from();
    return first.isBefore(asked)
        ? Optional.of(
            "Events from "
                + first
                + " to "
                + asked
                + ", which no earlier night learnt, are part of this one.")
        : Optional.empty();
  }

  /** Number of events that can be learnt. */
  long learnable() {
    return counts.get("slice") - counts.get("refused");
  }

  /** Row sums for {@code runs.row_counts}: slice, late, refused and why, each behaviour's. */
  Map<String, Long> counts() {
    return counts;
  }

  /**
   * Exclusive or of the hashes of all events that are learnt: the same events give the same digest,
   * in any order.
   */
  String digest() {
    return digest;
  }

  /**
   * Gives every user and item its dense index; ids never seen before are written to {@code
   * entity_ids}.
   *
   * @return the events, ready to be tried; persisted until this is closed
   */
  TrialEvents resolveIds(ModelRegistry registry, String pipeline, String runId) {
    indexed =
        EventColumns.learnt(
                registry.indexed(
                    pipeline, runId, learnable.filter(col(REASON).isNull()).drop(REASON)))
            .persist(StorageLevel.MEMORY_AND_DISK());
    indexed.count();
    learnable.unpersist(false);
    EventSlice slice = attempt.slice();
    return new TrialEvents(
        indexed, onTimeRows, new EventSlice(slice.tableId(), unseen(attempt), slice.to()));
  }

  @Override
  public void close() {
    learnable.unpersist(false);
    if (indexed != null) {
      indexed.unpersist(false);
    }
  }

  private static Column inside(Instant from, Instant to) {
    Column time = col(EventColumns.TIME);
    return time.lt(lit(from)).unary_$bang().and(time.lt(lit(to)));
  }
}
