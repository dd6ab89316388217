package io.perennial.cli;

import io.perennial.ExitCode;
import io.perennial.simulation.StoreDefinition;
import io.perennial.simulation.StoreGenerator;
import io.perennial.simulation.StoreGenerator.GeneratedStore;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Writes a generated store. */
@Command(
    name = "generate",
    description = {
      "Writes the events of a made-up store whose tastes drift in a known way, one file a day, and"
          + " the truth beside them.",
      "The same figures give the same events, in any number of tasks."
    },
    footerHeading = "%nExample:%n",
    footer = {
      "  perennial generate --to store/ --set days=60 --set eventsPerDay=5000",
      "  perennial generate --to store/ --events 10000000 --set format=PARQUET"
    })
final class GenerateCommand implements Callable<Integer> {
  private static final List<String> COLUMNS =
      List.of("folder", "events", "outcome", "rows", "malformed", "late");

  @Spec private CommandSpec spec;

  @Option(
      names = "--to",
      paramLabel = "FOLDER",
      required = true,
      description =
          "Where the store goes: a new or empty folder, or one that holds this very store.")
  private String folder;

  @Option(
      names = "--events",
      paramLabel = "N",
      description = "About so many events over 120 days, users and items in proportion.")
  private Long events;

  @Option(names = "--ratings", description = "Ratings from 1 to 5 instead of purchases.")
  private boolean ratings;

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description = {
        "One figure of the store; may be given often. Names: seed, users, items, days, firstDay,"
            + " zone, eventsPerDay, tasteDimensions, tasteStrength, zipfExponent, returningShare,"
            + " newUsersPerDay, driftPerDay, driftingGroup, retiredGroup, launchesPerDay,"
            + " retirementsPerDay, repeatPropensity, meanSessionLength, viewShare, badRowShare,"
            + " lateShare, maxLateDays, epochDays, feedback, format."
      })
  private Map<String, String> figures = new LinkedHashMap<>();

  @Override
  public Integer call() {
    CommonOptions options = Perennial.options(spec.commandLine());
    StoreDefinition definition = definition();
    if (options.isDryRun()) {
      ResultPrinter printer = Composition.printer(spec);
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("folder", folder);
      row.put("first_day", definition.firstDay().toString());
      row.put("days", definition.days());
      row.put("target_events", definition.targetEvents());
      row.put("users", definition.users());
      row.put("items", definition.items());
      printer.print(List.copyOf(row.keySet()), List.of(row));
      return ExitCode.OK.code();
    }
    try (Composition composition = Composition.open(spec)) {
      GeneratedStore store =
          StoreGenerator.generate(composition.spark(), definition, folder, composition.progress());
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("folder", store.folder());
      row.put("events", store.events());
      row.put("outcome", store.outcome().name().toLowerCase(java.util.Locale.ROOT));
      row.put("rows", store.rows());
      row.put("malformed", store.bad());
      row.put("late", store.late());
      composition.printer().print(COLUMNS, List.of(row));
      composition.printer().say("");
      composition
          .printer()
          .say(
              "Next: perennial ingest --pipeline pipelines/demo.yaml --input '"
                  + store.events()
                  + "'");
      return ExitCode.OK.code();
    }
  }

  private StoreDefinition definition() {
    if (events != null && ratings) {
      throw new UsageException(
          "--events and --ratings exclude each other: use --set feedback=RATINGS.");
    }
    StoreDefinition base =
        events != null
            ? StoreDefinition.sized(events)
            : ratings ? StoreDefinition.smallWithRatings() : StoreDefinition.small();
    return base.with(figures);
  }
}
