package io.perennial.cli;

import io.perennial.config.PipelineDefinition;
import io.perennial.event.Ingest;
import io.perennial.event.IngestReport;
import io.perennial.gate.Finding;
import io.perennial.pipeline.NightRequest;
import io.perennial.pipeline.NightRequest.Effect;
import io.perennial.pipeline.NightRequest.Start;
import io.perennial.pipeline.RetrainingRun;
import io.perennial.pipeline.RunOutcome;
import io.perennial.registry.Lease;
import io.perennial.registry.ModelRegistry;
import io.perennial.registry.ModelVersion;
import io.perennial.report.ReportWriter;
import io.perennial.simulation.PoisonedDay;
import io.perennial.simulation.StoreDefinition;
import io.perennial.simulation.StoreGenerator;
import io.perennial.simulation.StoreGenerator.GeneratedStore;
import io.perennial.slice.Interval;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The story of the demo: a store, its first version, some nights, one that is refused, a rollback.
 * Each step is idempotent, so a demo that was interrupted goes on where it stopped.
 */
final class Demo {
  /** Days of the store that are learnt together as version 1. */
  static final int BASE_DAYS = 30;

  /** Nights after them. */
  static final int NIGHTS = 6;

  /** The night, from 1, whose file is poisoned. */
  static final int POISONED_NIGHT = 4;

  private static final List<String> STORY =
      List.of(
          "outcome",
          "version",
          "alias",
          "parent",
          "until",
          "ndcg@20",
          "parent ndcg@20",
          "popularity",
          "rejected by");

  private final Composition composition;
  private final PipelineDefinition pipeline;
  private final StoreDefinition store;
  private final ResultPrinter printer;

  Demo(Composition composition) {
    this.composition = composition;
    this.pipeline = DemoPipeline.read();
    this.store = StoreDefinition.small().with(Map.of("days", Integer.toString(BASE_DAYS + NIGHTS)));
    this.printer = composition.printer();
  }

  /** What the demo does, a line each. */
  static List<String> plan() {
    return List.of(
        "1. Generates a small store with drifting tastes: " + (BASE_DAYS + NIGHTS) + " days.",
        "2. Poisons the file of night "
            + POISONED_NIGHT
            + ": one item is pushed by a campaign of clicks.",
        "3. Ingests the files into Delta tables.",
        "4. Trains version 1 on the first " + BASE_DAYS + " days.",
        "5. Runs " + NIGHTS + " nights; the poisoned one is refused, the others go on.",
        "6. Rolls back to the version before, and forward again.",
        "7. Writes an HTML report.");
  }

  void run() {
    ModelRegistry registry = composition.registry();
    if (isTold(registry)) {
      say("This warehouse has seen the demo already: here is what it left. Delete the folder, or");
      say("name another with --warehouse, to see it again.");
    } else {
      tell(registry);
    }
    show();
  }

  private boolean isTold(ModelRegistry registry) {
    return registry.versions(pipeline.name()).size() > NIGHTS;
  }

  private void tell(ModelRegistry registry) {
    say(
        "A small store: "
            + store.users()
            + " users and "
            + store.items()
            + " items to begin with, "
            + store.days()
            + " days, tastes that drift.");
    String folder = composition.warehouse().root() + "/store";
    GeneratedStore files =
        StoreGenerator.generate(composition.spark(), store, folder, composition.progress());
    PoisonedDay poison = new PoisonedDay(day(POISONED_NIGHT), PoisonedDay.Kind.ONE_ITEM_PUSHED);
    poison.rewrite(composition.spark(), folder);
    IngestReport report =
        composition
            .ingest(pipeline)
            .run(
                files.events(),
                composition.newRunId("demo"),
                composition.clock().instant(),
                Ingest.Mode.WRITE);
    report.sentences().forEach(this::say);
    RetrainingRun night = composition.night(pipeline);
    say("");
    say("The first " + BASE_DAYS + " days, from scratch:");
    say("  " + night.run(request(store.firstDay(), day(1))).sentence());
    for (int number = 1; number <= NIGHTS; number++) {
      say("");
      say(
          "Night "
              + number
              + (number == POISONED_NIGHT
                  ? ", whose file is poisoned: three events in five are for one item"
                  : "")
              + ":");
      RunOutcome outcome = night.run(request(day(number), day(number + 1)));
      say("  " + outcome.sentence());
      failed(outcome)
          .ifPresent(finding -> say("  Refused by " + finding.rule() + ": " + finding.detail()));
    }
    rollback(registry);
  }

