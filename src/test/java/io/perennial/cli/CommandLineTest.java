package io.perennial.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.perennial.ExitCode;
import io.perennial.event.DataContractException;
import io.perennial.event.SourceGapException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

class CommandLineTest {
  private record Ended(int code, String out, String err) {}

  private static Ended run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = Perennial.run(arguments, new PrintWriter(out), new PrintWriter(err));
    return new Ended(code, out.toString(), err.toString());
  }

  static Stream<CommandLine> commands() {
    List<CommandLine> all = new ArrayList<>();
    collect(Perennial.commandLine(), all);
    return all.stream();
  }

  private static void collect(CommandLine command, List<CommandLine> all) {
    all.add(command);
    command.getSubcommands().values().forEach(inner -> collect(inner, all));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void helpOfEveryCommandHasAnExampleOfIt(CommandLine command) {
    String name = command.getCommandSpec().qualifiedName();
    String[] words = (name + " --help").split(" ");
    Ended ended = run(List.of(words).subList(1, words.length).toArray(String[]::new));

    assertThat(ended.code()).isZero();
    assertThat(ended.err()).isEmpty();
    assertThat(ended.out())
        .contains("Example:", "  " + name + " ".repeat(name.equals("perennial") ? 1 : 0));
    assertThat(ended.out()).contains("--warehouse", "--output");
  }

  @ParameterizedTest
  @CsvSource({
    "retrian, retrain",
    "models lst, list",
    "retrain --intervall 2011-01-01/2011-01-02, --interval",
    "ingest --inptu x, --input"
  })
  void aMisspeltWordIsAnsweredWithTheNearestOne(String line, String meant) {
    Ended ended = run(line.split(" "));

    assertThat(ended.code()).isEqualTo(ExitCode.USAGE.code());
    assertThat(ended.out()).isEmpty();
    assertThat(ended.err()).contains(meant).doesNotContain("\tat ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "retrain | Which pipeline?",
        "retrain --pipeline nowhere.yaml | There is no pipeline file nowhere.yaml",
        "retrain --pipeline pipelines/demo.yaml --interval 2011-01-02 | --interval must be FROM/TO",
        "retrain --pipeline pipelines/demo.yaml --interval 2011-01-02/2011-01-02 | must end after",
        "backfill --pipeline pipelines/demo.yaml --from 2011-02-30 --to 2011-03-01 | must be a"
            + " date",
        "backfill --pipeline pipelines/demo.yaml --from 2011-03-02 --to 2011-03-01 | must not lie",
        "backtest --pipeline pipelines/demo.yaml --from 2011-03-02 --to 2011-03-01 --arms frozen |"
            + " must not lie",
        "backtest --pipeline pipelines/demo.yaml --from 2011-03-01 --to 2011-03-02 --arms frozn |"
            + " --arms does not know 'frozn'",
        "backtest --pipeline pipelines/demo.yaml --from 2011-03-01 --to 2011-03-02 --arms frozen"
            + " --every 0 | --every must be at least 1",
        "backtest --pipeline pipelines/demo.yaml --from 2011-03-01 --to 2011-03-02 --arms frozen"
            + " --id Mine/../x | as the name of a backtest",
        "backtest --pipeline pipelines/demo.yaml --from 2011-03-01 --to 2011-03-02 --arms frozen"
            + " --tune-from 2011-02-01 | go together",
        "backtest --pipeline pipelines/demo.yaml --from 2011-03-01 --to 2011-03-02 --arms frozen"
            + " --tune-from 2011-02-01 --tune-to 2011-03-01 | must lie before those that are",
        "backtest --pipeline pipelines/demo.yaml --from 2011-03-01 --to 2011-03-02 --arms frozen"
            + " --variants mine | --variants does not know 'mine'. The pipeline file has none",
        "backtest --from 2011-03-01 --to 2011-03-02 --arms frozen | Which pipeline?",
        "status | Which pipeline?",
        "status --pipeline pipelines/demo.yaml --interval 2011-01-02 | --interval must be FROM/TO",
        "sql --file nowhere.sql | there is no such file",
        "sql --limit 0 x | --limit must be at least 1",
        "models prune --keep 0 | --keep must be at least 1",
        "models forget | Which users?",
        "models forget --users a,,b | An id of a user is empty",
        "models list --conf nowhere.conf | there is no such file",
        "recommend | Which pipeline?",
        "recommend --pipeline pipelines/demo.yaml --users a --touched | give one of them",
        "recommend --pipeline pipelines/demo.yaml --users a,,b | got an empty one",
        "recommend --pipeline pipelines/demo.yaml --top 0 | --top must lie between 1 and 1000",
        "recommend --pipeline pipelines/demo.yaml --deny nowhere.txt | nowhere.txt (--deny): there"
            + " is no such file",
        "generate --to x --set days=none --dry-run | days",
        "--output xml models list | xml",
        "models | Which action?"
      })
  void aMistakeIsOneSentenceAndExitCodeTwo(String line, String part) {
    Ended ended = run(line.split(" "));

    assertThat(ended.code()).isEqualTo(ExitCode.USAGE.code());
    assertThat(ended.out()).isEmpty();
    assertThat(ended.err()).contains(part).doesNotContain("\tat ");
  }

  @Test
  void aDryRunOfTheDemoTellsItsStory() {
    Ended ended = run("demo", "--dry-run");

    assertThat(ended.code()).isZero();
    assertThat(ended.out().lines()).hasSize(7);
  }

  @Test
  void exitCodesFollowTheCondition() {
    assertThat(Failures.of(new DataContractException("bad")).exitCode())
        .isEqualTo(ExitCode.DATA_CONTRACT);
    assertThat(Failures.of(new IllegalStateException(new SourceGapException("gap"))).exitCode())
        .isEqualTo(ExitCode.SOURCE_GAP);
    assertThat(
            Failures.of(
                    new RuntimeException(
                        new org.apache.hadoop.security.AccessControlException("no write")))
                .exitCode())
        .isEqualTo(ExitCode.USAGE);
    Failures.Told defect = Failures.of(new IllegalStateException("odd"));
    assertThat(defect.exitCode()).isEqualTo(ExitCode.INTERNAL);
    assertThat(defect.sentence()).contains("odd", Logs.file(), "--verbose");
  }

  @Test
  void jsonIsAnArrayOfObjectsWithNullsForWhatIsNoNumber() throws IOException {
    StringWriter out = new StringWriter();
    Map<String, Object> row = new HashMap<>();
    row.put("a", Double.NaN);
    row.put("b", Map.of("x", 1L));
    row.put("c", Instant.parse("2011-06-19T00:00:00Z"));
    new ResultPrinter(new PrintWriter(out), CommonOptions.Output.JSON)
        .print(List.of("a", "b", "c", "d"), List.of(row));
    JsonNode parsed = new ObjectMapper().readTree(out.toString());

    assertThat(parsed.isArray()).isTrue();
    assertThat(parsed.get(0).get("a").isNull()).isTrue();
    assertThat(parsed.get(0).get("b").get("x").asLong()).isEqualTo(1);
    assertThat(parsed.get(0).get("c").asText()).isEqualTo("2011-06-19T00:00:00Z");
    assertThat(parsed.get(0).get("d").isNull()).isTrue();
  }

  @Test
  void tablesAreAlignedAndShowNoControlCharacters() {
    StringWriter out = new StringWriter();
    new ResultPrinter(new PrintWriter(out), CommonOptions.Output.TABLE)
        .print(
            List.of("item", "n"),
            List.of(Map.of("item", "a\u001b[31m", "n", 5L), Map.of("item", "b", "n", 12345L)));

    assertThat(out.toString().lines().toList())
        .containsExactly("item        n", "------  -----", "a [31m      5", "b       12345");
  }

  @Test
  void intervalsAreReadInThePipelinesZone() {
    assertThat(Intervals.parse("2011-06-19/2011-06-20", ZoneId.of("Europe/London")).from())
        .isEqualTo(Instant.parse("2011-06-18T23:00:00Z"));
    assertThat(Intervals.parse("2011-06-19T05:00:00+02:00/2011-06-20", ZoneId.of("UTC")).from())
        .isEqualTo(Instant.parse("2011-06-19T03:00:00Z"));
  }

  @Test
  void statementsAreCutOutsideOfQuotesAndComments() {
    assertThat(Statements.split("select ';' ; -- a; b\nselect `x;y`; /* ; */ ;"))
        .containsExactly("select ';'", "-- a; b\nselect `x;y`");
    assertThat(Statements.isComplete("select 1")).isFalse();
    assertThat(Statements.isComplete("select 1; -- done")).isTrue();
    assertThat(Statements.isComplete("select ';")).isFalse();
  }

  @Test
  void settingsOfAConfFileAreSparkSettingsOnly(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("spark.conf");
    Files.writeString(file, "# comment\nspark.master   local[3]\nspark.executor.memory=2g\n");

    assertThat(Sessions.read(file))
        .containsOnly(
            Map.entry("spark.master", "local[3]"), Map.entry("spark.executor.memory", "2g"));
    assertThat(Sessions.read(Path.of("conf", "spark-defaults.conf"))).isNotEmpty();
  }

  @Test
  void theLaunchersModuleOptionsAreThoseOfTheBuild() throws IOException {
    Matcher build =
        Pattern.compile("<spark\\.java\\.options>(.*)</spark\\.java\\.options>")
            .matcher(Files.readString(Path.of("pom.xml")));
    assertThat(build.find()).isTrue();
    List<String> launcher =
        Files.readAllLines(Path.of("conf", "java17.opts")).stream()
            .filter(line -> !line.isBlank() && !line.startsWith("#"))
            .toList();

    assertThat(launcher).containsExactly(build.group(1).trim().split("\\s+"));
  }
}
