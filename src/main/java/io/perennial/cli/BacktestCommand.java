package io.perennial.cli;

import io.perennial.ExitCode;
import io.perennial.config.BacktestArm;
import io.perennial.config.BacktestDefinition;
import io.perennial.config.PipelineDefinition;
import io.perennial.evaluation.EvaluationOptions;
import io.perennial.pipeline.backtest.Backtest;
import io.perennial.pipeline.backtest.BacktestPlan;
import io.perennial.pipeline.backtest.BacktestRequest;
import io.perennial.pipeline.backtest.BacktestRequest.Start;
import io.perennial.pipeline.backtest.Knob;
import io.perennial.registry.BacktestRow;
import io.perennial.registry.Backtests;
import io.perennial.registry.WriteListener;
import io.perennial.report.BacktestFigures;
import io.perennial.report.BacktestFigures.ArmFigure;
import io.perennial.report.BacktestSubject;
import io.perennial.report.ReportWriter;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** History, replayed for several arms. */
@Command(
    name = "backtest",
    description = {
      "Replays history night by night for several arms: each is scored on a night, then learns it.",
      "Nothing of the pipeline changes. The same command again goes on where it was interrupted.",
      "Parameters of each arm, and the base, stand in the section backtest of the pipeline file."
    },
    footerHeading = "%nExample:%n",
    footer =
        "  perennial backtest --pipeline pipelines/online-retail.yaml --from 2011-07-19 --to"
            + " 2011-08-18 --arms ours-model,full-retrain-decayed,user-frequency")
final class BacktestCommand implements Callable<Integer> {
  private static final List<String> LONG_FORM =
      List.of(
          "pipeline",
          "backtest_id",
          "arm",
          "segment",
          "metric",
          "k",
          "nights",
          "value",
          "first_third",
          "middle_third",
          "last_third",
          "difference",
          "difference_low",
          "difference_high",
          "train_seconds");

  private static final List<String> SHORT_FORM =
      List.of(
          "arm",
          "all",
          "returning",
          "first_time",
          "repeat",
          "new",
          "second_night",
          "first_third",
          "last_third",
          "difference",
          "low",
          "high",
          "train_seconds");

  @Spec private CommandSpec spec;

  @Option(
      names = "--from",
      paramLabel = "DATE",
      required = true,
      description = "First day that is reported, in the pipeline's zone.")
  private String from;

  @Option(
      names = "--to",
      paramLabel = "DATE",
      required = true,
      description = "Last day, inclusive.")
  private String to;

  @Option(
      names = "--base-from",
      paramLabel = "DATE",
      description =
          "First day of the events that every arm begins with (backtest.baseFrom of the pipeline"
              + " file, or the first there is).")
  private String baseFrom;

  @Option(
      names = "--arms",
      paramLabel = "ARM",
      split = ",",
      required = true,
      description =
          "Of ours, ours-model, full-retrain, full-retrain-decayed, mllib-full-retrain, fine-tune,"
              + " frozen, fold-in, item-knn, popularity, recent-popularity, user-frequency.")
  private List<String> arms;

  @Option(
      names = "--knobs",
      paramLabel = "KNOB",
      split = ",",
      description =
          "Of beta, halfLife, regParam, rebuild: replays ours-model with other settings of it too,"
              + " and draws what they trade of retention against recency.")
  private List<String> knobs = List.of();

  @Option(
      names = "--variants",
      paramLabel = "NAME",
      split = ",",
      description =
          "Of those under backtest.variants in the pipeline file, or all: replays ours-model with the"
              + " keys that each changes.")
  private List<String> variants = List.of();

  @Option(
      names = "--every",
      paramLabel = "N",
      defaultValue = "10",
      description = "item-knn finds its neighbours anew every N nights (${DEFAULT-VALUE}).")
  private int every;

  @Option(
      names = "--tune-from",
      paramLabel = "DATE",
      description = "First night on which every arm's parameters are chosen, before --from.")
  private String tuneFrom;

  @Option(
      names = "--tune-to",
      paramLabel = "DATE",
      description = "Last of these nights, inclusive.")
  private String tuneTo;

