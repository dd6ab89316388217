package io.perennial.cli;

import io.perennial.ExitCode;
import io.perennial.config.PipelineDefinition;
import io.perennial.recommendation.ItemRules;
import io.perennial.recommendation.Recommendation;
import io.perennial.recommendation.RecommendationOptions;
import io.perennial.recommendation.RecommendationReport;
import io.perennial.recommendation.RecommendationRequest;
import io.perennial.recommendation.Recommender;
import io.perennial.registry.RecommendationBatch.Scope;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The best items of users. */
@Command(
    name = "recommend",
    description = {
      "Writes the best items of every user into the table recommendations, or prints those of the"
          + " users named.",
      "Users whom the version knows are ranked by their own vector, users who came since by one"
          + " folded in from their events, all others get popular items: the column source says"
          + " which. The same again does nothing and says so; after a run that died it goes on"
          + " where that one stopped."
    },
    footerHeading = "%nExample:%n",
    footer = {
      "  perennial recommend --pipeline pipelines/online-retail.yaml --top 20",
      "  perennial recommend --pipeline pipelines/online-retail.yaml --touched",
      "  perennial recommend --pipeline pipelines/online-retail.yaml --users 17850,13047"
          + " --exclude-seen"
    })
final class RecommendCommand implements Callable<Integer> {
  private static final List<String> ROWS =
      List.of("user", "rank", "item", "title", "score", "source", "version");
  private static final List<String> BATCH =
      List.of(
          "pipeline",
          "version",
          "scope",
          "outcome",
          "users",
          "items",
          "buckets",
          "buckets_taken_over",
          "users_by_source");

  @Spec private CommandSpec spec;

  @Option(
      names = "--top",
      paramLabel = "N",
      description = "Items for each user; default: recommendation.top of the pipeline file.")
  private Integer top;

  @Option(
      names = "--users",
      paramLabel = "A,B,C",
      split = ",",
      description = "Print the items of these users, and write nothing.")
  private List<String> users;

  @Option(
      names = "--version",
      paramLabel = "N",
      description = "The version that recommends; default: the champion.")
  private Long version;

  @Option(
      names = "--touched",
      description =
          "Renew only users that changed since the last time; the rows of the others stay.")
  private boolean touched;

  @Option(names = "--exclude-seen", description = "Leave out what a user had before.")
  private boolean excludeSeen;

  @Option(
      names = "--allow",
      paramLabel = "FILE",
      description = "Recommend only the items whose ids stand in this file, one a line.")
  private String allow;

  @Option(
      names = "--deny",
      paramLabel = "FILE",
      description = "Never recommend the items whose ids stand in this file, one a line.")
  private String deny;

  @Override
  public Integer call() {
    CommonOptions common = Perennial.options(spec.commandLine());
    PipelineDefinition pipeline = common.requiredPipeline();
    if (users != null && touched) {
      throw new UsageException(
          "--users prints the items of some users, --touched renews the table: give one of them.");
    }
    if (users != null && users.stream().anyMatch(String::isEmpty)) {
      throw new UsageException("--users needs ids with a comma between them, got an empty one.");
    }
    RecommendationOptions options = options(pipeline.recommendation());
    ItemRules rules = rules(pipeline.recommendation());
    try (Composition composition = Composition.open(spec)) {
      Recommender recommender = composition.recommender(pipeline);
      RecommendationRequest request =
          new RecommendationRequest(
              Optional.ofNullable(version),
              options,
              rules,
              touched ? Scope.TOUCHED : Scope.ALL,
              composition.clock().instant());
      if (users != null) {
        print(
            composition.printer(),
            recommender.forUsers(users, request),
            pipeline.items().isPresent());
      } else {
        print(
            composition.printer(),
            common.isDryRun() ? recommender.describe(request) : recommender.write(request));
      }
      return ExitCode.OK.code();
    }
  }

  private RecommendationOptions options(RecommendationOptions file) {
    if (top != null && (top < 1 || top > 1000)) {
      throw new UsageException("--top must lie between 1 and 1000, got " + top + ".");
    }
    return new RecommendationOptions(
        top == null ? file.top() : top,
        excludeSeen || file.excludeSeen(),
        file.foldIn(),
        file.allow(),
        file.deny(),
        file.maximalItems(),
        file.usersPerBucket(),
        file.usersAtOnce());
  }

  private ItemRules rules(RecommendationOptions file) {
    Optional<String> allowed = Optional.ofNullable(allow).or(file::allow);
    Optional<String> denied = Optional.ofNullable(deny).or(file::deny);
    return new ItemRules(
        allowed.map(name -> ids(name, "--allow")),
        denied.map(name -> ids(name, "--deny")).orElse(Set.of()));
  }

  /** Natural ids, one a line, as they stand there; empty lines are no ids. */
  private static Set<String> ids(String file, String option) {
    return new TextFile(file)
        .content(option)
        .lines()
        .filter(line -> !line.isEmpty())
        .collect(Collectors.toSet());
  }

  private static void print(ResultPrinter printer, List<Recommendation> found, boolean withTitles) {
    List<String> columns =
        withTitles || !printer.isTable()
            ? ROWS
            : ROWS.stream().filter(column -> !column.equals("title")).toList();
    printer.print(
        columns,
        found.stream()
            .map(
                one -> {
                  Map<String, Object> row = new LinkedHashMap<>();
                  row.put("user", one.user());
                  row.put("rank", one.rank());
                  row.put("item", one.item());
                  row.put("title", one.title().orElse(null));
                  row.put("score", one.score());
                  row.put("source", one.source().label());
                  row.put("version", one.version());
                  return row;
                })
            .toList());
  }

  private static void print(ResultPrinter printer, RecommendationReport report) {
    if (printer.isTable()) {
      printer.say(report.sentence());
      if (!report.sources().isEmpty()) {
        printer.say(
            "The table holds "
                + report.sources().entrySet().stream()
                    .map(e -> e.getValue() + " by " + e.getKey().label().replace('_', '-'))
                    .collect(Collectors.joining(", "))
                + ".");
      }
      if (report.kind() == RecommendationReport.Kind.WRITTEN) {
        printer.say("");
        printer.say(
            "Next: perennial sql \"SELECT * FROM recommendations WHERE pipeline = '"
                + report.pipeline()
                + "' ORDER BY user, rank\"");
      }
      return;
    }
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("pipeline", report.pipeline());
    row.put("version", report.version());
    row.put("scope", report.scope().label());
    row.put("outcome", report.kind().name().toLowerCase(Locale.ROOT));
    row.put("users", report.users());
    row.put("items", report.items());
    row.put("buckets", report.buckets());
    row.put("buckets_taken_over", report.taken());
    Map<String, Long> sources = new LinkedHashMap<>();
    report.sources().forEach((source, count) -> sources.put(source.label(), count));
    row.put("users_by_source", sources);
    printer.print(BATCH, List.of(row));
  }
}
