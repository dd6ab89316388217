package io.perennial.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.perennial.Behaviours;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BehaviourReaderTest {
  private static PipelineDefinition read(String... lines) {
    return PipelineReader.read("shop.yaml", "name: shop\n" + String.join("\n", lines) + "\n");
  }

  private static List<String> problems(String... lines) {
    return catchThrowableOfType(InvalidPipelineException.class, () -> read(lines)).problems();
  }

  @Test
  void theMainBehaviourIsThatOfTheGreatestWeightAndJudges() {
    PipelineDefinition pipeline =
        read("behaviours:", "  click: 0.5", "  view: 0.1", "  purchase: 2", "  basket: 2");

    assertThat(pipeline.behaviours().names())
        .containsExactly("basket", "click", "purchase", "view");
    assertThat(pipeline.behaviours().byPlace()).containsExactly(2, 0.5, 2, 0.1);
    assertThat(pipeline.judged()).isEqualTo(OptionalInt.of(0));
    assertThat(pipeline.learner().behaviours()).isEqualTo(pipeline.behaviours());
    assertThat(pipeline.text()).containsEntry("source.behaviours.weights.view", "0.1");
  }

  @Test
  void anotherBehaviourMayJudge() {
    PipelineDefinition pipeline =
        read("behaviours:", "  view: 0.1", "  purchase: 2", "evaluation:", "  behaviour: view");

    assertThat(pipeline.judged()).isEqualTo(OptionalInt.of(1));
  }

  @Test
  void withoutTheSectionAllTypesAreAlikeAndTheDigestStays() {
    PipelineDefinition pipeline = read();

    assertThat(pipeline.behaviours()).isEqualTo(Behaviours.NONE);
    assertThat(pipeline.judged()).isEmpty();
    assertThat(read("behaviours:").digest()).isEqualTo(pipeline.digest());
    assertThat(read("behaviours:", "  buy: 1").digest()).isNotEqualTo(pipeline.digest());
  }

  @ParameterizedTest
  @CsvSource({"0", "-1", "nan", ".inf", "1e7", "'\"1\"'", "much", "[1]", "0x1p3d"})
  void aWeightIsANumberAboveNothing(String weight) {
    assertThat(problems("behaviours:", "  buy: 1", "  view: " + weight))
        .singleElement()
        .asString()
        .contains("line 4", "behaviours.view must be a number from", "to 1000000, got");
  }

  @Test
  void namesAreTextsWhateverTheySay() {
    String name = "x') OR ('1'='1";
    PipelineDefinition pipeline = read("behaviours:", "  \"" + name + "\": 1", "  a.b: 0.5");

    assertThat(pipeline.behaviours().weights()).isEqualTo(Map.of(name, 1.0, "a.b", 0.5));
    assertThat(problems("behaviours:", "  \"\": 1")).singleElement().asString().contains("no name");
    assertThat(problems("behaviours:", "  buy: 1", "  buy: 2"))
        .singleElement()
        .asString()
        .contains("line 4", "given twice");
  }

  @Test
  void whatContradictsItIsRefused() {
    assertThat(problems("behaviours:", "  buy: 1", "source:", "  eventTypes: [buy]"))
        .singleElement()
        .asString()
        .contains("line 5", "source.eventTypes", "leave one of them out");
    assertThat(problems("behaviours:", "  buy: 1", "evaluation:", "  behaviour: by"))
        .singleElement()
        .asString()
        .contains("line 5", "evaluation.behaviour", "none of the event types", "buy");
    assertThat(problems("evaluation:", "  behaviour: buy"))
        .singleElement()
        .asString()
        .contains("line 3", "goes with a section behaviours");
    assertThat(problems("behaviours:", "  stars: 1", "  view: 1", "model:", "  preset: ratings"))
        .singleElement()
        .asString()
        .contains("line 2", "ratings are of one kind");
    assertThat(problems("behaviours: [buy]")).singleElement().asString().contains("a section");
  }
}
