package io.perennial.registry;

import static org.apache.spark.sql.functions.col;

import io.perennial.Warehouse;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;

/**
 * The table {@code backtests}: one commit a night, which replaces that night's rows and no others;
 * so a backtest that was interrupted goes on where it stopped.
 */
public final class Backtests {
  private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9-]{0,99}");

  private final DeltaTables tables;

  /**
   * @param listener told after each commit
   */
  public Backtests(SparkSession spark, Warehouse warehouse, WriteListener listener) {
    this.tables = new DeltaTables(spark, warehouse, listener);
  }

  /**
   * A name that a backtest can have.
   *
   * @return the name itself
   * @throws InvalidNameException where it cannot be a partition
   */
  public static String id(String name) {
    if (!ID.matcher(name).matches()) {
      throw new InvalidNameException(
          "Cannot use '"
              + name.replaceAll("\\p{Cntrl}", "?")
              + "' as the name of a backtest: it must consist of lower-case letters, digits and"
              + " dashes, begin with a letter or digit and have at most 100 characters.");
    }
    return name;
  }

  /** Replaces a night's rows; all must be of that night. */
  public void write(String pipeline, String backtest, LocalDate night, List<BacktestRow> rows) {
    Names.pipeline(pipeline);
    id(backtest);
    List<Row> stored = new ArrayList<>();
    for (BacktestRow row : rows) {
      if (!row.night().equals(night)) {
        throw new IllegalArgumentException("A row of " + row.night() + " among those of " + night);
      }
      stored.add(stored(pipeline, backtest, row));
    }
    Map<String, Object> partition = new LinkedHashMap<>();
    partition.put("pipeline", pipeline);
    partition.put("backtest_id", backtest);
    partition.put("night", night);
    tables.replace(
        Tables.BACKTESTS,
        partition,
        new Content.Records(stored),
        CommitNote.of(pipeline, "backtest " + backtest + " " + night));
  }

  /** Deletes every night of a backtest, in one commit. */
  public void delete(String pipeline, String backtest) {
    Names.pipeline(pipeline);
    tables.replace(
        Tables.BACKTESTS,
        DeltaTables.partition(pipeline, "backtest_id", id(backtest)),
        Content.NOTHING,
        CommitNote.of(pipeline, "backtest " + backtest));
  }

  /** The nights that were written, in order, with their numbers of events. */
  public Map<LocalDate, Long> nights(String pipeline, String backtest) {
    Map<LocalDate, Long> nights = new TreeMap<>();
    read(pipeline, backtest)
        .select(col("night").cast("string"), col("events"))
        .distinct()
        .collectAsList()
        .forEach(row -> nights.put(LocalDate.parse(row.getString(0)), row.getLong(1)));
    return nights;
  }

  /** Every figure of one metric and cut-off, by night, arm, window and segment. */
  public List<BacktestRow> rows(String pipeline, String backtest, String metric, OptionalInt k) {
    Dataset<Row> wanted =
        read(pipeline, backtest)
            .where(col("metric").equalTo(metric))
            .where(k.isPresent() ? col("k").equalTo(k.getAsInt()) : col("k").isNull());
    return ordered(wanted);
  }

  /** What gates said of every night. */
  public List<BacktestRow> verdicts(String pipeline, String backtest) {
    return ordered(read(pipeline, backtest).where(col("window").equalTo(BacktestRow.GATE)));
  }

  private static List<BacktestRow> ordered(Dataset<Row> wanted) {
    return wanted.withColumn("night", col("night").cast("string")).collectAsList().stream()
        .map(Backtests::row)
        .sorted(
            Comparator.comparing(BacktestRow::night)
                .thenComparing(BacktestRow::arm)
                .thenComparing(BacktestRow::window)
                .thenComparing(BacktestRow::segment)
                .thenComparing(BacktestRow::metric))
        .toList();
  }

  private Dataset<Row> read(String pipeline, String backtest) {
    Names.pipeline(pipeline);
    return tables.read(Tables.BACKTESTS, pipeline).where(col("backtest_id").equalTo(id(backtest)));
  }

  private static Row stored(String pipeline, String backtest, BacktestRow row) {
    Float[] replicates = new Float[row.replicates().length];
    for (int r = 0; r < replicates.length; r++) {
      replicates[r] = row.replicates()[r];
    }
    return RowFactory.create(
        pipeline,
        backtest,
        row.night(),
        row.arm(),
        row.window(),
        row.segment(),
        row.metric(),
        row.k().isPresent() ? row.k().getAsInt() : null,
        row.value(),
        row.users(),
        row.trainSeconds(),
        row.rows(),
        row.events(),
        replicates.length == 0 ? null : replicates);
  }

  private static BacktestRow row(Row row) {
    Cells cells = new Cells(row);
    float[] replicates = new float[0];
    if (!cells.isNull("replicates")) {
      List<Float> stored = cells.list("replicates");
      replicates = new float[stored.size()];
      int n = 0;
      for (float value : stored) {
        replicates[n++] = value;
      }
    }
    return new BacktestRow(
        LocalDate.parse(cells.text("night")),
        cells.text("arm"),
        cells.text("window"),
        cells.text("segment"),
        cells.text("metric"),
        cells.isNull("k") ? OptionalInt.empty() : OptionalInt.of(cells.integer("k")),
        cells.real("value"),
        cells.number("users"),
        cells.real("train_seconds"),
        cells.number("rows"),
        cells.number("events"),
        replicates);
  }
}
