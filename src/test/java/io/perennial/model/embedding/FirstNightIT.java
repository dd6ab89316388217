package io.perennial.model.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.model.embedding.FirstNight.Figures;
import io.perennial.model.feature.FeatureTables;
import io.perennial.simulation.StoreDefinition.Feedback;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tastes are planted, and attributes tell something of them: items and users of the first night are
 * known better with features than without, and those of before no worse.
 */
class FirstNightIT {
  @Test
  void whatIsBoughtForTheFirstTimeIsRankedBetter(@TempDir Path folder) {
    FirstNight night = new FirstNight(Feedback.PURCHASES, folder);
    EmbeddingOptions usual = EmbeddingOptions.retrieval();
    Figures without = night.measured(usual, FeatureTables.NONE);
    Figures with = night.measured(usual, night.tables());
    assertThat(with.tonight()).as("tonight's items").isGreaterThan(without.tonight() + 0.1);
    assertThat(with.rank()).as("their place").isLessThan(0.85 * without.rank());
    assertThat(without.unseen()).as("items without an event").isNaN();
    assertThat(with.unseen()).as("items without an event").isGreaterThan(0.75);
    assertThat(with.newcomers()).as("tonight's users").isGreaterThan(without.newcomers() + 0.05);
    assertThat(with.old()).as("old items").isGreaterThan(without.old() - 0.02);
  }

  @Test
  void whatIsRatedForTheFirstTimeIsPredictedBetter(@TempDir Path folder) {
    FirstNight night = new FirstNight(Feedback.RATINGS, folder);
    EmbeddingOptions usual = EmbeddingOptions.ratings();
    Figures without = night.measured(usual, FeatureTables.NONE);
    Figures with = night.measured(usual, night.tables());
    assertThat(with.tonight()).as("tonight's items").isGreaterThan(without.tonight() + 0.1);
    assertThat(with.unseen()).as("items without an event").isGreaterThan(0.3);
    assertThat(with.old()).as("old items").isGreaterThan(without.old() - 0.02);
  }
}
