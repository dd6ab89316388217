package io.perennial.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class PipelineDigestTest {
  private static final List<String> SECTIONS =
      List.of(
          "seed: 7\n",
          "zone: Europe/London\n",
          "absorb: false\n",
          "model:\n  rank: 20\n  regParam: 0.01\n  decay:\n    halfLife: 60d\n",
          "split:\n  validationShare: 0.3\n",
          "gate:\n  maximalRegression: 0.1\n");

  private static PipelineDefinition shuffled(long seed, int comments) {
    List<String> sections = new ArrayList<>(SECTIONS);
    sections.add("name: shop\n");
    Collections.shuffle(sections, new Random(seed));
    StringBuilder text = new StringBuilder();
    for (String section : sections) {
      text.append("# a comment\n\n".repeat(comments)).append(section);
    }
    return PipelineReader.read("shop.yaml", text.toString());
  }

  @Property(tries = 50)
  void orderAndCommentsDoNotMatter(@ForAll long seed, @ForAll @IntRange(max = 3) int comments) {
    PipelineDefinition plain = shuffled(0, 0);
    PipelineDefinition other = shuffled(seed, comments);

    assertThat(other.digest()).isEqualTo(plain.digest());
    assertThat(other.text()).isEqualTo(plain.text());
  }

  @Property(tries = 50)
  void anyOtherValueGivesAnotherDigest(
      @ForAll @IntRange(min = 1, max = 512) int one,
      @ForAll @IntRange(min = 1, max = 512) int two) {
    String first = digest("name: shop\nmodel:\n  rank: " + one + "\n");
    String second = digest("name: shop\nmodel:\n  rank: " + two + "\n");

    assertThat(first.equals(second)).isEqualTo(one == two);
  }

  @Property(tries = 20)
  void numbersAndSpansCountByTheirValue(@ForAll @IntRange(min = 1, max = 300) int days) {
    String inDays = "name: s\nmodel:\n  decay:\n    halfLife: " + days + "d\n";
    String inHours =
        "name: s\nmodel:\n  regParam: 1e-3\n  decay:\n    halfLife: PT" + days * 24 + "H\n";

    assertThat(digest(inHours)).isEqualTo(digest(inDays));
  }

  @org.junit.jupiter.api.Test
  void aDefaultSpelledOutChangesNothing() {
    assertThat(
            digest(
                "name: shop\nseed: 42\nmodel:\n  family: als\n  preset: ials\n  rank: 32\n"
                    + "gate:\n  baseline: popularity\n  drift:\n    recentNights: 56\n"))
        .isEqualTo(digest("name: shop\n"));
  }

  @org.junit.jupiter.api.Test
  void everyOptionOfTheRecordsIsPartOfTheText() {
    PipelineDefinition pipeline = PipelineReader.read("shop.yaml", "name: shop\n");

    assertThat(pipeline.text())
        .containsEntry("model.rank", "32")
        .containsEntry("model.decay.halfLife", "PT1440H")
        .containsEntry("gate.drift.recentNights", "56")
        .containsEntry("distillation.users", "exact");
    assertThat(List.copyOf(pipeline.text().keySet())).isSorted();
  }

  /**
   * A changed digest lets every rejected night of every warehouse be tried again. Whoever changes
   * what a pipeline means changes these, and says so in the changelog.
   */
  @org.junit.jupiter.api.Test
  void thesePipelinesHaveTheDigestsThatWarehousesHold() {
    assertThat(digest("name: shop\n"))
        .isEqualTo("34c2aee11f601dd287d3a040830044b6b4d9f41a79d5286ab1a6811b9eca73a5");
    assertThat(digest("name: shop\nmodel:\n  preset: ratings\n"))
        .isEqualTo("be2ce365b6c22b0fe4dace57f8a35ab955a390eb475f0cbe0a9319e8d288b801");
    assertThat(digest("name: shop\nmodel:\n  preset: mllib\n"))
        .isEqualTo("4f613c0740b793f8eccbd75c178abee4d4408b9137a429e302be469009309f17");
  }

  private static String digest(String text) {
    return PipelineReader.read("shop.yaml", text).digest();
  }
}
