package io.perennial.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.evaluation.InputProfile;
import io.perennial.evaluation.ProfileFigure;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InputDriftTest {
  private static final LocalDate FRIDAY = LocalDate.of(2011, 9, 30);
  private static final Map<String, Double> TYPICAL =
      Map.ofEntries(
          Map.entry(ProfileFigure.ROWS, 1000.0),
          Map.entry(ProfileFigure.USERS, 50.0),
          Map.entry(ProfileFigure.ITEMS, 600.0),
          Map.entry(ProfileFigure.ROWS_PER_USER, 20.0),
          Map.entry(ProfileFigure.HOURS, 8.0),
          Map.entry(ProfileFigure.TOP_USER_SHARE, 0.1),
          Map.entry(ProfileFigure.TOP_ITEM_SHARE, 0.01),
          Map.entry(ProfileFigure.ITEM_DIVERGENCE, 0.05),
          Map.entry(ProfileFigure.NEW_ITEM_SHARE, 0.01),
          Map.entry(ProfileFigure.REPEAT_LIFT, 3.0));

  private static InputProfile night(LocalDate date, Map<String, Double> changes) {
    Map<String, Double> figures = new HashMap<>(TYPICAL);
    figures.putAll(changes);
    return new InputProfile(date, 1, figures);
  }

  /** Nights before a date, newest first, that vary by about ten percent. */
  private static List<InputProfile> recent(LocalDate before, int count) {
    Random random = new Random(11);
    List<InputProfile> nights = new ArrayList<>();
    for (int n = 1; n <= count; n++) {
      Map<String, Double> figures = new HashMap<>();
      TYPICAL.forEach((name, v) -> figures.put(name, v * Math.exp(0.1 * random.nextGaussian())));
      nights.add(new InputProfile(before.minusDays(n), 1, figures));
    }
    return nights;
  }

  private static Finding judge(String figure, double value, List<InputProfile> recent) {
    return new InputDrift(DriftOptions.DEFAULT)
        .judge(night(FRIDAY, Map.of(figure, value)), recent).stream()
            .filter(f -> f.rule().equals("drift." + figure))
            .findFirst()
            .orElseThrow();
  }

  @ParameterizedTest
  @CsvSource({
    "rows, 900, 480",
    "rows, 1500, 3500",
    "users, 40, 22",
    "users, 90, 170",
    "rows_per_user, 17, 10",
    "rows_per_user, 35, 60",
    "hours, 7, 4",
    "top_user_share, 0.29, 0.55",
    "top_item_share, 0.045, 0.3",
    "item_divergence, 0.12, 0.5",
    "new_item_share, 0.1, 0.4",
    "repeat_lift, 2, 1",
    "repeat_lift, 4.5, 7"
  })
  void figureMayVaryAsUsualButNotLeaveItsTolerance(String figure, double usual, double odd) {
    List<InputProfile> recent = recent(FRIDAY, 28);
    assertThat(judge(figure, usual, recent).outcome()).isEqualTo(Finding.Outcome.PASSED);
    Finding failed = judge(figure, odd, recent);
    assertThat(failed.outcome()).isEqualTo(Finding.Outcome.FAILED);
    assertThat(failed.detail()).contains("28 nights").endsWith(".");
  }

  @Test
  void wildDataSetRaisesItsOwnLimits() {
    Random random = new Random(2);
    List<InputProfile> wild = new ArrayList<>();
    for (int n = 1; n <= 28; n++) {
      double factor = Math.exp(0.8 * random.nextGaussian());
      wild.add(night(FRIDAY.minusDays(n), Map.of(ProfileFigure.ROWS, 1000 * factor)));
    }
    assertThat(judge(ProfileFigure.ROWS, 400, wild).outcome()).isEqualTo(Finding.Outcome.PASSED);
    assertThat(judge(ProfileFigure.ROWS, 400, recent(FRIDAY, 28)).outcome())
        .isEqualTo(Finding.Outcome.FAILED);
  }

  @Test
  void quietWeekdayIsComparedWithItsOwnKind() {
    List<InputProfile> recent = new ArrayList<>();
    for (int n = 1; n <= 56; n++) {
      LocalDate date = FRIDAY.minusDays(n);
      boolean sunday = date.getDayOfWeek() == DayOfWeek.SUNDAY;
      recent.add(night(date, Map.of(ProfileFigure.ROWS, sunday ? 300.0 : 1000.0)));
    }
    List<Finding> sunday =
        new InputDrift(DriftOptions.DEFAULT)
            .judge(night(FRIDAY.plusDays(2), Map.of(ProfileFigure.ROWS, 300.0)), recent);
    assertThat(sunday).noneMatch(f -> f.outcome() == Finding.Outcome.FAILED);
    assertThat(judge(ProfileFigure.ROWS, 300, recent).outcome()).isEqualTo(Finding.Outcome.FAILED);
  }

  @Test
  void withoutEnoughNightsOnlyAbsoluteSharesAreJudged() {
    List<InputProfile> few = recent(FRIDAY, 4);
    assertThat(judge(ProfileFigure.ROWS, 1, few).outcome()).isEqualTo(Finding.Outcome.SKIPPED);
    assertThat(judge(ProfileFigure.TOP_USER_SHARE, 0.5, few).outcome())
        .isEqualTo(Finding.Outcome.PASSED);
    assertThat(judge(ProfileFigure.TOP_USER_SHARE, 0.51, few).outcome())
        .isEqualTo(Finding.Outcome.FAILED);
    assertThat(judge(ProfileFigure.ROWS, 1, recent(FRIDAY, 5)).outcome())
        .isEqualTo(Finding.Outcome.FAILED);
  }

  @Test
  void notANumberFailsAndAnAbsentFigureIsSkipped() {
    List<InputProfile> recent = recent(FRIDAY, 28);
    assertThat(judge(ProfileFigure.REPEAT_LIFT, Double.NaN, recent).outcome())
        .isEqualTo(Finding.Outcome.FAILED);
    List<Finding> bare =
        new InputDrift(DriftOptions.DEFAULT)
            .judge(new InputProfile(FRIDAY, 1, Map.of(ProfileFigure.ROWS, 1000.0)), recent);
    assertThat(bare)
        .filteredOn(f -> f.rule().equals("drift.repeat_lift"))
        .extracting(Finding::outcome)
        .containsExactly(Finding.Outcome.SKIPPED);
  }

  @Test
  void optionsThatMakeNoSenseAreRefusedByName() {
    DriftOptions d = DriftOptions.DEFAULT;
    assertThatThrownBy(
            () ->
                new DriftOptions(
                    d.recentNights(),
                    d.minimalNights(),
                    d.sensitivity(),
                    1.5,
                    d.rowsGain(),
                    d.rowsPerUserLoss(),
                    d.rowsPerUserGain(),
                    d.hoursLoss(),
                    d.userShareGain(),
                    d.userShareFloor(),
                    d.itemShareGain(),
                    d.itemShareFloor(),
                    d.itemDivergence(),
                    d.newItemShare(),
                    d.repeatLiftChange(),
                    d.maximalShare()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("gate.drift.rowsLoss")
        .hasMessageContaining("1.5");
  }
}
