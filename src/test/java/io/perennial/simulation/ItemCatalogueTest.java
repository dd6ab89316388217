package io.perennial.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.perennial.simulation.RandomStream.Purpose;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ItemCatalogueTest {
  private static final StoreDefinition SMALL = StoreDefinition.small();

  @Test
  void choiceFollowsPopularityTimesExponentialOfTasteOverItemsOnSale() {
    ItemCatalogue catalogue = new ItemCatalogue(SMALL.with(Map.of("items", "40")));
    double[] taste = new Shoppers(SMALL).taste(3, 0);
    int day = 30;
    double[] expected = new double[catalogue.count()];
    double sum = 0;
    for (int item = 0; item < expected.length; item++) {
      if (catalogue.launchDay(item) <= day && day < catalogue.retirementDay(item)) {
        double match = 0;
        for (int k = 0; k < taste.length; k++) {
          match += taste[k] * catalogue.features(item)[k];
        }
        expected[item] = catalogue.popularity(item) * Math.exp(SMALL.tasteStrength() * match);
        sum += expected[item];
      }
    }
    int draws = 200_000;
    double[] byTries = new double[expected.length];
    double[] byCounting = new double[expected.length];
    RandomStream stream = RandomStream.of(5, Purpose.SESSION, 0, 0, 0);
    for (int draw = 0; draw < draws; draw++) {
      byTries[catalogue.choose(stream, taste, day)]++;
      byCounting[catalogue.chooseByCounting(stream, taste, day)]++;
    }
    for (int item = 0; item < expected.length; item++) {
      double share = expected[item] / sum;
      double tolerance = 5 * Math.sqrt(share / draws) + 1e-9;
      assertThat(byTries[item] / draws).isCloseTo(share, within(tolerance));
      assertThat(byCounting[item] / draws).isCloseTo(share, within(tolerance));
    }
  }

  @Test
  void popularityFallsWithRankByTheZipfExponent() {
    ItemCatalogue catalogue = new ItemCatalogue(SMALL.with(Map.of("launchesPerDay", "0")));
    double[] drawn = new double[catalogue.count()];
    RandomStream stream = RandomStream.of(9, Purpose.SESSION, 1, 0, 0);
    int draws = 2_000_000;
    for (int draw = 0; draw < draws; draw++) {
      drawn[catalogue.draw(stream)]++;
    }
    for (int item = 0; item < drawn.length; item++) {
      double share = catalogue.popularity(item);
      assertThat(drawn[item] / draws).isCloseTo(share, within(5 * Math.sqrt(share / draws)));
    }
    java.util.Arrays.sort(drawn);
    double first = drawn[drawn.length - 1];
    double hundredth = drawn[drawn.length - 100];
    assertThat(Math.log(first / hundredth) / Math.log(100)).isCloseTo(0.8, within(0.03));
  }

  @Test
  void launchesAndRetirementsComeAtTheirRates() {
    ItemCatalogue catalogue = new ItemCatalogue(SMALL);
    int retired = 0;
    int launched = 0;
    for (int item = 0; item < catalogue.count(); item++) {
      assertThat(catalogue.retirementDay(item)).isGreaterThan(catalogue.launchDay(item));
      retired += catalogue.retirementDay(item) < Integer.MAX_VALUE ? 1 : 0;
      launched += catalogue.launchDay(item) > 0 ? 1 : 0;
    }
    assertThat(launched).isEqualTo((int) (44 * SMALL.launchesPerDay()));
    assertThat(retired).isEqualTo((int) (44 * SMALL.retirementsPerDay()));
  }
}
