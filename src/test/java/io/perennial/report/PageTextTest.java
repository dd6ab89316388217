package io.perennial.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PageTextTest {
  @Test
  void figuresHaveSensibleDigits() {
    assertThat(NumberText.score(0.24349)).isEqualTo("0.243");
    assertThat(NumberText.score(0.00123)).isEqualTo("0.0012");
    assertThat(NumberText.score(-0.05)).isEqualTo("−0.050");
    assertThat(NumberText.score(1.256)).isEqualTo("1.26");
    assertThat(NumberText.score(41.27)).isEqualTo("41.3");
    assertThat(NumberText.score(12345.6)).isEqualTo("12,346");
    assertThat(NumberText.score(0)).isEqualTo("0");
    assertThat(NumberText.score(Double.NaN)).isEqualTo("–");
    assertThat(NumberText.score(0.5, 0.4, 0.6)).isEqualTo("0.500 (0.400 to 0.600)");
    assertThat(NumberText.score(0.5, Double.NaN, 0.6)).isEqualTo("0.500");
    assertThat(NumberText.change(0.0213)).isEqualTo("+2.1 %");
    assertThat(NumberText.change(-0.3)).isEqualTo("−30.0 %");
    assertThat(NumberText.change(-0.0001)).isEqualTo("0.0 %");
    assertThat(NumberText.seconds(0.4)).isEqualTo("0.40 s");
    assertThat(NumberText.seconds(200)).isEqualTo("3 min 20 s");
    assertThat(NumberText.seconds(7300)).isEqualTo("2 h 1 min");
  }

  @Test
  void jsonInAScriptHoldsNoCharacterThatCouldEndIt() throws Exception {
    String json =
        ScriptJson.of(Map.of("text", List.of(WarehouseFixture.HOSTILE + "\u2029<!--]]>")));

    assertThat(json).doesNotContain("<", ">", "&", "'", "\u2028", "\u2029");
    assertThat(new ObjectMapper().readTree(json).get("text").get(0).asText())
        .isEqualTo(WarehouseFixture.HOSTILE + "\u2029<!--]]>");
  }

  @Test
  void namesOfPipelinesNeverLeadOutOfTheirFolderAndNeverMeet() {
    assertThat(PageFolder.folderName("online-retail_2")).isEqualTo("online-retail_2");
    assertThat(PageFolder.folderName("../a")).isEqualTo("~002E~002E~002Fa");
    assertThat(PageFolder.folderName("~002E")).isNotEqualTo(PageFolder.folderName("."));
    assertThat(PageFolder.folderName("")).isEqualTo("~");
  }

  @Test
  void pairedGainOnPaper() {
    double[] older = {10, 10, 10, 10, 10};
    double[] newer = {9, 10, 11, 12, 13};
    RelativeGain gain = RelativeGain.of(11, 10, newer, older);

    assertThat(gain.value()).isCloseTo(0.1, within(1e-12));
    // order statistics -0.1, 0, 0.1, 0.2, 0.3 at places 0.1 and 3.9
    assertThat(gain.low()).isCloseTo(-0.09, within(1e-12));
    assertThat(gain.high()).isCloseTo(0.29, within(1e-12));
    assertThat(gain.isCertain()).isFalse();
    assertThat(RelativeGain.of(12, 10, new double[] {12, 13}, new double[] {10, 10}).isCertain())
        .isTrue();
    assertThat(RelativeGain.of(1, 0, new double[0], new double[0]).value()).isNaN();
    assertThatThrownBy(() -> RelativeGain.of(1, 1, new double[1], new double[2]))
        .hasMessageContaining("1 and 2");
  }

  @Test
  void aRowThatDoesNotFitItsTableIsRefused() {
    assertThatThrownBy(() -> new Table("t", List.of(Table.Column.text("a")), List.of(List.of())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1 columns");
  }
}
