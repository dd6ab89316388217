package io.perennial.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.perennial.report.ForgettingMatrix.Direction;
import io.perennial.report.ForgettingMatrix.Summary;
import org.junit.jupiter.api.Test;

class ForgettingMatrixTest {
  /** R = (0.5), (0.4 0.6), (0.3 0.7 0.8). */
  private static ForgettingMatrix three(Direction direction) {
    ForgettingMatrix matrix = new ForgettingMatrix(direction);
    matrix.put(1, 1, 0.5);
    matrix.put(2, 1, 0.4);
    matrix.put(2, 2, 0.6);
    matrix.put(3, 1, 0.3);
    matrix.put(3, 2, 0.7);
    matrix.put(3, 3, 0.8);
    return matrix;
  }

  @Test
  void threeNightsOnPaper() {
    Summary summary = three(Direction.MORE_IS_BETTER).summary();

    assertThat(summary.last()).isEqualTo(3);
    assertThat(summary.windows()).isEqualTo(3);
    // (0.3 + 0.7 + 0.8) / 3
    assertThat(summary.accuracy().getAsDouble()).isCloseTo(0.6, within(1e-12));
    // ((0.3 - 0.5) + (0.7 - 0.6)) / 2
    assertThat(summary.backwardTransfer().getAsDouble()).isCloseTo(-0.05, within(1e-12));
    // ((0.5 - 0.3) + (0.7 - 0.7)) / 2
    assertThat(summary.forgetting().getAsDouble()).isCloseTo(0.1, within(1e-12));
  }

  @Test
  void learningRetentionAndTransferOfThreeNightsOnPaper() {
    ForgettingMatrix matrix = three(Direction.MORE_IS_BETTER);
    matrix.putUnlearnt(1, 0.9);
    matrix.putUntrained(1, 0.1);
    matrix.putUnlearnt(2, 0.45);
    matrix.putUntrained(2, 0.4);
    matrix.putUnlearnt(3, 0.55);
    matrix.putUntrained(3, 0.4);
    ForgettingMatrix.Transfer transfer = matrix.transfer();

    // (0.5 + 0.6 + 0.8) / 3
    assertThat(transfer.learning().getAsDouble()).isCloseTo(1.9 / 3, within(1e-12));
    // (0.3 + 0.7) / 2
    assertThat(transfer.retention().getAsDouble()).isCloseTo(0.5, within(1e-12));
    // 2 · 19/30 · 1/2 / (19/30 + 15/30) = 19/34
    assertThat(transfer.harmonic().getAsDouble()).isCloseTo(19.0 / 34, within(1e-12));
    // ((0.45 - 0.4) + (0.55 - 0.4)) / 2, the first night left out
    assertThat(transfer.forwardTransfer().getAsDouble()).isCloseTo(0.1, within(1e-12));
  }

  @Test
  void transferOfErrorsIsAGainWhereTheErrorIsSmaller() {
    ForgettingMatrix matrix = three(Direction.LESS_IS_BETTER);
    matrix.putUnlearnt(2, 0.45);
    matrix.putUntrained(2, 0.4);

    assertThat(matrix.transfer().forwardTransfer().getAsDouble()).isCloseTo(-0.05, within(1e-12));
  }

  @Test
  void aSingleNightHasNothingToRetain() {
    ForgettingMatrix matrix = new ForgettingMatrix(Direction.MORE_IS_BETTER);
    matrix.put(4, 4, 0.5);
    ForgettingMatrix.Transfer transfer = matrix.transfer();

    assertThat(transfer.learning()).hasValue(0.5);
    assertThat(transfer.retention()).isEmpty();
    assertThat(transfer.harmonic()).isEmpty();
    assertThat(transfer.forwardTransfer()).isEmpty();
    assertThat(new ForgettingMatrix(Direction.MORE_IS_BETTER).transfer().learning()).isEmpty();
  }

  @Test
  void ofErrorsASmallerOneIsTheGain() {
    Summary summary = three(Direction.LESS_IS_BETTER).summary();

    assertThat(summary.accuracy().getAsDouble()).isCloseTo(0.6, within(1e-12));
    // ((0.5 - 0.3) + (0.6 - 0.7)) / 2
    assertThat(summary.backwardTransfer().getAsDouble()).isCloseTo(0.05, within(1e-12));
    // best of window 1 is 0.3, of window 2 is 0.6: (0 + 0.1) / 2
    assertThat(summary.forgetting().getAsDouble()).isCloseTo(0.05, within(1e-12));
  }

  @Test
  void cellsThatWereNotMeasuredAreLeftOut() {
    ForgettingMatrix matrix = three(Direction.MORE_IS_BETTER);
    matrix.put(4, 2, 0.5);
    matrix.put(4, 3, Double.NaN);
    Summary summary = matrix.summary();

    assertThat(summary.last()).isEqualTo(4);
    assertThat(summary.windows()).isEqualTo(1);
    assertThat(summary.accuracy()).hasValue(0.5);
    assertThat(summary.backwardTransfer().getAsDouble()).isCloseTo(-0.1, within(1e-12));
    assertThat(summary.forgetting().getAsDouble()).isCloseTo(0.2, within(1e-12));
    assertThat(matrix.get(4, 3)).isEmpty();
  }

  @Test
  void oneNightHasForgottenNothingThatCouldBeTold() {
    ForgettingMatrix matrix = new ForgettingMatrix(Direction.MORE_IS_BETTER);
    matrix.put(7, 7, 0.25);

    assertThat(matrix.summary().accuracy()).hasValue(0.25);
    assertThat(matrix.summary().backwardTransfer()).isEmpty();
    assertThat(matrix.summary().forgetting()).isEmpty();
    assertThat(new ForgettingMatrix(Direction.MORE_IS_BETTER).summary().accuracy()).isEmpty();
  }

  @Test
  void aWindowOfALaterVersionIsRefused() {
    ForgettingMatrix matrix = new ForgettingMatrix(Direction.MORE_IS_BETTER);

    assertThatThrownBy(() -> matrix.put(2, 3, 0.5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Version 2")
        .hasMessageContaining("version 3");
    assertThat(matrix.versions()).isEmpty();
  }
}