  @Option(
      names = "--tune-base-to",
      paramLabel = "DATE",
      description =
          "Last day of the base when parameters are chosen. With nights to learn between it and"
              + " --tune-from, what goes wrong only in the long run shows (default: as the base).")
  private String tuneBaseTo;

  @Option(
      names = "--candidates",
      paramLabel = "N",
      defaultValue = "8",
      description = "Sets of parameters that are tried for each arm (${DEFAULT-VALUE}).")
  private int candidates;

  @Option(
      names = "--id",
      paramLabel = "NAME",
      description = "Name of the backtest; left out, it is made from the question.")
  private String id;

  @Option(
      names = "--anew",
      description = "Score every night again, even those that this backtest scored before.")
  private boolean anew;

  @Override
  public Integer call() {
    CommonOptions options = Perennial.options(spec.commandLine());
    BacktestRequest asked = request();
    Optional<BacktestRequest> tuning = tuning(asked);
    PipelineDefinition file = options.requiredPipeline();
    BacktestRequest request = asked.with(variants(file.backtest()));
    try (Composition composition = Composition.open(spec)) {
      PipelineDefinition pipeline =
          tuning.isPresent() && !options.isDryRun() ? tuned(composition, file, tuning.get()) : file;
      Backtest backtest = backtest(composition, pipeline);
      if (options.isDryRun()) {
        composition
            .printer()
            .print(
                List.of("backtest_id", "base_events", "nights", "first", "last", "events"),
                List.of(row(backtest.plan(request))));
        return ExitCode.OK.code();
      }
      BacktestPlan plan = backtest.run(request, composition::note);
      BacktestFigures figures = figures(composition, pipeline, plan, request);
      print(composition.printer(), pipeline, plan, figures);
      composition.progress().begin("writing the page", 0);
      composition.note(
          "Report: "
              + new ReportWriter(composition.spark(), composition.warehouse())
                  .writeBacktest(subject(pipeline, plan, request, choice(tuning)), figures));
      return ExitCode.OK.code();
    }
  }

  private BacktestRequest request() {
    LocalDate first = Intervals.day("--from", from);
    LocalDate last = Intervals.day("--to", to);
    if (last.isBefore(first)) {
      throw new UsageException(
          "--to must not lie before --from, got " + first + " and " + last + ".");
    }
    if (every < 1) {
      throw new UsageException("--every must be at least 1, got " + every + ".");
    }
    return new BacktestRequest(
        first,
        last,
        Optional.ofNullable(baseFrom).map(day -> Intervals.day("--base-from", day)),
        arms.stream().map(BacktestCommand::arm).toList(),
        every,
        Optional.ofNullable(id).map(Backtests::id),
        anew ? Start.ANEW : Start.RESUME,
        Optional.empty(),
        knobs(),
        List.of());
  }

  private List<String> variants(BacktestDefinition backtest) {
    List<String> known = List.copyOf(backtest.variants().keySet());
    List<String> named = variants.stream().map(String::strip).toList();
    if (named.contains(BacktestDefinition.ALL)) {
      return known;
    }
    for (String name : named) {
      if (!known.contains(name)) {
        throw new UsageException(
            "--variants does not know '"
                + name
                + "'. "
                + (known.isEmpty()
                    ? "The pipeline file has none: name them under backtest.variants."
                    : "The pipeline file has " + String.join(", ", known) + "."));
      }
    }
    return named;
  }

  private List<Knob> knobs() {
    if (!knobs.isEmpty() && !arms.contains(BacktestArm.OURS_MODEL.label())) {
      throw new UsageException("--knobs turns those of ours-model: add it to --arms.");
    }
    return knobs.stream()
        .map(
            label ->
                Knob.of(label.strip())
                    .orElseThrow(
                        () ->
                            new UsageException(
                                "--knobs does not know '"
                                    + label
                                    + "'. Known: "
                                    + Arrays.stream(Knob.values())
                                        .map(Knob::label)
                                        .collect(Collectors.joining(", "))
                                    + ".")))
        .toList();
  }

