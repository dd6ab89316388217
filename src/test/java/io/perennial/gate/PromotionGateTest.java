package io.perennial.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.evaluation.Comparison;
import io.perennial.evaluation.Estimate;
import io.perennial.evaluation.EvaluationOptions;
import io.perennial.evaluation.Evidence;
import io.perennial.evaluation.InputProfile;
import io.perennial.evaluation.Measurement;
import io.perennial.evaluation.Metric;
import io.perennial.evaluation.Segment;
import io.perennial.evaluation.Subject;
import io.perennial.model.Feedback;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PromotionGateTest {
  private static final EvaluationOptions EVALUATION = EvaluationOptions.DEFAULT;

  /** No drift rules, baseline popularity, at least 200 users. */
  private static final GateOptions OPTIONS =
      new GateOptions(
          Map.of(),
          0.05,
          Optional.of(Subject.POPULARITY),
          0.0,
          0.15,
          200,
          14,
          GateOptions.LittleEvidence.PROMOTE,
          Optional.empty());

  /** Evidence with a known mean relative gain and scatter of its replicates. */
  private static Evidence evidence(
      String newer, String older, long users, double gain, double deviation) {
    double olderSum = 0.25 * users;
    double newerSum = olderSum * (1 + gain);
    int replicates = 200;
    double[] newerSums = new double[replicates];
    double[] olderSums = new double[replicates];
    double[] weights = new double[replicates];
    Random random = new Random(1);
    for (int r = 0; r < replicates; r++) {
      weights[r] = users;
      olderSums[r] = olderSum;
      newerSums[r] = olderSum * (1 + gain + deviation * random.nextGaussian());
    }
    return new Evidence(
        newer,
        older,
        "validation",
        Segment.ALL,
        Metric.NDCG,
        20,
        users,
        newerSum,
        olderSum,
        newerSums,
        olderSums,
        weights);
  }

  private static Comparison validation(
      long users, double ndcg, Optional<Evidence> parent, Evidence popularity) {
    List<String> subjects = new ArrayList<>(List.of(Subject.CANDIDATE));
    List<Evidence> evidence = new ArrayList<>();
    if (parent.isPresent()) {
      subjects.add(Subject.PARENT);
      evidence.add(parent.get());
    }
    subjects.add(Subject.POPULARITY);
    evidence.add(popularity);
    return new Comparison(
        "validation",
        users,
        subjects,
        List.of(
            new Measurement(
                Subject.CANDIDATE,
                "validation",
                Segment.ALL,
                Metric.NDCG,
                OptionalInt.of(20),
                new Estimate(ndcg, ndcg - 0.02, ndcg + 0.02, users))),
        evidence);
  }

  private static Comparison validation(long users, double gain, double deviation) {
    return validation(
        users,
        0.25,
        Optional.of(evidence("candidate", "parent", users, gain, deviation)),
        evidence("candidate", "popularity", users, 1.0, 0.1));
  }

  private static GateInput input(Comparison validation) {
    return new GateInput(validation, List.of(), List.of(), Optional.empty(), List.of(), 0);
  }

  private static GateInput input(Comparison validation, Evidence... earlier) {
    return new GateInput(validation, List.of(), List.of(earlier), Optional.empty(), List.of(), 0);
  }

  private static Comparison frozen(int version, Evidence evidence) {
    return new Comparison(
        "frozen:" + version,
        evidence.users(),
        List.of(Subject.CANDIDATE, Subject.PARENT),
        List.of(),
        List.of(evidence));
  }

  private static GateDecision decide(GateInput input, GateOptions options) {
    return PromotionGate.decide(input, options, EVALUATION, Feedback.IMPLICIT);
  }

  private static Finding finding(GateDecision decision, String rule) {
    return decision.findings().stream()
        .filter(f -> f.rule().equals(rule))
        .findFirst()
        .orElseThrow();
  }

  private static void failsOnly(GateDecision decision, String rule) {
    assertThat(decision).isInstanceOf(GateDecision.Rejected.class);
    assertThat(decision.findings().stream().filter(f -> f.outcome() == Finding.Outcome.FAILED))
        .extracting(Finding::rule)
        .containsExactly(rule);
  }

  @Test
  void honestNightIsPromoted() {
    GateDecision decision = decide(input(validation(1000, 0.02, 0.02)), OPTIONS);
    assertThat(decision).isInstanceOf(GateDecision.Promoted.class);
    assertThat(finding(decision, "maximal_regression").outcome()).isEqualTo(Finding.Outcome.PASSED);
    assertThat(finding(decision, "maximal_regression").measured()).contains("1000 users");
  }

  @Test
  void shownLossBeyondTheToleranceIsRejected() {
    failsOnly(decide(input(validation(1000, -0.08, 0.02)), OPTIONS), "maximal_regression");
  }

  @Test
  void lossThatChanceExplainsIsNotHeldAgainstACandidate() {
    assertThat(decide(input(validation(1000, -0.08, 0.08)), OPTIONS))
        .isInstanceOf(GateDecision.Promoted.class);
  }

  @Test
  void lossWithinTheToleranceIsPromotedHoweverSure() {
    assertThat(decide(input(validation(100_000, -0.049, 0.001)), OPTIONS))
        .isInstanceOf(GateDecision.Promoted.class);
    failsOnly(decide(input(validation(100_000, -0.051, 0.0001)), OPTIONS), "maximal_regression");
  }

  @Test
  void notANumberNeverPasses() {
    GateDecision decision = decide(input(validation(1000, Double.NaN, 0.02)), OPTIONS);
    failsOnly(decision, "maximal_regression");
    Comparison noGain =
        validation(
            1000,
            0.25,
            Optional.of(evidence("candidate", "parent", 1000, 0.01, 0.02)),
            evidence("candidate", "popularity", 1000, Double.NaN, 0.1));
    failsOnly(decide(input(noGain), OPTIONS), "minimal_gain");
    failsOnly(decide(input(validation(50, Double.NaN, 0.02)), OPTIONS), "maximal_regression");
  }

  @Test
  void candidateBelowTheBaselineIsRejected() {
    Comparison below =
        validation(
            1000,
            0.25,
            Optional.of(evidence("candidate", "parent", 1000, 0.01, 0.02)),
            evidence("candidate", "popularity", 1000, -0.01, 0.1));
    failsOnly(decide(input(below), OPTIONS), "minimal_gain");
  }

  @Test
  void baselineThatIsNotMeasuredIsAnErrorThatNamesTheKnownOnes() {
    GateOptions options =
        new GateOptions(
            Map.of(),
            0.05,
            Optional.of("popularty"),
            0,
            0.15,
            200,
            14,
            GateOptions.LittleEvidence.PROMOTE,
            Optional.empty());
    assertThatThrownBy(() -> decide(input(validation(1000, 0, 0.02)), options))
        .isInstanceOf(InvalidGateException.class)
        .hasMessageContaining("'popularty'")
        .hasMessageContaining("parent, popularity");
  }

  private static GateOptions minimum(String metric, double value) {
    return new GateOptions(
        Map.of(metric, value),
        0.05,
        Optional.of(Subject.POPULARITY),
        0,
        0.15,
        200,
        14,
        GateOptions.LittleEvidence.PROMOTE,
        Optional.empty());
  }

  @Test
  void absoluteMinimumIsAnInclusiveFloor() {
    GateInput night = input(validation(1000, 0.0, 0.02));
    assertThat(decide(night, minimum("ndcg", 0.25))).isInstanceOf(GateDecision.Promoted.class);
    failsOnly(decide(night, minimum("ndcg", 0.2501)), "minimum.ndcg");
  }

  @Test
  void minimumOfAMetricThatDoesNotExistOrIsNotMeasuredIsAnError() {
    GateInput night = input(validation(1000, 0.0, 0.02));
    assertThatThrownBy(() -> decide(night, minimum("ndgc", 0.1)))
        .isInstanceOf(InvalidGateException.class)
        .hasMessageContaining("minimum.ndgc")
        .hasMessageContaining("hitrate");
    assertThatThrownBy(() -> decide(night, minimum("rmse", 2)))
        .isInstanceOf(InvalidGateException.class)
        .hasMessageContaining("implicit");
  }

  @Test
  void minimumOfAnErrorIsACeiling() {
    Evidence parent = evidence("candidate", "parent", 1000, 0.0, 0.02);
    Comparison ratings =
        new Comparison(
            "validation",
            1000,
            List.of("candidate", "parent"),
            List.of(
                new Measurement(
                    "candidate",
                    "validation",
                    Segment.ALL,
                    Metric.RMSE,
                    OptionalInt.empty(),
                    new Estimate(1.5, 1.4, 1.6, 1000))),
            List.of(parent));
    GateOptions ceiling =
        new GateOptions(
            Map.of("rmse", 1.5),
            0.05,
            Optional.empty(),
            0,
            0.15,
            200,
            14,
            GateOptions.LittleEvidence.PROMOTE,
            Optional.empty());
    GateOptions lower =
        new GateOptions(
            Map.of("rmse", 1.49),
            0.05,
            Optional.empty(),
            0,
            0.15,
            200,
            14,
            GateOptions.LittleEvidence.PROMOTE,
            Optional.empty());
    assertThat(PromotionGate.decide(input(ratings), ceiling, EVALUATION, Feedback.EXPLICIT))
        .isInstanceOf(GateDecision.Promoted.class);
    failsOnly(
        PromotionGate.decide(input(ratings), lower, EVALUATION, Feedback.EXPLICIT), "minimum.rmse");
  }

  @Test
  void fewUsersArePooledWithEarlierNights() {
    Comparison tonight = validation(60, -0.04, 0.1);
    Evidence bad = evidence("champion", "previous", 100, -0.2, 0.01);
    GateDecision decision = decide(input(tonight, bad, bad), OPTIONS);
    failsOnly(decision, "maximal_regression");
    assertThat(finding(decision, "maximal_regression").measured()).contains("260 users");
    Evidence good = evidence("champion", "previous", 100, 0.1, 0.01);
    assertThat(finding(decide(input(tonight, good, good), OPTIONS), "maximal_regression").outcome())
        .isEqualTo(Finding.Outcome.PASSED);
  }

  @Test
  void noMoreNightsArePooledThanNeeded() {
    Evidence night = evidence("champion", "previous", 100, 0.0, 0.01);
    GateDecision decision =
        decide(input(validation(60, 0.0, 0.1), night, night, night, night), OPTIONS);
    assertThat(finding(decision, "maximal_regression").measured()).contains("260 users");
  }

  @Test
  void badWeekDoesNotBlockTheNightThatMendsIt() {
    Evidence bad = evidence("champion", "previous", 200, -0.3, 0.01);
    GateDecision decision = decide(input(validation(60, 0.05, 0.1), bad), OPTIONS);
    assertThat(decision).isInstanceOf(GateDecision.Promoted.class);
  }

  @Test
  void lossThatFewUsersShowNeedsNoPool() {
    Evidence good = evidence("champion", "previous", 500, 0.1, 0.01);
    failsOnly(decide(input(validation(40, -0.6, 0.1), good), OPTIONS), "maximal_regression");
  }

  @Test
  void littleEvidenceFollowsTheStatedDefault() {
    GateInput night = input(validation(19, -0.6, 0.1));
    GateDecision promoted = decide(night, OPTIONS);
    assertThat(promoted).isInstanceOf(GateDecision.Promoted.class);
    assertThat(finding(promoted, "maximal_regression").outcome())
        .isEqualTo(Finding.Outcome.SKIPPED);
    GateOptions strict =
        new GateOptions(
            Map.of(),
            0.05,
            Optional.of(Subject.POPULARITY),
            0,
            0.15,
            200,
            14,
            GateOptions.LittleEvidence.REJECT,
            Optional.empty());
    failsOnly(decide(night, strict), "maximal_regression");
  }

  @Test
  void forgettingIsJudgedOverAllFrozenWindowsTogether() {
    Comparison validation = validation(1000, 0.02, 0.02);
    Evidence lost = evidence("candidate", "parent", 100, -0.3, 0.03);
    Evidence kept = evidence("candidate", "parent", 300, 0.0, 0.03);
    GateInput forgotten =
        new GateInput(
            validation,
            List.of(frozen(3, lost), frozen(4, lost)),
            List.of(),
            Optional.empty(),
            List.of(),
            0);
    failsOnly(decide(forgotten, OPTIONS), "maximal_forgetting");
    GateInput mixed =
        new GateInput(
            validation,
            List.of(frozen(3, lost), frozen(4, kept)),
            List.of(),
            Optional.empty(),
            List.of(),
            0);
    assertThat(decide(mixed, OPTIONS)).isInstanceOf(GateDecision.Promoted.class);
    GateInput broken =
        new GateInput(
            validation,
            List.of(frozen(3, evidence("candidate", "parent", 100, Double.NaN, 0.1))),
            List.of(),
            Optional.empty(),
            List.of(),
            0);
    failsOnly(decide(broken, OPTIONS), "maximal_forgetting");
  }

  @Test
  void nightThatAddsMuchToAShortHistoryMayChangeMoreThanOneThatAddsLittleToALongOne() {
    Evidence lost = evidence("candidate", "parent", 200, -0.2, 0.01);
    for (double novelty : new double[] {0.0, 0.02, 0.03, 0.1}) {
      GateInput night =
          new GateInput(
              validation(1000, 0.02, 0.02),
              List.of(frozen(3, lost)),
              List.of(),
              Optional.empty(),
              List.of(),
              novelty);
      GateDecision decision = decide(night, OPTIONS);
      if (novelty < 0.025) {
        failsOnly(decision, "maximal_forgetting");
      } else {
        assertThat(decision).isInstanceOf(GateDecision.Promoted.class);
      }
    }
  }

  @Test
  void firstRunIsJudgedByMinimumAndBaselineOnly() {
    Evidence better = evidence("candidate", "popularity", 1000, 0.5, 0.1);
    GateOptions options =
        new GateOptions(
            Map.of("ndcg", 0.1),
            0.05,
            Optional.of(Subject.POPULARITY),
            0,
            0.15,
            200,
            14,
            GateOptions.LittleEvidence.PROMOTE,
            Optional.of(DriftOptions.DEFAULT));
    GateDecision decision = decide(input(validation(1000, 0.2, Optional.empty(), better)), options);
    assertThat(decision).isInstanceOf(GateDecision.Promoted.class);
    assertThat(decision.findings())
        .extracting(Finding::rule)
        .containsExactly(
            "minimum.ndcg", "maximal_regression", "minimal_gain", "maximal_forgetting", "drift");
    assertThat(finding(decision, "maximal_regression").outcome())
        .isEqualTo(Finding.Outcome.SKIPPED);
    Evidence worse = evidence("candidate", "popularity", 1000, -0.5, 0.1);
    failsOnly(
        decide(input(validation(1000, 0.2, Optional.empty(), worse)), options), "minimal_gain");
  }

  @Property(tries = 200)
  void decisionIsRejectedExactlyWhenAFindingFailed(
      @ForAll @DoubleRange(min = -0.5, max = 0.5) double gain,
      @ForAll @DoubleRange(min = 0.01, max = 0.3) double deviation,
      @ForAll @IntRange(min = 0, max = 2000) int users,
      @ForAll @DoubleRange(min = 0, max = 0.5) double floor,
      @ForAll @DoubleRange(min = 0.01, max = 0.99) double topUser) {
    GateInput night =
        new GateInput(
            validation(users, gain, deviation),
            List.of(frozen(1, evidence("candidate", "parent", users, gain, deviation))),
            List.of(),
            Optional.of(
                new InputProfile(
                    java.time.LocalDate.of(2011, 3, 4),
                    1,
                    Map.of("users", 50.0, "items", 50.0, "top_user_share", topUser))),
            List.of(),
            0);
    GateOptions lenient = OPTIONS;
    GateOptions strict =
        new GateOptions(
            Map.of("ndcg", floor),
            lenient.maximalRegression(),
            lenient.baseline(),
            lenient.minimalGain(),
            lenient.maximalForgetting(),
            lenient.minimalUsers(),
            lenient.pooledNights(),
            lenient.onLittleEvidence(),
            Optional.of(DriftOptions.DEFAULT));
    GateDecision without = decide(night, lenient);
    GateDecision with = decide(night, strict);
    assertThat(with.findings()).containsAll(without.findings());
    boolean failed = with.findings().stream().anyMatch(f -> f.outcome() == Finding.Outcome.FAILED);
    assertThat(with instanceof GateDecision.Rejected).isEqualTo(failed);
    if (without instanceof GateDecision.Rejected) {
      assertThat(with).isInstanceOf(GateDecision.Rejected.class);
    }
  }
}
