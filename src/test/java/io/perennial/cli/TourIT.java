package io.perennial.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.perennial.ExitCode;
import io.perennial.TestSession;
import io.perennial.Warehouse;
import io.perennial.registry.Lease;
import io.perennial.registry.Leases;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * The README's tour over a CSV file of the user's own, command by command: one of each kind through
 * the script, in a process of its own, the others one after another in one process.
 */
@Tag("system")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class TourIT {
  private static final LocalDate FIRST_DAY = LocalDate.of(2026, 1, 1);
  private static final int DAYS = 14;
  private static final int EVENTS_A_DAY = 200;

  private static final String PIPELINE =
      """
      name: shop
      zone: Europe/Berlin
      ingest:
        format: csv
        columns:
          user_id: customer
          item_id: sku
          event_time: bought_at
        sourceTimeZone: Europe/Berlin
      model:
        rank: 8
      """;

  @TempDir static Path folder;

  private static OneProcess process;

  private final Launcher perennial = new Launcher(folder);

  @BeforeAll
  static void begin() throws Exception {
    process = new OneProcess(folder);
  }

  @AfterAll
  static void end() throws Exception {
    process.close();
  }

  private static Launcher.Ended run(String... arguments) throws Exception {
    return process.run(arguments);
  }

  /** A command of the tour, with its pipeline and its warehouse. */
  private static Launcher.Ended tour(String... arguments) throws Exception {
    return process.run(ofTour(arguments));
  }

  private static String[] ofTour(String... arguments) {
    return with(arguments, "--pipeline", "shop.yaml", "--warehouse", "wh");
  }

  @Test
  @Order(1)
  void aDryRunOfAnIngestSaysWhatItFoundAndWritesNothing() throws Exception {
    Files.writeString(folder.resolve("shop.yaml"), PIPELINE);
    Files.write(folder.resolve("sales.csv"), sales());
    Launcher.Ended dry = tour("ingest", "--input", "sales.csv", "--dry-run").succeeded();
    assertThat(dry.out()).contains("2,800");
    assertThat(folder.resolve("wh").resolve("events")).doesNotExist();
  }

  @Test
  @Order(2)
  void anIngestGivesEventsAndTheSameFileAgainGivesNone() throws Exception {
    String[] ingest = ofTour("ingest", "--input", "sales.csv", "--output", "json");
    JsonNode report = perennial.run(ingest).succeeded().json();
    assertThat(report.get(0).get("events").asLong()).isEqualTo(DAYS * EVENTS_A_DAY);
    JsonNode again = tour("ingest", "--input", "sales.csv", "--output", "json").succeeded().json();
    assertThat(again.get(0).get("events").asLong()).isZero();
  }

  @Test
  @Order(3)
  void nightsAreLearntAndTheSameNightAgainDoesNothing() throws Exception {
    String[] retrain = ofTour("retrain", "--interval", "2026-01-01/2026-01-12", "--output", "json");
    JsonNode first = perennial.run(retrain).succeeded().json();
    assertThat(first.get(0).get("outcome").asText()).isEqualTo("promoted");
    assertThat(first.get(0).get("version").asLong()).isEqualTo(1);
    JsonNode nights =
        tour("backfill", "--from", "2026-01-12", "--to", "2026-01-13", "--output", "json")
            .succeeded()
            .json();
    assertThat(texts(nights, "outcome")).containsExactly("promoted", "promoted");
    JsonNode again =
        tour("retrain", "--interval", "2026-01-13/2026-01-14", "--output", "json")
            .succeeded()
            .json();
    assertThat(again.get(0).get("outcome").asText()).isEqualTo("nothing_new");
    assertThat(folder.resolve("wh/reports/index.html")).content().contains("shop");
  }

  @Test
  @Order(4)
  void versionsAreListedComparedAndShown() throws Exception {
    JsonNode list =
        perennial.run("models", "list", "--warehouse", "wh", "-o", "json").succeeded().json();
    assertThat(texts(list, "version")).containsExactly("1", "2", "3");
    assertThat(texts(list, "alias")).containsExactly("null", "previous", "champion");
    JsonNode compared =
        run("models", "compare", "1", "3", "--warehouse", "wh", "-o", "json").succeeded().json();
    assertThat(StreamSupport.stream(compared.spliterator(), false))
        .anySatisfy(
            row -> {
              assertThat(row.get("metric").asText()).isEqualTo("ndcg");
              assertThat(row.get("version_1").isNumber()).isTrue();
              assertThat(row.get("version_3").isNumber()).isTrue();
            });
    assertThat(run("models", "show", "2", "--warehouse", "wh").succeeded().out())
        .contains("maximal_forgetting", "ndcg");
    Launcher.Ended missing = run("models", "show", "9", "--warehouse", "wh");
    assertThat(missing.code()).isEqualTo(ExitCode.USAGE.code());
    assertThat(missing.err()).contains("has no version 9").doesNotContain("\tat ");
  }

  @Test
  @Order(5)
  void aRollbackMovesTheChampionAndPromoteUndoesIt() throws Exception {
    JsonNode back = run("models", "rollback", "--warehouse", "wh", "-o", "json").succeeded().json();
    assertThat(back.get(0).get("version").asLong()).isEqualTo(2);
    assertThat(back.get(0).get("previous").asLong()).isEqualTo(3);
    assertThat(run("models", "promote", "3", "--warehouse", "wh").succeeded().out())
        .contains("Version 3 of shop is in use now instead of version 2.");
  }

  @Test
  @Order(6)
  void sqlRunsAStatementAFileAndAPrompt() throws Exception {
    JsonNode champion =
        run("sql", "SELECT version FROM champion", "--warehouse", "wh", "-o", "json")
            .succeeded()
            .json();
    assertThat(champion.get(0).get("version").asLong()).isEqualTo(3);
    Files.writeString(
        folder.resolve("questions.sql"),
        "SELECT count(*) AS n FROM events;\nSELECT count(*) AS versions FROM version_history;\n");
    assertThat(
            run("sql", "--file", "questions.sql", "--warehouse", "wh", "-o", "json")
                .succeeded()
                .json()
                .toString())
        .contains("{\"n\":2800}", "{\"versions\":3}");
    Launcher.Ended prompt =
        perennial.answering(
            "SELECT no_such_column\nFROM events;\nSELECT count(*) AS n\nFROM events;\nexit\n",
            "sql",
            "--warehouse",
            "wh");
    assertThat(prompt.code()).as(prompt.err()).isEqualTo(ExitCode.USAGE.code());
    assertThat(prompt.err()).contains("no_such_column").doesNotContain("\tat ");
    assertThat(prompt.out()).contains("2800");
  }

  @Test
  @Order(7)
  void aUserIsForgottenAndTheSameAgainFindsNothing() throws Exception {
    perennial.run(ofTour("recommend", "--top", "3")).succeeded();
    String[] command = {"models", "forget", "--users", "c7,nobody", "--warehouse", "wh"};
    Warehouse warehouse = new Warehouse(folder.resolve("wh").toString());
    try (Lease held =
        new Leases(TestSession.get(), warehouse, Clock.systemUTC()).acquire("shop", "at-work")) {
      assertThat(held).isNotNull();
      assertMistake(run(command), ExitCode.TRY_AGAIN, "run at-work is at work on it");
    }
    JsonNode forgotten = run(with(command, "-o", "json")).succeeded().json();
    assertThat(texts(forgotten, "user")).containsExactly("c7", "nobody");
    assertThat(texts(forgotten, "known")).containsExactly("true", "false");
    for (String table : List.of("user_factors", "user_history", "recommendations")) {
      assertThat(forgotten.get(0).get(table).asLong()).as(table).isPositive();
      assertThat(forgotten.get(1).get(table).asLong()).as(table).isZero();
    }
    assertThat(run(command).succeeded().out())
        .contains("Nothing is kept of user c7 in shop.")
        .contains("Pipeline shop has never seen a user nobody.");
    JsonNode left =
        run("sql", "SELECT * FROM champion_user_factors WHERE id = 'c7'", "-w", "wh", "-o", "json")
            .succeeded()
            .json();
    assertThat(left).isEmpty();
  }

  private static String[] with(String[] words, String... more) {
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  @Test
  @Order(8)
  void aFullRebuildStartsFromScratchAndOldVersionsArePruned() throws Exception {
    JsonNode rebuilt = tour("retrain", "--full-rebuild", "--output", "json").succeeded().json();
    assertThat(rebuilt.get(0).get("outcome").asText()).isIn("promoted", "rejected");
    assertThat(rebuilt.get(0).get("row_counts").get("slice").asLong())
        .isEqualTo(DAYS * EVENTS_A_DAY);
    JsonNode pruned =
        run("models", "prune", "--keep", "1", "--warehouse", "wh", "-o", "json").succeeded().json();
    assertThat(texts(pruned, "version")).isSubsetOf("1", "2");
    assertThat(run("report", "--version", "4", "--warehouse", "wh").succeeded().out())
        .contains("reports");
  }

  @Test
  @Order(9)
  void aMistakeEndsWithItsExitCodeAndOneSentence() throws Exception {
    String[] nowhere = ofTour("ingest", "--input", "nowhere.csv");
    assertMistake(perennial.run(nowhere), ExitCode.USAGE, "nowhere.csv");
    Files.writeString(folder.resolve("wrong.yaml"), PIPELINE + "  rnk: 8\n");
    assertMistake(
        run("retrain", "--pipeline", "wrong.yaml", "--warehouse", "wh"), ExitCode.USAGE, "rank");
    Files.writeString(
        folder.resolve("broken.csv"),
        "customer,sku,bought_at\n" + "c1,sku-1,yesterday\n".repeat(20));
    assertMistake(tour("ingest", "--input", "broken.csv"), ExitCode.DATA_CONTRACT, "broken.csv");
    Path locked = Files.createDirectory(folder.resolve("file-as-warehouse"));
    Files.writeString(locked.resolve("wh"), "not a folder");
    assertMistake(
        run(
            "ingest",
            "--input",
            "sales.csv",
            "--pipeline",
            "shop.yaml",
            "--warehouse",
            "file-as-warehouse/wh"),
        ExitCode.USAGE,
        "file-as-warehouse");
  }

  private static void assertMistake(Launcher.Ended ended, ExitCode code, String part) {
    assertThat(ended.code()).as(ended.err()).isEqualTo(code.code());
    assertThat(ended.err()).contains(part).doesNotContain("\tat ").doesNotContain("Exception");
  }

  private static List<String> texts(JsonNode rows, String column) {
    return StreamSupport.stream(rows.spliterator(), false)
        .map(row -> row.get(column).asText())
        .toList();
  }

  /** Customers who mostly buy from one of five groups of wares. */
  private static List<String> sales() {
    Random random = new Random(20260101);
    List<String> lines = new ArrayList<>(List.of("customer,sku,bought_at"));
    for (int day = 0; day < DAYS; day++) {
      for (int n = 0; n < EVENTS_A_DAY; n++) {
        int customer = random.nextInt(80);
        int group = random.nextInt(10) < 8 ? customer % 5 : random.nextInt(5);
        int ware = 10 * group + (int) (10 * random.nextDouble() * random.nextDouble());
        lines.add(
            "c%d,sku-%d,%s %02d:%02d:00"
                .formatted(
                    customer,
                    ware,
                    FIRST_DAY.plusDays(day),
                    8 + n * 12 / EVENTS_A_DAY,
                    random.nextInt(60)));
      }
    }
    return lines;
  }
}
