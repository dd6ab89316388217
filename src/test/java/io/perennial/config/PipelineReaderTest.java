package io.perennial.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.perennial.ExitCode;
import io.perennial.distillation.DistillationOptions;
import io.perennial.evaluation.Metric;
import io.perennial.event.IngestOptions;
import io.perennial.event.SourceCondition;
import io.perennial.gate.GateOptions;
import io.perennial.model.Feedback;
import io.perennial.model.als.AlsHyperparameters;
import io.perennial.model.als.RatingBiases;
import io.perennial.model.blend.RankedBy;
import io.perennial.model.history.DecayPolicy;
import io.perennial.recommendation.ItemTable;
import io.perennial.recommendation.RecommendationOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PipelineReaderTest {
  private static final Path PIPELINES = Path.of("pipelines");

  private static PipelineDefinition read(String... lines) {
    return PipelineReader.read("shop.yaml", String.join("\n", lines) + "\n");
  }

  private static DistillationOptions distillation(PipelineDefinition pipeline) {
    return (DistillationOptions) pipeline.distillation();
  }

  private static List<String> problems(String... lines) {
    return catchThrowableOfType(InvalidPipelineException.class, () -> read(lines)).problems();
  }

  @Test
  void aNameIsEnough() {
    PipelineDefinition pipeline = read("name: shop");

    assertThat(pipeline.name()).isEqualTo("shop");
    assertThat(pipeline.zone()).isEqualTo(ZoneId.of("Z"));
    assertThat(pipeline.model()).isEqualTo(AlsHyperparameters.ials());
    assertThat(pipeline.feedback()).isEqualTo(Feedback.IMPLICIT);
    assertThat(pipeline.distillation()).isEqualTo(DistillationOptions.DEFAULT);
    assertThat(pipeline.gate()).isEqualTo(GateOptions.DEFAULT);
    assertThat(pipeline.ingest()).isEmpty();
    assertThat(pipeline.absorb()).isTrue();
    assertThat(pipeline.maximalPendingNights()).isEqualTo(3);
    assertThat(pipeline.keyframeEvery()).isEqualTo(14);
  }

  @Test
  void everyKindOfValueArrivesWhereItBelongs() {
    PipelineDefinition pipeline =
        read(
            "name: shop",
            "zone: Europe/Berlin",
            "seed: 9007199254740993",
            "source:",
            "  table: sales.orders",
            "  columns:",
            "    user_id: buyer",
            "    item_id: sku",
            "    event_time: at",
            "  eventTypes: [view, purchase, view]",
            "  removals: ignore",
            "split:",
            "  validationShare: 0.25",
            "  maximalWindow: none",
            "model:",
            "  rank: 64",
            "  regScaling: count+catalogue",
            "  decay:",
            "    halfLife: P30D",
            "    aggregate: none",
            "distillation:",
            "  users: distilled",
            "absorb: false",
            "evaluation:",
            "  primaryK: 5",
            "  cutOffs:",
            "    - 5",
            "gate:",
            "  minimum:",
            "    ndcg: 0.01",
            "  baseline: none",
            "  onLittleEvidence: reject",
            "  drift: none",
            "keyframeEvery: 7");

    assertThat(pipeline.seed()).isEqualTo(9007199254740993L);
    assertThat(pipeline.source().table()).contains("sales.orders");
    assertThat(pipeline.source().columns()).containsEntry("user_id", "buyer");
    assertThat(pipeline.source().eventTypes()).containsExactly("purchase", "view");
    assertThat(pipeline.source().zone()).isEqualTo(ZoneId.of("Europe/Berlin"));
    assertThat(pipeline.split().maximalWindow()).isEmpty();
    assertThat(pipeline.split().validationShare()).isEqualTo(0.25);
    AlsHyperparameters model = (AlsHyperparameters) pipeline.model();
    assertThat(model.rank()).isEqualTo(64);
    assertThat(model.decay())
        .isEqualTo(new DecayPolicy(Optional.of(Duration.ofDays(30)), DecayPolicy.Aggregate.NONE));
    assertThat(distillation(pipeline).users()).isEqualTo(DistillationOptions.Update.DISTILLED);
    assertThat(pipeline.absorb()).isFalse();
    assertThat(pipeline.evaluation().cutOffs()).containsExactly(5);
    assertThat(pipeline.gate().minimum()).containsEntry("ndcg", 0.01);
    assertThat(pipeline.gate().baseline()).isEmpty();
    assertThat(pipeline.gate().drift()).isEmpty();
    assertThat(pipeline.gate().onLittleEvidence()).isEqualTo(GateOptions.LittleEvidence.REJECT);
    assertThat(pipeline.keyframeEvery()).isEqualTo(7);
  }

  @Test
  void anUnknownKeyIsRefusedWithItsLineAndTheNearestKnownOne() {
    assertThat(problems("name: shop", "model:", "  preset: ials", "  rnak: 32"))
        .containsExactly("shop.yaml, line 4: model.rnak is not known. Did you mean model.rank?");
  }

  @ParameterizedTest
  @CsvSource({
    "'rank: 32', model.rank",
    "'sede: 1', seed",
    "'userCol: u', source.columns.user_id",
    "'halfLife: 60d', model.decay.halfLife",
    "'timezone: UTC', zone"
  })
  void aKeyInTheWrongPlaceOrOfAnotherToolIsRecognised(String line, String meant) {
    assertThat(problems("name: shop", line))
        .singleElement()
        .asString()
        .contains("line 2")
        .endsWith("Did you mean " + meant + "?");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "model:/  rank: many | model.rank must be a whole number, got 'many'.",
        "model:/  rank: 3.5 | model.rank must be a whole number, got '3.5'.",
        "model:/  rank: '\"32\"' | model.rank must be a whole number, got '32'.",
        "model:/  rank: | model.rank must be a whole number, got nothing.",
        "model:/  rank: [3] | model.rank must be a whole number, got a list.",
        "model:/  rank: 513 | model.rank must lie between 1 and 512, got 513.",
        "model:/  regParam: .nan | model.regParam must be a number, got '.nan'.",
        "model:/  regParam: 1d | model.regParam must be a number, got '1d'.",
        "model:/  implicitPrefs: yes | model.implicitPrefs must be true or false, got 'yes'.",
        "model:/  preset: bpr | model.preset must be one of ials, ratings, mllib, got 'bpr'.",
        "recommendation:/  top: 0 | recommendation.top must lie between 1 and 1000, got 0.",
        "items:/  title: name | items.table is missing: where titles and dates of items stand.",
        "model:/  decay:/    halfLife: soon | model.decay.halfLife must be a span of time such as"
            + " 60d, 12h or PT90M, got 'soon'.",
        "split:/  maximalWindow: 0d | split.maximalWindow must be a span of time such as 60d, 12h"
            + " or PT90M, got '0d'.",
        "split:/  validationShare: 1.5 | split.validationShare must lie between 0 and 1, got 1.5.",
        "zone: Mars/Base | zone must be a time zone such as Europe/London or UTC, got 'Mars/Base'.",
        "model: als | model must be a section with keys of its own, got 'als'.",
        "gate:/  minimum:/    ndgc: 1 | gate.minimum.ndgc is no metric. Known: ndcg, recall,"
            + " precision, map, mrr, hitrate, auc, coverage, novelty, rmse, mae.",
        "seed: 99999999999999999999 | seed must be a whole number, got '99999999999999999999'."
      })
  void aWrongValueIsRefusedWithItsKeyAndWhatIsAllowed(String lines, String sentence) {
    String text =
        "name: shop\n"
            + lines.strip().replace("/  ", "\n  ").replace("'\"", "\"").replace("\"'", "\"");
    String[] all = text.split("\n");

    assertThat(problems(all))
        .containsExactly("shop.yaml, line " + all.length + ": " + sentence)
        .as(text)
        .hasSize(1);
  }

  @Test
  void everythingWrongIsToldAtOnceInTheOrderOfTheLines() {
    assertThat(
            problems(
                "name: Shop One",
                "zone: nowhere",
                "model:",
                "  rank: x",
                "  colour: red",
                "gaet:",
                "  minimalGain: 1"))
        .hasSize(5)
        .satisfies(
            sentences -> {
              assertThat(sentences.get(0)).contains("line 1: name must consist of");
              assertThat(sentences.get(1)).contains("line 2: zone");
              assertThat(sentences.get(2)).contains("line 4: model.rank");
              assertThat(sentences.get(3)).contains("line 5: model.colour is not known");
              assertThat(sentences.get(4)).contains("line 6: gaet").contains("gate");
            });
  }

  @Test
  void theMissingNameIsAProblem() {
    assertThat(problems("seed: 1"))
        .containsExactly(
            "shop.yaml, line 1: name is missing: lower-case letters, digits and dashes.");
    assertThat(problems("")).singleElement().asString().contains("name is missing");
  }

  @Test
  void aKeyGivenTwiceIsRefused() {
    assertThat(problems("name: shop", "seed: 1", "seed: 2"))
        .singleElement()
        .asString()
        .contains("line 3")
        .contains("seed");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "seed: !!javax.script.ScriptEngineManager [] | tag",
        "seed: &a 1 | Anchors and aliases",
        "model: *nothing | undefined alias",
        "model: [ | is not YAML",
        "- a | a mapping|",
        "? [a, b] | A key must be one word"
      })
  void whatIsMoreThanPlainYamlIsRefused(String line, String part) {
    String text = line.startsWith("-") ? line : "name: shop\n" + line;
    InvalidPipelineException refused =
        catchThrowableOfType(
            InvalidPipelineException.class, () -> PipelineReader.read("shop.yaml", text));

    assertThat(refused).as(text).isNotNull();
    assertThat(refused.exitCode()).isEqualTo(ExitCode.USAGE);
    if (!line.startsWith("-")) {
      assertThat(refused).hasMessageContaining(part);
    }
  }

  @Test
  void aBombOfAliasesIsRefusedAtItsFirstAnchor() {
    StringBuilder bomb = new StringBuilder("name: shop\na0: &a0 [x, x]\n");
    for (int i = 1; i < 30; i++) {
      bomb.append("a%d: &a%d [*a%d, *a%d]%n".formatted(i, i, i - 1, i - 1));
    }

    assertThat(problems(bomb.toString().split("\n"))).anyMatch(s -> s.contains("liases"));
  }

  @Test
  void depthAndLengthAreLimited() {
    assertThat(problems("name: shop", "model: " + "[".repeat(100) + "]".repeat(100)))
        .singleElement()
        .asString()
        .contains("YAML");
    assertThat(problems("name: shop", "#" + "x".repeat(YamlDocument.MAXIMAL_LENGTH)))
        .singleElement()
        .asString()
        .contains("longer than a pipeline file can be");
  }

  @Test
  void aMissingFileIsToldWithTheWayOut(@TempDir Path folder) throws IOException {
    assertThat(
            catchThrowableOfType(
                InvalidPipelineException.class,
                () -> PipelineReader.read(folder.resolve("none.yaml"))))
        .hasMessageContaining("There is no pipeline file")
        .hasMessageContaining("--pipeline FILE");
    Path latin = folder.resolve("latin.yaml");
    Files.write(latin, "name: caf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1));
    assertThat(
            catchThrowableOfType(InvalidPipelineException.class, () -> PipelineReader.read(latin)))
        .hasMessageContaining("UTF-8");
  }

  @Test
  void presetsStartFromDifferentParameters() {
    AlsHyperparameters mllib =
        (AlsHyperparameters)
            read("name: shop", "model:", "  preset: mllib", "  implicitPrefs: true", "  rank: 12")
                .model();

    assertThat(mllib.unobservedWeight()).isEqualTo(1.0);
    assertThat(mllib.confidence()).isEqualTo(AlsHyperparameters.Confidence.MLLIB);
    assertThat(mllib.regScaling()).isEqualTo(AlsHyperparameters.RegScaling.COUNT);
    assertThat(mllib.alpha()).isEqualTo(1.0);
    assertThat(mllib.regParam()).isEqualTo(0.1);
    assertThat(mllib.decay().halfLife()).isEmpty();
    assertThat(mllib.rank()).isEqualTo(12);
  }

  @Test
  void ratingsAreMeasuredByTheirErrorUnlessSaidOtherwise() {
    PipelineDefinition ratings = read("name: films", "model:", "  implicitPrefs: false");

    assertThat(ratings.feedback()).isEqualTo(Feedback.EXPLICIT);
    assertThat(ratings.evaluation().primaryMetric()).isEqualTo(Metric.RMSE);
    assertThat(
            problems(
                "name: films",
                "model:",
                "  implicitPrefs: false",
                "evaluation:",
                "  primaryMetric: ndcg"))
        .singleElement()
        .asString()
        .contains("line 5")
        .contains("rmse or mae");
  }

  @Test
  void aBlendRanksAndPredictsNoRatings() {
    assertThat(read("name: shop").rankedBy()).isEqualTo(RankedBy.MODEL);
    PipelineDefinition blended = read("name: shop", "rankedBy: blend");
    assertThat(blended.rankedBy()).isEqualTo(RankedBy.BLEND);
    assertThat(blended.digest()).isNotEqualTo(read("name: shop").digest());
    assertThat(problems("name: films", "model:", "  implicitPrefs: false", "rankedBy: blend"))
        .singleElement()
        .asString()
        .contains("line 4")
        .contains("Leave rankedBy out");
  }

  @Test
  void aTableOfTheUsersOwnNeedsItsColumnNames() {
    assertThat(problems("name: shop", "source:", "  table: sales.orders"))
        .hasSize(3)
        .allMatch(s -> s.contains("source.columns.") && s.contains("is missing"));
  }

  @Test
  void exclusionRulesKnowEveryCondition() {
    IngestOptions ingest =
        read(
                "name: shop",
                "ingest:",
                "  csv:",
                "    delimiter: \"\\t\"",
                "    charset: ISO-8859-1",
                "  sourceTimeZone: Europe/London",
                "  exclude:",
                "    - name: big return",
                "      all:",
                "        - column: Quantity",
                "          below: 0",
                "        - column: Price",
                "          atLeast: 100",
                "    - name: test shop",
                "      column: Country",
                "      equals: Nowhere")
            .ingest()
            .orElseThrow();

    assertThat(ingest.csv().delimiter()).isEqualTo("\t");
    assertThat(ingest.csv().charset()).isEqualTo(StandardCharsets.ISO_8859_1);
    assertThat(ingest.sourceTimeZone()).contains(ZoneId.of("Europe/London"));
    assertThat(ingest.exclude()).hasSize(2);
    assertThat(ingest.exclude().get(0).conditions())
        .containsExactly(
            new SourceCondition.Compared("Quantity", SourceCondition.Relation.BELOW, 0),
            new SourceCondition.Compared("Price", SourceCondition.Relation.AT_LEAST, 100));
    assertThat(ingest.exclude().get(1).conditions())
        .containsExactly(new SourceCondition.OneOf("Country", List.of("Nowhere")));
    assertThat(problems("name: shop", "ingest:", "  exclude:", "    - name: x", "      column: y"))
        .singleElement()
        .asString()
        .contains("needs one of missing, equals, oneOf");
    assertThat(
            problems(
                "name: shop",
                "ingest:",
                "  exclude:",
                "    - name: x",
                "      column: y",
                "      matches: '('"))
        .singleElement()
        .asString()
        .contains("line 6")
        .contains("regular expression");
  }

  static Stream<Path> pipelineFiles() throws IOException {
    try (Stream<Path> files = Files.list(PIPELINES)) {
      return files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("pipelineFiles")
  void everyPipelineThatIsDeliveredCanBeRead(Path file) {
    PipelineDefinition pipeline = PipelineReader.read(file);

    assertThat(pipeline.name()).isNotEmpty();
    assertThat(pipeline.digest()).matches("[0-9a-f]{64}");
  }

  @Test
  void theOnlineRetailPipelineServesUsersOfNow() {
    PipelineDefinition pipeline = PipelineReader.read(PIPELINES.resolve("online-retail.yaml"));

    AlsHyperparameters model = (AlsHyperparameters) pipeline.model();
    assertThat(model.confidence()).isEqualTo(AlsHyperparameters.Confidence.LINEAR);
    assertThat(model.unobservedWeight()).isEqualTo(4.0);
    assertThat(model.regParam()).isEqualTo(0.0007);
    assertThat(model.served().alpha()).isEqualTo(4.5);
    assertThat(model.served().regParam()).isEqualTo(0.002);
    assertThat(distillation(pipeline).beta()).isEqualTo(0.5);
  }

  @Test
  void whatIsRecommendedIsReadAndIsNoPartOfTheDigest() {
    PipelineDefinition plain = PipelineReader.read("shop.yaml", "name: shop\n");
    PipelineDefinition full =
        PipelineReader.read(
            "shop.yaml",
            """
            name: shop
            recommendation:
              top: 7
              excludeSeen: true
              deny: gone.txt
              maximalItems: 30
              usersAtOnce: 500
            items:
              table: shop.products
              title: name
              availableUntil: end_day
            """);

    assertThat(plain.recommendation()).isEqualTo(RecommendationOptions.DEFAULT);
    assertThat(plain.items()).isEmpty();
    assertThat(full.recommendation())
        .isEqualTo(
            new RecommendationOptions(
                7, true, true, Optional.empty(), Optional.of("gone.txt"), 30, 20_000, 500));
    assertThat(full.items())
        .contains(
            new ItemTable(
                "shop.products",
                "item_id",
                Optional.of("name"),
                Optional.empty(),
                Optional.of("end_day")));
    assertThat(full.digest()).isEqualTo(plain.digest());
  }

  @Test
  void theTemplateShowsEveryKey() throws IOException {
    String template = Files.readString(PIPELINES.resolve("template.yaml"));
    Set<String> names =
        PipelineReader.keys().stream()
            .map(key -> key.substring(key.lastIndexOf('.') + 1))
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> shown =
        template
            .lines()
            .map(line -> line.replaceFirst("^[\\s#-]*", ""))
            .filter(line -> line.matches("[A-Za-z_-]+:.*"))
            .map(line -> line.substring(0, line.indexOf(':')))
            .collect(Collectors.toCollection(TreeSet::new));

    assertThat(shown).containsAll(names);
  }

  @Test
  void usersServedFreshMayHaveWeightsOfTheirOwn() {
    AlsHyperparameters model =
        (AlsHyperparameters)
            read(
                    "name: shop",
                    "model:",
                    "  alpha: 6",
                    "  serving:",
                    "    users: fresh",
                    "    confidence: fading",
                    "    alpha: 4.5")
                .model();

    assertThat(model.served().confidence()).isEqualTo(AlsHyperparameters.Confidence.FADING);
    assertThat(model.served().alpha()).isEqualTo(4.5);
    assertThat(model.served().regParam()).isEqualTo(model.regParam());
    assertThat(model.alpha()).isEqualTo(6);
  }

  @Test
  void itemsOfRatingsAreOnSums() {
    PipelineDefinition ratings = read("name: films", "model:", "  implicitPrefs: false");

    assertThat(ratings.distillation()).isEqualTo(DistillationOptions.RATINGS);
    assertThat(distillation(ratings).items()).isEqualTo(DistillationOptions.Update.SUMS);
    assertThat(read("name: films").distillation()).isEqualTo(DistillationOptions.DEFAULT);
  }

  @Test
  void thePresetOfRatingsHasBiasesAndThatOfMllibHasNone() {
    PipelineDefinition ratings =
        read("name: films", "model:", "  preset: ratings", "  biases:", "    item: 25");

    assertThat(ratings.feedback()).isEqualTo(Feedback.EXPLICIT);
    assertThat(((AlsHyperparameters) ratings.model()).biases())
        .isEqualTo(new RatingBiases(true, 5, 25));
    assertThat(((AlsHyperparameters) read("name: f", "model:", "  preset: mllib").model()).biases())
        .isEqualTo(RatingBiases.NONE);
    assertThatThrownBy(() -> read("name: shop", "model:", "  biases:", "    learnt: true"))
        .isInstanceOf(InvalidPipelineException.class)
        .hasMessageContaining("model.biases.learnt");
  }
}
