package io.perennial.bench;

import io.perennial.model.embedding.EmbeddingOptions;
import io.perennial.model.embedding.EmbeddingOptions.Tower;
import io.perennial.model.embedding.FirstNight;
import io.perennial.model.embedding.FirstNight.Figures;
import io.perennial.model.feature.FeatureTables;
import io.perennial.simulation.StoreDefinition.Feedback;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * What features are worth on the first night of new items and users: a generated store of purchases
 * and one of ratings, without features and with towers of several kinds.
 */
public final class TowerBenchmark {
  private static final Tower USUAL = Tower.DEFAULT;

  private TowerBenchmark() {}

  /** Runs the benchmark; see {@code bin/bench --help}. */
  public static void main(String[] arguments) throws IOException {
    Options options = Options.read(arguments, "shares", "0,25,50", "hidden", "16", "folder", "");
    System.out.printf("On %s.%n", Machine.line());
    try (ScratchFolder scratch = ScratchFolder.of(options.optional("folder"))) {
      for (Feedback feedback : Feedback.values()) {
        store(options, feedback, scratch.path().resolve(feedback.name()));
      }
    }
    System.exit(0);
  }

  private static Tower tower(int hidden, double alone) {
    return new Tower(hidden, alone, USUAL.vocabulary(), USUAL.rare());
  }

  private static void store(Options options, Feedback feedback, Path folder) {
    FirstNight night = new FirstNight(feedback, folder);
    System.out.printf("%n%s%n%n", feedback);
    System.out.println(
        "| tower | hidden | alone | items of tonight | items without an event | old items"
            + " | users of tonight | place of tonight's items |");
    System.out.println("|---|---|---|---|---|---|---|---|");
    EmbeddingOptions usual =
        feedback == Feedback.RATINGS ? EmbeddingOptions.ratings() : EmbeddingOptions.retrieval();
    row("none", USUAL, night.measured(usual, FeatureTables.NONE));
    FeatureTables items = new FeatureTables(night.tables().items(), Optional.empty());
    row("items", USUAL, night.measured(usual.with(USUAL), items));
    for (int hidden : new int[] {0, options.small("hidden")}) {
      for (String percent : options.text("shares").split(",")) {
        Tower tower = tower(hidden, Double.parseDouble(percent) / 100);
        row("both", tower, night.measured(usual.with(tower), night.tables()));
      }
    }
  }

  private static void row(String which, Tower tower, Figures figures) {
    System.out.printf(
        Locale.ROOT,
        "| %s | %d | %.2f | %.3f | %.3f | %.3f | %.3f | %.3f |%n",
        which,
        tower.hidden(),
        tower.alone(),
        figures.tonight(),
        figures.unseen(),
        figures.old(),
        figures.newcomers(),
        figures.rank());
  }
}
