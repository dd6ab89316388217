package io.perennial.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class RankingMetricsTest {
  private static final Offset<Double> EXACT = within(1e-12);

  /** Ranks 1, 3 and 5 of five are hits; four items are relevant. */
  private static final boolean[] HITS = {true, false, true, false, true};

  @Test
  void ndcgIsTheDiscountedHitsOverTheIdealOnes() {
    double gain = 1 + 1 / 2.0 + 1 / (Math.log(6) / Math.log(2));
    double ideal = 1 + Math.log(2) / Math.log(3) + 1 / 2.0 + Math.log(2) / Math.log(5);
    assertThat(RankingMetrics.ndcg(HITS, 5, 4)).isCloseTo(gain / ideal, EXACT);
    assertThat(RankingMetrics.ndcg(HITS, 1, 4)).isEqualTo(1);
    double ideal2 = 1 + Math.log(2) / Math.log(3);
    assertThat(RankingMetrics.ndcg(HITS, 2, 4)).isCloseTo(1 / ideal2, EXACT);
  }

  @Test
  void recallAndPrecisionDivideTheSameHits() {
    assertThat(RankingMetrics.recall(HITS, 3, 4)).isEqualTo(0.5);
    assertThat(RankingMetrics.recall(HITS, 5, 4)).isEqualTo(0.75);
    assertThat(RankingMetrics.precision(HITS, 3)).isCloseTo(2.0 / 3, EXACT);
  }

  @Test
  void precisionOfAListShorterThanKStillDividesByK() {
    assertThat(RankingMetrics.precision(HITS, 10)).isCloseTo(0.3, EXACT);
  }

  @Test
  void averagePrecisionIsTheMeanOfPrecisionsAtHits() {
    double sum = 1.0 + 2.0 / 3 + 3.0 / 5;
    assertThat(RankingMetrics.averagePrecision(HITS, 5, 4)).isCloseTo(sum / 4, EXACT);
    assertThat(RankingMetrics.averagePrecision(HITS, 3, 4)).isCloseTo((1 + 2.0 / 3) / 3, EXACT);
  }

  @Test
  void reciprocalRankLooksAtTheFirstHitOnly() {
    assertThat(RankingMetrics.reciprocalRank(HITS, 5)).isEqualTo(1);
    assertThat(RankingMetrics.reciprocalRank(new boolean[] {false, false, true}, 5))
        .isCloseTo(1.0 / 3, EXACT);
    assertThat(RankingMetrics.reciprocalRank(new boolean[] {false, false, true}, 2)).isZero();
  }

  @Test
  void hitRateIsOneOrNothing() {
    assertThat(RankingMetrics.hitRate(new boolean[] {false, true, true}, 2)).isEqualTo(1);
    assertThat(RankingMetrics.hitRate(new boolean[] {false, true, true}, 1)).isZero();
  }

  @Test
  void noveltyIsTheMeanInformationOfWhatIsShown() {
    assertThat(RankingMetrics.novelty(new double[] {1, 2, 6}, 3, 2)).isEqualTo(1.5);
    assertThat(RankingMetrics.novelty(new double[] {1, 2, 6}, 3, 10)).isEqualTo(3);
    assertThat(RankingMetrics.novelty(new double[0], 0, 10)).isZero();
  }

  record Ranking(boolean[] hits, int k, int relevant) {}

  @Provide
  Arbitrary<Ranking> rankings() {
    return Combinators.combine(
            Arbitraries.of(true, false).array(boolean[].class).ofMinSize(0).ofMaxSize(30),
            Arbitraries.integers().between(1, 40),
            Arbitraries.integers().between(0, 20))
        .as(
            (hits, k, missed) -> {
              int found = 0;
              for (boolean hit : hits) {
                found += hit ? 1 : 0;
              }
              return new Ranking(hits, k, Math.max(1, found + missed));
            });
  }

  @Property
  void everyMetricLiesBetweenNoughtAndOne(@ForAll("rankings") Ranking ranking) {
    double[] values = all(ranking);
    for (double value : values) {
      assertThat(value).isBetween(0.0, 1.0 + 1e-12);
    }
  }

  @Property
  void movingAHitUpNeverHurts(@ForAll("rankings") Ranking ranking) {
    boolean[] better = ranking.hits.clone();
    for (int r = 1; r < better.length; r++) {
      if (better[r] && !better[r - 1]) {
        better[r] = false;
        better[r - 1] = true;
        break;
      }
    }
    double[] before = all(ranking);
    double[] after = all(new Ranking(better, ranking.k, ranking.relevant));
    for (int n = 0; n < before.length; n++) {
      assertThat(after[n]).isGreaterThanOrEqualTo(before[n] - 1e-12);
    }
  }

  @Property
  void aPerfectListScoresOne(@ForAll("rankings") Ranking ranking) {
    boolean[] perfect = new boolean[Math.max(ranking.k, ranking.relevant)];
    java.util.Arrays.fill(perfect, 0, ranking.relevant, true);
    assertThat(RankingMetrics.ndcg(perfect, ranking.k, ranking.relevant)).isCloseTo(1, EXACT);
    assertThat(RankingMetrics.averagePrecision(perfect, ranking.k, ranking.relevant))
        .isCloseTo(1, EXACT);
    assertThat(RankingMetrics.reciprocalRank(perfect, ranking.k)).isEqualTo(1);
  }

  private static double[] all(Ranking r) {
    return new double[] {
      RankingMetrics.ndcg(r.hits, r.k, r.relevant),
      RankingMetrics.recall(r.hits, r.k, r.relevant),
      RankingMetrics.precision(r.hits, r.k),
      RankingMetrics.averagePrecision(r.hits, r.k, r.relevant),
      RankingMetrics.reciprocalRank(r.hits, r.k),
      RankingMetrics.hitRate(r.hits, r.k)
    };
  }
}
