package io.perennial.pipeline;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.perennial.TestSession;
import io.perennial.config.PipelineDefinition;
import io.perennial.config.PipelineReader;
import io.perennial.report.ReportWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Nights of ratings. Half of the users like the items with even numbers, the others the odd ones.
 */
class RatedNightIT {
  private static final int DAYS = 5;
  private static final int LIKED = 6;
  private static final List<String> CLASSES =
      List.of("liked", "macro", "micro", "not_liked", "weighted");

  @TempDir static Path folder;
  private static Shop shop;

  @BeforeAll
  static void ratings() {
    shop = Shop.in(folder.resolve("films"));
    Random random = new Random(20261126);
    List<Row> rows = new ArrayList<>();
    for (int day = 0; day < DAYS; day++) {
      for (int n = 0; n < 400; n++) {
        int user = random.nextInt(60);
        int item = random.nextInt(40);
        double rating = (user % 2 == item % 2 ? 8 : 3) + random.nextInt(3);
        rows.add(Shop.rating("u" + user, "i" + item, Shop.begin(day).plusSeconds(60L * n), rating));
      }
    }
    shop.deliver(rows);
  }

  private static PipelineDefinition pipeline(String family) {
    return PipelineReader.read(
        family + ".yaml",
        """
        name: %s
        model:
          family: %s
          preset: ratings
        evaluation:
          replicates: 50
          liked: %d
        gate:
          baseline: none
          drift: none
          maximalRegression: 1
          maximalForgetting: 1
        """
            .formatted(family, family, LIKED));
  }

  @ParameterizedTest
  @ValueSource(strings = {"als", "embedding"})
  void aVersionSaysHowWellItTellsWhatIsLiked(String family) throws Exception {
    PipelineDefinition pipeline = pipeline(family);
    assertThat(shop.night(pipeline, 0, DAYS - 1).kind()).isEqualTo(RunOutcome.Kind.PROMOTED);
    RunOutcome second = shop.night(pipeline, DAYS - 1);
    assertThat(second.kind()).as(second.toString()).isEqualTo(RunOutcome.Kind.PROMOTED);
    List<Row> rows =
        shop.table("rating_classes")
            .where(col("pipeline").equalTo(family).and(col("version").equalTo(2)))
            .collectAsList();
    assertThat(rows.stream().map(row -> row.<String>getAs("window")).distinct())
        .contains("validation", "prequential", "frozen:1");
    Map<String, Row> candidate = classes(rows, "candidate");
    assertThat(candidate.keySet()).containsExactlyInAnyOrderElementsOf(CLASSES);
    assertThat(classes(rows, "parent").keySet()).containsExactlyInAnyOrderElementsOf(CLASSES);

    long liked = candidate.get("liked").getAs("support");
    long others = candidate.get("not_liked").getAs("support");
    assertThat(candidate.get("micro").<Long>getAs("support")).isEqualTo(liked + others);
    double hits =
        liked * candidate.get("liked").<Double>getAs("recall")
            + others * candidate.get("not_liked").<Double>getAs("recall");
    assertThat(candidate.get("micro").<Double>getAs("precision"))
        .isCloseTo(hits / (liked + others), within(1e-9));
    if (family.equals("als")) {
      assertThat(candidate.get("macro").<Double>getAs("f1"))
          .as("tastes are plain")
          .isGreaterThan(0.8);
    }

    Path page =
        Path.of(
            new ReportWriter(TestSession.get(), shop.warehouse())
                .writeNight(family, 2)
                .replaceFirst("^file:", ""));
    assertThat(Files.readString(page))
        .contains(
            "What is liked", "Classification by the candidate", "Classification by the parent");
  }

  private static Map<String, Row> classes(List<Row> rows, String subject) {
    return rows.stream()
        .filter(row -> row.<String>getAs("window").equals("validation"))
        .filter(row -> row.<String>getAs("subject").equals(subject))
        .collect(Collectors.toMap(row -> row.<String>getAs("class"), row -> row));
  }
}
