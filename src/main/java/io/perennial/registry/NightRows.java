package io.perennial.registry;

import io.perennial.evaluation.Classification;
import io.perennial.evaluation.ClassificationReport;
import io.perennial.evaluation.Estimate;
import io.perennial.evaluation.EvaluationWindow;
import io.perennial.evaluation.Evidence;
import io.perennial.evaluation.InputProfile;
import io.perennial.evaluation.Measurement;
import io.perennial.evaluation.Metric;
import io.perennial.evaluation.Segment;
import io.perennial.evaluation.UserCase;
import io.perennial.gate.Finding;
import io.perennial.model.TrainingLoss;
import io.perennial.model.history.Past;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/** What a night measured and found as rows, and back. */
final class NightRows {
  private NightRows() {}

  static List<Row> measurements(String pipeline, long version, List<Measurement> measurements) {
    List<Row> rows = new ArrayList<>();
    for (Measurement m : measurements) {
      Estimate estimate = m.estimate();
      rows.add(
          RowFactory.create(
              pipeline,
              version,
              m.subject(),
              m.window(),
              m.segment().label(),
              m.metric().label(),
              m.k().isPresent() ? m.k().getAsInt() : null,
              estimate.value(),
              estimate.low(),
              estimate.high(),
              estimate.users()));
    }
    return rows;
  }

  static List<Row> classes(String pipeline, long version, List<Classification> classifications) {
    List<Row> rows = new ArrayList<>();
    for (Classification one : classifications) {
      ClassificationReport report = one.report();
      Map<String, ClassificationReport.Figures> named = new LinkedHashMap<>();
      named.put("not_liked", report.classes().get(0));
      named.put("liked", report.classes().get(1));
      named.put("micro", report.micro());
      named.put("macro", report.macro());
      named.put("weighted", report.weighted());
      named.forEach(
          (name, figures) ->
              rows.add(
                  RowFactory.create(
                      pipeline,
                      version,
                      one.subject(),
                      one.window(),
                      name,
                      figures.precision(),
                      figures.recall(),
                      figures.f1(),
                      figures.support())));
    }
    return rows;
  }

  static List<Row> losses(String pipeline, long version, List<TrainingLoss> losses) {
    List<Row> rows = new ArrayList<>();
    for (TrainingLoss loss : losses) {
      rows.add(RowFactory.create(pipeline, version, loss.epoch(), loss.part(), loss.value()));
    }
    return rows;
  }

  static List<Row> findings(String pipeline, long version, List<Finding> findings) {
    List<Row> rows = new ArrayList<>();
    for (Finding f : findings) {
      rows.add(
          RowFactory.create(
              pipeline,
              version,
              rows.size(),
              f.rule(),
              f.threshold(),
              f.measured(),
              f.outcome().name().toLowerCase(Locale.ROOT),
              f.detail()));
    }
    return rows;
  }

  static List<Row> evidence(String pipeline, long version, List<Evidence> evidence) {
    List<Row> rows = new ArrayList<>();
    for (Evidence e : evidence) {
      rows.add(
          RowFactory.create(
              pipeline,
              version,
              e.newer(),
              e.older(),
              e.window(),
              e.segment().label(),
              e.metric().label(),
              e.k(),
              e.users(),
              e.newerSum(),
              e.olderSum(),
              boxed(e.newerSums()),
              boxed(e.olderSums()),
              boxed(e.weights())));
    }
    return rows;
  }

  static Evidence evidence(Row row) {
    Cells cells = new Cells(row);
    return new Evidence(
        cells.text("newer"),
        cells.text("older"),
        cells.text("window"),
        Segment.valueOf(cells.text("segment").toUpperCase(Locale.ROOT)),
        Metric.valueOf(cells.text("metric").toUpperCase(Locale.ROOT)),
        cells.integer("k"),
        cells.number("users"),
        cells.real("newer_sum"),
        cells.real("older_sum"),
        cells.doubles("newer_sums"),
        cells.doubles("older_sums"),
        cells.doubles("weights"));
  }

  static Row profile(String pipeline, long version, InputProfile profile) {
    return RowFactory.create(pipeline, version, profile.night(), profile.days(), profile.figures());
  }

  /** Of a row whose {@code night} was cast to text. */
  static InputProfile profile(Row row) {
    Cells cells = new Cells(row);
    return new InputProfile(
        java.time.LocalDate.parse(cells.text("night")),
        cells.integer("days"),
        cells.map("figures"));
  }

  static List<Row> window(String pipeline, long version, EvaluationWindow window) {
    List<Row> rows = new ArrayList<>();
    for (UserCase c : window.cases()) {
      rows.add(
          RowFactory.create(
              pipeline,
              version,
              c.user(),
              boxed(c.items()),
              boxed(c.values()),
              boxed(c.seenItems()),
              boxed(c.past().counts()),
              boxed(c.past().events()),
              boxed(c.past().lastTimes()),
              window.totalUsers(),
              rows.isEmpty() ? boxed(window.oldItems().toLongArray()) : null));
    }
    return rows;
  }

  /** The window of a version from its rows, sorted by user. */
  static EvaluationWindow window(long version, List<Row> rows) {
    List<UserCase> cases = new ArrayList<>();
    BitSet oldItems = new BitSet();
    long totalUsers = 0;
    for (Row row : rows) {
      Cells cells = new Cells(row);
      cases.add(
          new UserCase(
              cells.integer("user"),
              cells.ints("items"),
              cells.floats("values"),
              new Past(
                  cells.ints("seen_items"),
                  cells.floats("seen_counts"),
                  cells.ints("seen_events"),
                  cells.longs("seen_last_times"))));
      totalUsers = cells.number("total_users");
      if (!cells.isNull("old_items")) {
        oldItems = BitSet.valueOf(cells.longs("old_items"));
      }
    }
    return new EvaluationWindow("frozen:" + version, cases, totalUsers, oldItems);
  }

  private static Double[] boxed(double[] values) {
    return Arrays.stream(values).boxed().toArray(Double[]::new);
  }

  private static Long[] boxed(long[] values) {
    return Arrays.stream(values).boxed().toArray(Long[]::new);
  }

  private static Integer[] boxed(int[] values) {
    return Arrays.stream(values).boxed().toArray(Integer[]::new);
  }

  private static Float[] boxed(float[] values) {
    Float[] boxed = new Float[values.length];
    for (int i = 0; i < boxed.length; i++) {
      boxed[i] = values[i];
    }
    return boxed;
  }
}