  private Optional<BacktestRequest> tuning(BacktestRequest request) {
    if (tuneFrom == null && tuneTo == null) {
      if (tuneBaseTo != null) {
        throw new UsageException("--tune-base-to goes with --tune-from and --tune-to.");
      }
      return Optional.empty();
    }
    if (tuneFrom == null || tuneTo == null) {
      throw new UsageException("--tune-from and --tune-to go together: give both.");
    }
    LocalDate first = Intervals.day("--tune-from", tuneFrom);
    LocalDate last = Intervals.day("--tune-to", tuneTo);
    if (last.isBefore(first) || !last.isBefore(request.from())) {
      throw new UsageException(
          "Nights of tuning must lie before those that are reported, got "
              + first
              + " to "
              + last
              + " before "
              + request.from()
              + ".");
    }
    if (candidates < 1) {
      throw new UsageException("--candidates must be at least 1, got " + candidates + ".");
    }
    return Optional.of(
        new BacktestRequest(
            first,
            last,
            request.baseFrom(),
            request.arms(),
            request.every(),
            Optional.empty(),
            Start.RESUME,
            Optional.ofNullable(tuneBaseTo).map(day -> Intervals.day("--tune-base-to", day)),
            List.of(),
            List.of()));
  }

  /** The pipeline with parameters chosen on the nights of tuning, which are shown. */
  private PipelineDefinition tuned(
      Composition composition, PipelineDefinition file, BacktestRequest tuning) {
    BacktestDefinition chosen =
        backtest(composition, file).tune(tuning, candidates, composition::note);
    List<String> lines = file.backtest().changes(chosen);
    if (!lines.isEmpty()) {
      composition.note("For the pipeline file, to replay without tuning again:");
      lines.forEach(composition::note);
    }
    return file.with(chosen);
  }

  private static Backtest backtest(Composition composition, PipelineDefinition pipeline) {
    return new Backtest(
        composition.spark(),
        composition.warehouse(),
        pipeline,
        composition.clock(),
        composition.progress(),
        WriteListener.NONE);
  }

  private static BacktestArm arm(String label) {
    return BacktestArm.of(label.strip())
        .orElseThrow(
            () ->
                new UsageException(
                    "--arms does not know '"
                        + label
                        + "'. Known: "
                        + Arrays.stream(BacktestArm.values())
                            .map(BacktestArm::label)
                            .collect(Collectors.joining(", "))
                        + "."));
  }

