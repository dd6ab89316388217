package io.perennial.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.model.feature.FeatureTable;
import io.perennial.model.feature.FeatureTables;
import io.perennial.model.feature.TagColumn;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FeatureTablesReaderTest {
  private static final String FILE =
      """
      name: shop
      model:
        family: embedding
      features:
        items:
          table: sales.catalogue
          id: product_id
          categorical: [department, "brand`; --"]
          numeric:
            - price
          tags:
            - column: genres
              separator: "|"
            - column: labels
        users:
          table: /lake/customers
          categorical: segment
      """;

  private static PipelineDefinition read(String text) {
    return PipelineReader.read("shop.yaml", text);
  }

  @Test
  void tablesOfBothSidesAreDeclared() {
    FeatureTables tables = read(FILE).features();
    assertThat(tables.items())
        .contains(
            new FeatureTable(
                "sales.catalogue",
                "product_id",
                List.of("department", "brand`; --"),
                List.of("price"),
                List.of(
                    new TagColumn("genres", Optional.of("|")),
                    new TagColumn("labels", Optional.empty()))));
    assertThat(tables.users())
        .contains(
            new FeatureTable(
                "/lake/customers", "user_id", List.of("segment"), List.of(), List.of()));
    assertThat(tables.items().get().shape())
        .isEqualTo(
            "categorical ['department', 'brand`; --']; numeric ['price']; tags ['genres', 'labels']");
  }

  @Test
  void whatIsDeclaredIsPartOfTheDigestAndNothingIsNot() {
    String without = FILE.substring(0, FILE.indexOf("features:"));
    assertThat(read(without).features()).isEqualTo(FeatureTables.NONE);
    assertThat(read(without).text()).doesNotContainKey("features.items");
    assertThat(read(FILE).digest()).isNotEqualTo(read(without).digest());
    assertThat(read(FILE.replace("- price", "- weight")).digest())
        .isNotEqualTo(read(FILE).digest());
  }

  @ParameterizedTest(name = "{0} becomes {1}: {3}")
  @CsvSource(
      delimiter = ';',
      value = {
        "table: sales.catalogue;;line 6;features.items.table is missing",
        "- price;- department;line 8;use the column 'department' twice",
        "- price;- product_id;line 8;use the column 'product_id' twice, or as id too",
        "column: genres;colum: genres;line 12;features.items.tags[0].column is missing",
        "column: genres;columns: genres;line 12;features.items.tags[0].columns is not known",
        "separator: \"|\";separator: \"\";line 13;separator of tags must not be empty",
        "numeric:;numerics:;line 9;features.items.numerics is not known",
        "categorical: segment;shoe: 4;line 16;name no column",
        "family: embedding;family: als;line 4;features goes with a model family that learns",
        "family: embedding;family: als;line 4;model.family is als",
      })
  void mistakesAreToldWithTheirLine(String from, String to, String line, String sentence) {
    String text =
        from.startsWith("table") ? FILE.replace("    " + from + "\n", "") : FILE.replace(from, to);
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(InvalidPipelineException.class)
        .hasMessageContaining(sentence)
        .hasMessageContaining(line);
  }

  @Test
  void towersAreTunedUnderModel() {
    assertThat(read(FILE + "seed: 4\n").text()).containsEntry("model.tower.hidden", "0");
    assertThatThrownBy(
            () ->
                read(
                    FILE.replace("family: embedding", "family: embedding\n  tower:\n    alone: 1")))
        .hasMessageContaining("model.tower.alone must lie in [0, 1), got 1.0")
        .hasMessageContaining("line 5");
  }
}
