package io.perennial.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.perennial.evaluation.ClassificationReport.Figures;
import org.junit.jupiter.api.Test;

/**
 * Against scikit-learn 1.9.1. The numbers are what this prints, with {@code truth} and {@code said}
 * as below:
 *
 * <pre>{@code
 * from sklearn.metrics import precision_recall_fscore_support as f
 * def show(t, p, labels):
 *     for r in zip(*f(t, p, labels=labels, zero_division=0)): print(r)
 *     for a in ('micro', 'macro', 'weighted'):
 *         print(f(t, p, labels=labels, average=a, zero_division=0)[:3])
 * show([int(x >= 7) for x in truth], [int(x >= 7) for x in said], [0, 1])
 * show([0,1,2,2,1,0,2,1,1,2,2,0], [0,2,2,1,1,0,2,1,2,2,0,0], [0, 1, 2, 3])
 * }</pre>
 */
class ClassificationReportTest {
  private static final double[] TRUTH = {
    5, 2, 6, 10, 0, 1, 8, 1, 5, 9, 0, 8, 3, 0, 1, 6, 6, 1, 3, 1, 8, 6, 0, 9, 1, 3, 10, 10, 9, 0, 9,
    9, 6, 0, 3, 0, 8, 2, 4, 6
  };
  private static final double[] SAID = {
    6.02, 3.19, 5.08, 10, 1.51, 3.79, 7.16, 0, 4.71, 9.19, 1.66, 8.9, 2.51, 0, 0.36, 8.84, 4.78,
    1.89, 4.25, 0, 8.5, 9.01, 0, 8.76, 1.19, 1.77, 10, 10, 6.47, 2.06, 10, 10, 9.28, 1.12, 3.64, 0,
    9.63, 1.18, 3.49, 3.87
  };

  private static void check(Figures actual, double precision, double recall, double f1) {
    assertThat(actual.precision()).isCloseTo(precision, within(1e-9));
    assertThat(actual.recall()).isCloseTo(recall, within(1e-9));
    assertThat(actual.f1()).isCloseTo(f1, within(1e-9));
  }

  @Test
  void likedRatingsAreAsScikitLearnCountsThem() {
    ClassificationReport report = ClassificationReport.ofRatings(TRUTH, SAID, 7);
    check(report.classes().get(0), 0.9615384615384616, 0.8928571428571429, 0.9259259259259259);
    check(report.classes().get(1), 0.7857142857142857, 0.9166666666666666, 0.8461538461538461);
    assertThat(report.classes()).extracting(Figures::support).containsExactly(28L, 12L);
    check(report.micro(), 0.9, 0.9, 0.9);
    check(report.macro(), 0.8736263736263736, 0.9047619047619048, 0.886039886039886);
    check(report.weighted(), 0.9087912087912088, 0.9, 0.9019943019943021);
    assertThat(report.micro().support()).isEqualTo(40);
  }

  @Test
  void classThatNeverOccursCountsAsZero() {
    int[] truth = {0, 1, 2, 2, 1, 0, 2, 1, 1, 2, 2, 0};
    int[] said = {0, 2, 2, 1, 1, 0, 2, 1, 2, 2, 0, 0};
    ClassificationReport report = ClassificationReport.of(truth, said, 4);
    check(report.classes().get(0), 0.75, 1.0, 0.8571428571428571);
    check(report.classes().get(1), 0.6666666666666666, 0.5, 0.5714285714285714);
    check(report.classes().get(2), 0.6, 0.6, 0.6);
    check(report.classes().get(3), 0, 0, 0);
    assertThat(report.classes()).extracting(Figures::support).containsExactly(3L, 4L, 5L, 0L);
    check(report.micro(), 0.6666666666666666, 0.6666666666666666, 0.6666666666666666);
    check(report.macro(), 0.5041666666666667, 0.525, 0.5071428571428571);
    check(report.weighted(), 0.6597222222222222, 0.6666666666666666, 0.6547619047619048);
  }

  @Test
  void ratingThatIsNoNumberIsNoDislike() {
    assertThatThrownBy(
            () -> ClassificationReport.ofRatings(new double[] {1}, new double[] {Double.NaN}, 0.5))
        .hasMessageContaining("Case 0");
  }
}
