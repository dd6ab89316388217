package io.perennial.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.perennial.evaluation.Metric;
import io.perennial.registry.BacktestRow;
import io.perennial.report.BacktestFigures.ArmFigure;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BacktestFiguresTest {
  private static final LocalDate FIRST = LocalDate.of(2011, 7, 19);
  private static final List<String> ARMS = List.of("ours-model", "other");

  private static BacktestRow row(
      int night, String arm, String segment, double value, long users, float... replicates) {
    return new BacktestRow(
        FIRST.plusDays(night),
        arm,
        BacktestRow.PREQUENTIAL,
        segment,
        "ndcg",
        OptionalInt.of(20),
        value,
        users,
        arm.equals("other") ? night : 0.5,
        10,
        100,
        replicates);
  }

  private static BacktestRow looked(int night, String window, String arm, double value) {
    return new BacktestRow(
        FIRST.plusDays(night),
        arm,
        window,
        "all",
        "ndcg",
        OptionalInt.of(20),
        value,
        7,
        0,
        0,
        100,
        new float[0]);
  }

  private static float[] around(double value, double spread, long seed) {
    float[] replicates = new float[200];
    Random random = new Random(seed);
    for (int r = 0; r < replicates.length; r++) {
      replicates[r] = (float) (value + spread * random.nextGaussian());
    }
    return replicates;
  }

  @Test
  void meansAreOfNightsAndNightsWithoutUsersAreLeftOut() {
    List<BacktestRow> rows = new ArrayList<>();
    double[] ours = {0.2, 0.4, Double.NaN, 0.6, 0.5, 0.3};
    for (int n = 0; n < ours.length; n++) {
      rows.add(row(n, "ours-model", "all", 1, 9));
      rows.add(row(n, "ours-model", "new", ours[n], Double.isNaN(ours[n]) ? 0 : 1 + n));
    }
    BacktestFigures figures = new BacktestFigures(rows, List.of("ours-model"), Metric.NDCG, 1);
    ArmFigure figure = figures.figure("ours-model", "new");

    assertThat(figures.nights()).hasSize(6);
    assertThat(figure.nights()).isEqualTo(5);
    // (0.2 + 0.4 + 0.6 + 0.5 + 0.3) / 5, though nights have other numbers of users
    assertThat(figure.mean()).isCloseTo(0.4, within(1e-12));
    assertThat(figure.thirds().get(0)).isCloseTo(0.3, within(1e-12));
    assertThat(figure.thirds().get(1)).isCloseTo(0.6, within(1e-12));
    assertThat(figure.thirds().get(2)).isCloseTo(0.4, within(1e-12));
    assertThat(figure.difference()).isNaN();
    assertThat(figure.trainSeconds()).isCloseTo(0.5, within(1e-12));
    assertThat(figures.figures()).extracting(ArmFigure::segment).containsExactly("all", "new");
  }

  @Test
  void anArmThatIsATenthWorseForEveryUserIsSoWithoutDoubt() {
    List<BacktestRow> rows = new ArrayList<>();
    for (int n = 0; n < 20; n++) {
      double value = 0.2 + 0.01 * n;
      float[] ours = around(value, 0.05, n);
      float[] other = new float[ours.length];
      for (int r = 0; r < ours.length; r++) {
        other[r] = 0.9f * ours[r];
      }
      rows.add(row(n, "ours-model", "all", value, 30, ours));
      rows.add(row(n, "other", "all", 0.9 * value, 30, other));
    }
    ArmFigure figure = new BacktestFigures(rows, ARMS, Metric.NDCG, 1).figure("other", "all");

    assertThat(figure.difference()).isCloseTo(-0.1, within(1e-6));
    assertThat(figure.low()).isCloseTo(-0.1, within(1e-5));
    assertThat(figure.high()).isCloseTo(-0.1, within(1e-5));
    // Mean of 0 to 19 seconds.
    assertThat(figure.trainSeconds()).isCloseTo(9.5, within(1e-12));
  }

  @Test
  void aDifferenceOfFewNoisyNightsIsInDoubt() {
    List<BacktestRow> rows = new ArrayList<>();
    for (int n = 0; n < 6; n++) {
      double other = n % 2 == 0 ? 0.35 : 0.27;
      rows.add(row(n, "ours-model", "all", 0.3, 5, around(0.3, 0.05, n)));
      rows.add(row(n, "other", "all", other, 5, around(other, 0.05, 100 + n)));
    }
    ArmFigure figure = new BacktestFigures(rows, ARMS, Metric.NDCG, 1).figure("other", "all");

    assertThat(figure.difference()).isCloseTo(0.31 / 0.3 - 1, within(1e-9));
    assertThat(figure.low()).isNegative();
    assertThat(figure.high()).isPositive();
    assertThat(new BacktestFigures(rows, ARMS, Metric.NDCG, 1).figure("other", "all"))
        .isEqualTo(figure);
  }

  @Test
  void ofErrorsTheSmallerOneIsTheBetter() {
    List<BacktestRow> rows = new ArrayList<>();
    for (int n = 0; n < 4; n++) {
      float[] same = new float[50];
      Arrays.fill(same, 1f);
      float[] worse = new float[50];
      Arrays.fill(worse, 1.25f);
      rows.add(row(n, "ours-model", "all", 1, 5, same));
      rows.add(row(n, "other", "all", 1.25, 5, worse));
    }
    ArmFigure figure = new BacktestFigures(rows, ARMS, Metric.RMSE, 1).figure("other", "all");

    assertThat(figure.difference()).isCloseTo(-0.25, within(1e-9));
    assertThat(figure.low()).isCloseTo(-0.25, within(1e-9));
  }

  @Test
  void withoutOursTheFirstArmIsWhatOthersAreComparedWith() {
    List<BacktestRow> rows = new ArrayList<>();
    rows.add(row(0, "frozen", "all", 0.2, 5));
    rows.add(row(0, "other", "all", 0.3, 5));
    BacktestFigures figures = new BacktestFigures(rows, List.of("frozen", "other"), Metric.NDCG, 1);

    assertThat(figures.reference()).isEqualTo("frozen");
    assertThat(figures.figure("other", "all").difference()).isCloseTo(0.5, within(1e-12));
  }

  @Test
  void retentionIsReadFromTheWindowsOfEarlyNights() {
    String first = BacktestRow.FROZEN + FIRST;
    String second = BacktestRow.FROZEN + FIRST.plusDays(2);
    String ahead = BacktestRow.UNLEARNT + FIRST.plusDays(2);
    List<BacktestRow> rows =
        List.of(
            row(0, "ours-model", "all", 0.3, 5),
            looked(0, first, "ours-model", 0.5),
            looked(2, ahead, "ours-model", 0.25),
            looked(2, ahead, "popularity", 0.1),
            looked(2, first, "ours-model", 0.4),
            looked(2, second, "ours-model", 0.7),
            looked(5, first, "ours-model", 0.3),
            looked(5, second, "ours-model", 0.6));
    BacktestFigures figures = new BacktestFigures(rows, ARMS, Metric.NDCG, 1);
    ForgettingMatrix matrix = figures.forgetting("ours-model");

    assertThat(figures.models()).containsExactly("ours-model");
    assertThat(figures.nights()).hasSize(1);
    // (0.3 + 0.6) / 2
    assertThat(matrix.summary().accuracy().getAsDouble()).isCloseTo(0.45, within(1e-12));
    // ((0.3 - 0.5) + (0.6 - 0.7)) / 2
    assertThat(matrix.summary().backwardTransfer().getAsDouble()).isCloseTo(-0.15, within(1e-12));
    assertThat(matrix.transfer().learning().getAsDouble()).isCloseTo(0.6, within(1e-12));
    assertThat(matrix.transfer().retention().getAsDouble()).isCloseTo(0.45, within(1e-12));
    // 0.25 - 0.1
    assertThat(matrix.transfer().forwardTransfer().getAsDouble()).isCloseTo(0.15, within(1e-12));
    assertThat(figures.forgetting("other").versions()).isEmpty();
  }

  private static BacktestRow judged(int night, String segment, String metric, int value) {
    return new BacktestRow(
        FIRST.plusDays(night),
        "ours-model",
        BacktestRow.GATE,
        segment,
        metric,
        OptionalInt.empty(),
        value,
        0,
        1,
        0,
        100,
        new float[0]);
  }

  private static List<BacktestRow> judgedNights() {
    return List.of(
        judged(0, BacktestRow.ALL, BacktestRow.PROMOTED, 1),
        judged(1, BacktestRow.ALL, BacktestRow.REJECTED, 1),
        judged(1, "drift.rows", BacktestRow.REJECTED, 1),
        judged(1, "maximal_forgetting", BacktestRow.REJECTED, 1),
        judged(2, BacktestRow.ALL, BacktestRow.REJECTED, 1),
        judged(2, "drift.rows", BacktestRow.REJECTED, 1),
        judged(3, BacktestRow.ALL, BacktestRow.PROMOTED, 1),
        judged(3, BacktestRow.ALL, BacktestRow.SET_ASIDE, 2),
        judged(4, BacktestRow.ALL, BacktestRow.STOPPED, 1));
  }

  @Test
  void nightsAreCountedByWhatTheGateSaidOfThem() {
    List<GateFigures> gates = new BacktestFigures(judgedNights(), ARMS, Metric.NDCG, 1).gates();

    assertThat(gates).hasSize(1);
    GateFigures gate = gates.get(0);
    assertThat(gate.promoted()).isEqualTo(2);
    assertThat(gate.rejected()).isEqualTo(2);
    assertThat(gate.setAside()).isEqualTo(2);
    assertThat(gate.stopped()).isEqualTo(1);
    assertThat(gate.rules()).isEqualTo(java.util.Map.of("drift.rows", 2, "maximal_forgetting", 1));
    assertThat(gate.nights())
        .containsExactly(
            new GateFigures.Night(
                FIRST.plusDays(1), "rejected", List.of("drift.rows", "maximal_forgetting")),
            new GateFigures.Night(FIRST.plusDays(2), "rejected", List.of("drift.rows")),
            new GateFigures.Night(FIRST.plusDays(4), "stopped", List.of()));
    assertThat(gate.sentence())
        .isEqualTo(
            "The gate of ours-model promoted 2 nights and rejected 2 (by drift.rows 2,"
                + " maximal_forgetting 1); 2 of these never learnt; then it stopped, and learnt"
                + " nothing of 1 more.");
  }

  @Test
  void thePageTellsEveryArmAndEscapesWhatItDidNotMake() {
    List<BacktestRow> rows = new ArrayList<>();
    for (int n = 0; n < 30; n++) {
      for (String segment : BacktestFigures.SEGMENTS) {
        rows.add(row(n, "ours-model", segment, 0.3, 5, around(0.3, 0.01, n)));
        rows.add(row(n, "other", segment, 0.2, 5, around(0.2, 0.01, n)));
      }
    }
    rows.add(looked(0, BacktestRow.FROZEN + FIRST, "ours-model", 0.5));
    rows.add(looked(29, BacktestRow.FROZEN + FIRST, "ours-model", 0.4));
    rows.addAll(judgedNights());
    java.util.Map<String, String> parameters = new java.util.LinkedHashMap<>();
    parameters.put("ours-model", "rank 8");
    parameters.put("other", "<script>alert(1)</script>");
    BacktestSubject subject =
        new BacktestSubject(
            "shop",
            "july",
            "12 events before July",
            "ndcg@20",
            parameters,
            java.util.Optional.empty());
    String html =
        new PageRenderer()
            .html(BacktestPage.of(subject, new BacktestFigures(rows, ARMS, Metric.NDCG, 1)));

    assertThat(html)
        .contains("<title>Backtest july</title>")
        .contains("30 nights, from 2011-07-19 to 2011-08-17")
        .contains("ours-model has the best mean ndcg@20: 0.300.")
        .contains("−33.3 %")
        .contains("drift.rows 2, maximal_forgetting 1")
        .contains("Nights that were not promoted")
        .contains("R[i][j] of ours-model")
        .contains("\"kind\":\"scatter\"")
        .contains("&lt;script&gt;alert(1)")
        .doesNotContain("<script>alert(1)");
  }

  @Test
  void aBacktestWithoutANightSaysSo() {
    BacktestSubject subject =
        new BacktestSubject(
            "shop",
            "july",
            "nothing",
            "ndcg@20",
            java.util.Map.of(),
            java.util.Optional.of("chosen in June"));
    Page page = BacktestPage.of(subject, new BacktestFigures(List.of(), ARMS, Metric.NDCG, 1));

    assertThat(page.summary().get(0)).startsWith("No figures yet");
    assertThat(page.charts()).isEmpty();
  }
}
