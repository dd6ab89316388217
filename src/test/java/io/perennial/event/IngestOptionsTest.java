package io.perennial.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class IngestOptionsTest {
  @Test
  void eachMistakeNamesItsKey() {
    assertThatThrownBy(() -> options(Map.of(), Map.of(), List.of("iso"), 7))
        .hasMessage("ingest.maximalMalformedShare must lie between 0 and 1, got 7.0");
    assertThatThrownBy(() -> options(Map.of("user", "u"), Map.of(), List.of("iso"), 0))
        .hasMessageContaining("ingest.columns may hold")
        .hasMessageContaining("got 'user'");
    assertThatThrownBy(() -> options(Map.of("value", "v"), Map.of("value", "1"), List.of("iso"), 0))
        .hasMessageContaining("ingest.constants.value and ingest.columns.value");
    assertThatThrownBy(() -> options(Map.of(), Map.of("value", "NaN"), List.of("iso"), 0))
        .hasMessageContaining("ingest.constants.value must be a finite number");
    assertThatThrownBy(() -> options(Map.of(), Map.of(), List.of("nonsense {"), 0))
        .hasMessageContaining("ingest.timestampFormats");
    assertThatThrownBy(() -> new SourceCondition.Matches("c", "("))
        .hasMessageContaining("ingest.exclude.matches of column 'c'");
    assertThatThrownBy(() -> new ExclusionRule("none", List.of()))
        .hasMessageContaining("rule 'none' needs at least one condition");
  }

  @Test
  void unmappedColumnsAreLookedForUnderTheirOwnNames() {
    IngestOptions options =
        options(Map.of("user_id", "who"), Map.of("event_type", "buy"), List.of("iso"), 0);
    assertThat(options.sourceColumns())
        .containsExactly(
            Map.entry("user_id", "who"),
            Map.entry("item_id", "item_id"),
            Map.entry("value", "value"),
            Map.entry("event_time", "event_time"));
    assertThat(RecordParser.required(options)).containsExactly("who", "item_id", "event_time");
  }

  private static IngestOptions options(
      Map<String, String> columns,
      Map<String, String> constants,
      List<String> formats,
      double share) {
    return new IngestOptions(
        IngestOptions.Format.AUTO,
        CsvOptions.DEFAULT,
        columns,
        constants,
        formats,
        Optional.empty(),
        List.of(),
        share,
        IngestOptions.Traversal.TOP_LEVEL,
        1);
  }
}
