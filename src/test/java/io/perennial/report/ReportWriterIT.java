package io.perennial.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.ExitCode;
import io.perennial.PerennialException;
import io.perennial.TestSession;
import io.perennial.Warehouse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportWriterIT {
  @TempDir static Path folder;
  private static Warehouse warehouse;
  private static ReportWriter writer;

  @BeforeAll
  static void writeTables() {
    SparkSession spark = TestSession.get();
    String kept = System.getProperty("perennial.report.keep");
    warehouse = new Warehouse(kept == null ? folder.toString() : kept);
    WarehouseFixture.write(spark, warehouse);
    writer = new ReportWriter(spark, warehouse);
  }

  /** A page without the library that it holds, so that a failure can be read. */
  private static String read(String path) throws IOException {
    return Files.readString(Path.of(path.replaceFirst("^file:/*", "/")))
        .replaceAll("(?s)<script>.*?</script>", "<script></script>");
  }

  @Test
  void pageOfPromotedVersionTellsItsStory() throws IOException {
    String html = read(writer.writeVersion(WarehouseFixture.CALM, 8));

    assertThat(html)
        .contains("<title>calm-shop, version 8</title>")
        .contains("It is the champion")
        .contains("warm-started from version 7")
        .contains("The gate looked at 3 rules and none failed.")
        .contains("ndcg@20")
        .contains("made of the rows of versions")
        .contains("spark.version");
  }

  @Test
  void pageOfRejectedVersionNamesTheRulesThatFailed() throws IOException {
    String html = read(writer.writeVersion(WarehouseFixture.CALM, 6));

    assertThat(html)
        .contains("was rejected")
        .contains("2 failed: maximal regression (measured 28.6 % below, allowed at most 5 %")
        .contains("a loss beyond chance")
        .contains("The champion is version 8");
  }

  @Test
  void historyLinksOnlyPagesThatExistAndListsWhatWaits() throws IOException {
    writer.writeVersion(WarehouseFixture.CALM, 3);
    String html = read(writer.writeHistory(WarehouseFixture.CALM));

    assertThat(html)
        .contains("<a href=\"version-3.html\">version 3</a>")
        .doesNotContain("version-1.html")
        .contains("nothing new")
        .contains("4 (set aside), 6 (pending)");
  }

  @Test
  void historyIsTheSameWhetherWrittenAloneOrAtTheEndOfANight() throws IOException {
    writer.writeNight(WarehouseFixture.CALM, 2);
    String night = read(warehouse.reports() + "/calm-shop/index.html");
    String alone = read(writer.writeHistory(WarehouseFixture.CALM));

    assertThat(alone).isEqualTo(night);
  }

  @Test
  void hostileTextNeverBecomesMarkup() throws IOException {
    for (String path :
        List.of(
            writer.writeVersion(WarehouseFixture.HOSTILE, 6),
            writer.writeHistory(WarehouseFixture.HOSTILE),
            writer.writeIndex())) {
      String html = read(path);
      assertThat(html).contains("pwned").doesNotContain("<img");
      assertThat(html.split("</script", -1).length - 1)
          .as("elements that end in %s", path)
          .isEqualTo(path.endsWith("reports/index.html") ? 0 : 3);
      assertThat(Path.of(path.replaceFirst("^file:/*", "/")).normalize())
          .startsWith(Path.of(warehouse.reports()));
    }
  }

  @Test
  void indexListsEveryPipelineWithItsChampion() throws IOException {
    writer.writeHistory(WarehouseFixture.CALM);
    String html = read(writer.writeIndex());

    assertThat(html)
        .contains("2 pipelines learn in this warehouse.")
        .contains("<a href=\"calm-shop/index.html\">calm-shop</a>")
        .contains("version 8");
  }

  @Test
  void aWarehouseWithoutTablesGivesPagesThatSaySo(@TempDir Path empty) throws IOException {
    ReportWriter nothing =
        new ReportWriter(TestSession.get(), new Warehouse(empty.resolve("w").toString()));

    assertThat(read(nothing.writeVersion("shop", 1))).contains("No figures yet");
    assertThat(read(nothing.writeHistory("shop"))).contains("No figures yet");
    assertThat(read(nothing.writeIndex())).contains("No pipeline has a version yet");
  }

  @Test
  void aVersionThatDoesNotExistGivesAPageThatSaysSo() throws IOException {
    assertThat(read(writer.writeVersion(WarehouseFixture.CALM, 99)))
        .contains("No figures yet: the table model_versions has no version 99");
  }

  @Test
  void writingAgainReplacesThePageAndLeavesNoDrafts() throws IOException {
    String first = writer.writeVersion(WarehouseFixture.CALM, 5);
    String content = read(first);
    String second = writer.writeVersion(WarehouseFixture.CALM, 5);

    assertThat(second).isEqualTo(first);
    assertThat(read(second)).isEqualTo(content);
    try (Stream<Path> files = Files.list(Path.of(warehouse.reports(), "calm-shop"))) {
      assertThat(files.map(p -> p.getFileName().toString()))
          .contains("version-5.html")
          .allMatch(
              n -> n.matches("(index|version-\\d+)\\.html|\\.(index|version-\\d+)\\.html\\.crc"));
    }
  }

  @Test
  void aFolderThatCannotBeWrittenIsNamedInTheError(@TempDir Path blocked) throws IOException {
    Files.writeString(blocked.resolve("reports"), "a file where the folder should be");
    ReportWriter writer = new ReportWriter(TestSession.get(), new Warehouse(blocked.toString()));

    assertThatThrownBy(() -> writer.writeVersion("shop", 1))
        .isInstanceOf(UnwritableReportException.class)
        .hasMessageContaining("Cannot write the report")
        .hasMessageContaining("shop")
        .satisfies(e -> assertThat(((PerennialException) e).exitCode()).isEqualTo(ExitCode.USAGE));
    assertThat(blocked.resolve("reports")).hasContent("a file where the folder should be");
  }
}