  private static Map<String, Object> row(BacktestPlan plan) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("backtest_id", plan.id());
    row.put("base_events", plan.baseEvents());
    row.put("nights", plan.reported().size());
    row.put("first", plan.reported().get(0).toString());
    row.put("last", plan.reported().get(plan.reported().size() - 1).toString());
    row.put("events", plan.events());
    return row;
  }

  private static OptionalInt cutOff(EvaluationOptions options) {
    return options.primaryMetric().hasCutOff()
        ? OptionalInt.of(options.primaryK())
        : OptionalInt.empty();
  }

  private static BacktestFigures figures(
      Composition composition,
      PipelineDefinition pipeline,
      BacktestPlan plan,
      BacktestRequest request) {
    EvaluationOptions options = pipeline.evaluation();
    List<String> arms = new ArrayList<>(request.arms().stream().map(BacktestArm::label).toList());
    arms.addAll(request.variants());
    turned(pipeline, request).values().forEach(arms::addAll);
    Backtests table =
        new Backtests(composition.spark(), composition.warehouse(), WriteListener.NONE);
    List<BacktestRow> rows = new ArrayList<>(table.verdicts(pipeline.name(), plan.id()));
    rows.addAll(
        table.rows(pipeline.name(), plan.id(), options.primaryMetric().label(), cutOff(options)));
    return new BacktestFigures(rows, arms, options.primaryMetric(), pipeline.seed());
  }

  private static BacktestSubject subject(
      PipelineDefinition pipeline,
      BacktestPlan plan,
      BacktestRequest request,
      Optional<String> choice) {
    EvaluationOptions options = pipeline.evaluation();
    OptionalInt k = cutOff(options);
    Map<String, String> parameters = new LinkedHashMap<>();
    request.arms().forEach(arm -> parameters.put(arm.label(), pipeline.backtest().describe(arm)));
    request
        .variants()
        .forEach(name -> parameters.put(name, pipeline.backtest().describeVariant(name)));
    return new BacktestSubject(
        pipeline.name(),
        plan.id(),
        plan.baseEvents() + " events before " + plan.baseEnd(),
        options.primaryMetric().label() + (k.isPresent() ? "@" + k.getAsInt() : ""),
        parameters,
        choice,
        turned(pipeline, request));
  }

  private static Map<String, List<String>> turned(
      PipelineDefinition pipeline, BacktestRequest request) {
    Map<String, List<String>> names = new LinkedHashMap<>();
    for (Knob knob : request.knobs()) {
      names.put(
          knob.label(),
          knob.variants(pipeline.backtest()).stream().map(Knob.Variant::name).toList());
    }
    return names;
  }

  private Optional<String> choice(Optional<BacktestRequest> tuning) {
    return tuning.map(
        nights ->
            "Parameters were chosen for each arm by successive halving of "
                + candidates
                + " candidates, the pipeline file's own among them, on the nights from "
                + nights.from()
                + " to "
                + nights.to()
                + ", none of which is reported.");
  }

  private static void print(
      ResultPrinter printer,
      PipelineDefinition pipeline,
      BacktestPlan plan,
      BacktestFigures figures) {
    if (!printer.isTable()) {
      List<Map<String, Object>> rows = new ArrayList<>();
      figures.figures().forEach(figure -> rows.add(longRow(pipeline, plan, figure)));
      printer.print(LONG_FORM, rows);
      return;
    }
    EvaluationOptions options = pipeline.evaluation();
    printer.say(
        "Backtest "
            + plan.id()
            + ": mean "
            + options.primaryMetric().label()
            + (cutOff(options).isPresent() ? "@" + options.primaryK() : "")
            + " over "
            + figures.nights().size()
            + " nights. Thirds, and the relative difference to "
            + figures.reference()
            + " with its 95 % interval, are of returning users.");
    printer.say("");
    printer.print(SHORT_FORM, figures.arms().stream().map(arm -> shortRow(figures, arm)).toList());
    figures.gates().forEach(gate -> printer.say(gate.sentence()));
  }

  private static Map<String, Object> longRow(
      PipelineDefinition pipeline, BacktestPlan plan, ArmFigure figure) {
    Map<String, Object> row = new LinkedHashMap<>();
    OptionalInt k = cutOff(pipeline.evaluation());
    row.put("pipeline", pipeline.name());
    row.put("backtest_id", plan.id());
    row.put("arm", figure.arm());
    row.put("segment", figure.segment());
    row.put("metric", pipeline.evaluation().primaryMetric().label());
    row.put("k", k.isPresent() ? k.getAsInt() : null);
    row.put("nights", figure.nights());
    row.put("value", figure.mean());
    row.put("first_third", figure.thirds().get(0));
    row.put("middle_third", figure.thirds().get(1));
    row.put("last_third", figure.thirds().get(2));
    row.put("difference", figure.difference());
    row.put("difference_low", figure.low());
    row.put("difference_high", figure.high());
    row.put("train_seconds", figure.trainSeconds());
    return row;
  }

  private static Map<String, Object> shortRow(BacktestFigures figures, String arm) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("arm", arm);
    for (String segment : BacktestFigures.SEGMENTS) {
      row.put(segment, told(figures.figure(arm, segment).mean()));
    }
    ArmFigure returning = figures.figure(arm, "returning");
    row.put("first_third", told(returning.thirds().get(0)));
    row.put("last_third", told(returning.thirds().get(2)));
    row.put("difference", told(returning.difference()));
    row.put("low", told(returning.low()));
    row.put("high", told(returning.high()));
    row.put("train_seconds", told(returning.trainSeconds()));
    return row;
  }

  /** Nothing, rather than a value that is no number. */
  private static Double told(double value) {
    return Double.isFinite(value) ? value : null;
  }
}