  /** Back to the version before and forward again: two flips of an alias, no row is touched. */
  @SuppressWarnings("try") // the lease is held, not used
  private void rollback(ModelRegistry registry) {
    Optional<ModelVersion> champion = registry.alias(pipeline.name(), "champion");
    Optional<ModelVersion> previous = registry.alias(pipeline.name(), "previous");
    if (champion.isEmpty() || previous.isEmpty()) {
      return;
    }
    say("");
    say(
        "A rollback: version "
            + previous.get().version()
            + " is in use instead of "
            + champion.get().version()
            + ", and back again. Only an alias moves.");
    try (Lease lease = composition.lease(pipeline.name())) {
      registry.promote(pipeline.name(), previous.get().version(), composition.clock().instant());
      registry.promote(pipeline.name(), champion.get().version(), composition.clock().instant());
    }
  }

  private void show() {
    List<Map<String, Object>> rows = composition.versions().list(pipeline.name());
    if (!printer.isTable()) {
      printer.print(Versions.COLUMNS, rows);
      return;
    }
    say("");
    printer.print(STORY, rows.stream().map(Demo::story).toList());
    ReportWriter reports = new ReportWriter(composition.spark(), composition.warehouse());
    composition.progress().begin("writing the report", 0);
    List<String> pages =
        reports.writeVersions(
            pipeline.name(), rows.stream().map(row -> (Long) row.get("version")).toList());
    String page = pages.get(pages.size() - 1);
    composition.progress().end();
    String warehouse = " --warehouse '" + composition.warehouse().root() + "'";
    say("");
    say("Look further:");
    say("  the report   " + page);
    say("  the tables   bin/perennial sql" + warehouse + " \"SELECT * FROM version_history\"");
    say(
        "  the refusal  bin/perennial sql"
            + warehouse
            + " \"SELECT version, rule, threshold, measured FROM rejections\"");
    say("  the versions bin/perennial models list" + warehouse);
    say("  your data    copy pipelines/template.yaml, then 'bin/perennial ingest' and 'retrain'");
  }

  private static Map<String, Object> story(Map<String, Object> version) {
    Map<String, Object> row = new java.util.LinkedHashMap<>();
    row.put("outcome", version.get("status"));
    row.put("version", version.get("version"));
    row.put("alias", version.get("alias"));
    row.put("parent", version.get("parent"));
    row.put("until", version.get("to_time"));
    row.put("ndcg@20", version.get("value"));
    row.put("parent ndcg@20", version.get("parent_value"));
    row.put("popularity", version.get("popularity_value"));
    row.put("rejected by", version.get("rejected_by"));
    return row;
  }

  private static Optional<Finding> failed(RunOutcome outcome) {
    return outcome.findings().stream()
        .filter(finding -> finding.outcome() == Finding.Outcome.FAILED)
        .findFirst();
  }

  private NightRequest request(LocalDate from, LocalDate to) {
    Instant begin = from.atStartOfDay(pipeline.zone()).toInstant();
    Instant end = to.atStartOfDay(pipeline.zone()).toInstant();
    return new NightRequest(
        Optional.of(new Interval(begin, end)), Start.WARM, Optional.empty(), Effect.WRITE, "demo");
  }

  /** The day of a night, counted from 1. */
  private LocalDate day(int night) {
    return store.firstDay().plusDays(BASE_DAYS + night - 1L);
  }

  private void say(String line) {
    composition.progress().end();
    printer.say(line);
  }
}
