package io.perennial.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.report.Page.Section;
import io.perennial.report.PipelineTables.LossRow;
import io.perennial.report.Table.Cell;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TrainingFiguresTest {
  private static final PipelineTables TABLES =
      new PipelineTables(
          "shop",
          List.of(),
          List.of(),
          List.of(),
          List.of(),
          List.of(),
          List.of(),
          List.of(),
          List.of(),
          List.of(
              new LossRow(3, 2, "training", 0.5),
              new LossRow(3, 1, "training", 0.9),
              new LossRow(3, 2, "validation", 0.7),
              new LossRow(4, 1, "training", 0.1)),
          List.of(),
          Optional.empty());

  @Test
  void aCurveHasAPointForEachEpochAndAGapWhereNothingWasMeasured() {
    Section section = TrainingFigures.section(TABLES, 3).orElseThrow();
    Map<String, Object> chart = section.charts().get(0).data();

    assertThat(chart.get("kind")).isEqualTo("lines");
    assertThat(chart.get("categories")).isEqualTo(List.of("epoch 1", "epoch 2"));
    assertThat(chart.get("series"))
        .isEqualTo(
            List.of(
                Map.of("name", "training", "values", List.of(0.9, 0.5)),
                Map.of("name", "validation", "values", Arrays.asList(null, 0.7))));
    assertThat(section.tables().get(0).rows())
        .extracting(row -> row.stream().map(Cell::text).toList())
        .containsExactly(
            List.of("1", "0.900", NumberText.score(Double.NaN)), List.of("2", "0.500", "0.700"));
  }

  @Test
  void aFamilyWithoutEpochsHasNoSuchSection() {
    assertThat(TrainingFigures.section(TABLES, 5)).isEmpty();
  }
}
