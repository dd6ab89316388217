package io.perennial.config;

import io.perennial.Behaviours;
import io.perennial.evaluation.EvaluationOptions;
import io.perennial.evaluation.Metric;
import io.perennial.event.EventColumns;
import io.perennial.event.EventSource;
import io.perennial.event.EventSource.Removals;
import io.perennial.event.IngestOptions;
import io.perennial.gate.GateOptions;
import io.perennial.model.FamilyOptions;
import io.perennial.model.Feedback;
import io.perennial.model.blend.RankedBy;
import io.perennial.model.feature.FeatureTables;
import io.perennial.recommendation.ItemTable;
import io.perennial.recommendation.RecommendationOptions;
import io.perennial.slice.SplitPolicy;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Reads a pipeline file: strict YAML, one problem a sentence, all problems at once. Each option
 * record of a stage is one section; its components are the keys, its defaults the defaults.
 */
public final class PipelineReader {
  private static final List<String> CONSTANT_COLUMNS =
      List.of(EventColumns.TYPE, EventColumns.VALUE);

  private static final List<String> FILE_COLUMNS =
      List.of(
          EventColumns.USER,
          EventColumns.ITEM,
          EventColumns.TYPE,
          EventColumns.VALUE,
          EventColumns.TIME);

  private static final List<String> COLUMNS =
      List.of(
          EventColumns.USER,
          EventColumns.ITEM,
          EventColumns.TYPE,
          EventColumns.VALUE,
          EventColumns.TIME,
          EventColumns.DATE);

  private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?");

  /** Days begin at midnight of this zone where a file names none. */
  private static final ZoneId DEFAULT_ZONE = ZoneOffset.UTC;

  private static final long DEFAULT_SEED = 42;
  private static final int DEFAULT_PENDING_NIGHTS = 3;
  private static final int DEFAULT_KEYFRAME_EVERY = 14;

  private PipelineReader() {}

  /**
   * Reads a file.
   *
   * @throws InvalidPipelineException when it cannot be read, or says anything unknown or impossible
   */
  public static PipelineDefinition read(Path file) {
    String text;
    try {
      if (Files.isRegularFile(file) && Files.size(file) > 4L * YamlDocument.MAXIMAL_LENGTH) {
        throw new InvalidPipelineException(
            List.of(
                file
                    + ": is longer than a pipeline file can be ("
                    + Files.size(file)
                    + " bytes)."));
      }
      text = Files.readString(file);
    } catch (CharacterCodingException e) {
      throw new InvalidPipelineException(file + ": is no text in UTF-8. Save it as UTF-8.", e);
    } catch (AccessDeniedException e) {
      throw new InvalidPipelineException(
          file + ": may not be read by this user. Change its permissions.", e);
    } catch (IOException e) {
      throw new InvalidPipelineException(
          "There is no pipeline file "
              + file
              + ". Name one with --pipeline FILE; pipelines/template.yaml shows every key.",
          e);
    }
    return read(file.toString(), text);
  }

  /**
   * Reads a text.
   *
   * @param file name for messages
   */
  public static PipelineDefinition read(String file, String text) {
    Problems problems = new Problems(file);
    YamlSection root = YamlDocument.read(text, problems);
    problems.throwIfAny();
    PipelineDefinition pipeline = definition(root);
    root.refuseUnknown(new Spelling(keys(pipeline.family())));
    problems.throwIfAny();
    return pipeline;
  }

  /** Every key that a file of the default family can have, as a path from its root, sorted. */
  public static TreeSet<String> keys() {
    return keys(FamilyReader.DEFAULT);
  }

  /**
   * Every key that a file of a family can have, as a path from its root, sorted.
   *
   * @throws InvalidPipelineException where there is no such family
   */
  public static TreeSet<String> keys(String family) {
    Problems problems = new Problems("keys");
    YamlSection root = YamlDocument.read("model:\n  family: '" + family + "'\n", problems);
    problems.throwIfAny();
    definition(root);
    return root.askedPaths();
  }

  private static PipelineDefinition definition(YamlSection root) {
    String name = root.requiredText("name", "lower-case letters, digits and dashes");
    if (!name.isEmpty() && !NAME.matcher(name).matches()) {
      root.problem(
          "name",
          "must consist of lower-case letters, digits and dashes (at most 64), got '"
              + name
              + "'.");
    }
    ZoneId zone = root.zone("zone").orElse(DEFAULT_ZONE);
    long seed = root.longNumber("seed").orElse(DEFAULT_SEED);
    Behaviours behaviours = BehaviourReader.read(root.section("behaviours"));
    EventSource source = source(root.section("source"), behaviours, zone);
    Optional<IngestOptions> ingest = ingest(root.section("ingest"));
    SplitPolicy split = RecordBinder.bind(root.section("split"), SplitPolicy.DEFAULT);
    FamilyOptions<?, ?> learner =
        FamilyReader.read(root.section("model"), root.section("distillation")).with(behaviours);
    if (behaviours.size() > 1 && learner.feedback() == Feedback.EXPLICIT) {
      root.problem(
          "behaviours",
          "are several, but "
              + learner.feedbackReason()
              + ": ratings are of one kind. Name the event type of the ratings alone.");
    }
    FeatureTables features = FeatureTablesReader.read(root, learner);
    boolean absorb = root.truth("absorb").orElse(true);
    RankedBy rankedBy = root.choice("rankedBy", RankedBy.class).orElse(RankedBy.MODEL);
    if (rankedBy == RankedBy.BLEND && learner.feedback() == Feedback.EXPLICIT) {
      root.problem(
          "rankedBy",
          "is blend, but "
              + learner.feedbackReason()
              + ": a blend ranks, it does not predict ratings. Leave rankedBy out.");
    }
    EvaluationOptions evaluation = evaluation(root.section("evaluation"), learner, behaviours);
    GateOptions gate = gate(root.section("gate"));
    int pending = root.whole("maximalPendingNights", 1, 365).orElse(DEFAULT_PENDING_NIGHTS);
    int keyframes = root.whole("keyframeEvery", 1, 10_000).orElse(DEFAULT_KEYFRAME_EVERY);
    BacktestDefinition backtest = BacktestReader.read(root.section("backtest"), learner);
    RecommendationOptions recommendation =
        RecordBinder.bind(root.section("recommendation"), RecommendationOptions.DEFAULT);
    Optional<ItemTable> items = items(root.section("items"));
    Optional<Schedule> schedule = ScheduleReader.read(root.section("schedule"), source);
    CanonicalForm form =
        new CanonicalForm()
            .with("name", name)
            .with("zone", zone)
            .with("seed", seed)
            .with("source", source)
            .with("ingest", ingest)
            .with("features.items", features.items())
            .with("features.users", features.users())
            .with("split", split)
            .with("feedback", learner.feedback())
            .with("model.family", learner.name())
            .with("model", learner.model())
            .with("distillation", learner.distillation())
            .with("absorb", absorb)
            .with("rankedBy", rankedBy)
            .with("evaluation", evaluation)
            .with("gate", gate)
            .with("maximalPendingNights", pending)
            .with("keyframeEvery", keyframes);
    return new PipelineDefinition(
        name,
        zone,
        seed,
        source,
        ingest,
        features,
        split,
        learner,
        absorb,
        rankedBy,
        evaluation,
        gate,
        pending,
        keyframes,
        backtest,
        recommendation,
        items,
        schedule,
        form.digest(),
        form.text());
  }

  private static EventSource source(YamlSection section, Behaviours behaviours, ZoneId zone) {
    Optional<String> table = section.text("table");
    Map<String, String> columns = section.textsUnder("columns", COLUMNS);
    YamlSection names = section.section("columns");
    if (table.isEmpty() && names.isGiven()) {
      section.problem(
          "columns",
          "names the columns of a table of your own: give source.table too. The columns of files"
              + " stand under ingest.columns.");
    }
    if (table.isPresent()) {
      for (String required : List.of(EventColumns.USER, EventColumns.ITEM, EventColumns.TIME)) {
        if (!columns.containsKey(required)) {
          names.problem(
              names.pathOf(required)
                  + " is missing: the column of "
                  + table.get()
                  + " that plays this part");
        }
      }
    }
    List<String> types =
        section.texts("eventTypes").orElse(List.of()).stream().distinct().sorted().toList();
    Removals removals = section.choice("removals", Removals.class).orElse(Removals.REFUSE);
    return section
        .build(() -> new EventSource(table, columns, types, behaviours, zone, removals))
        .orElseGet(() -> new EventSource(table, columns, types, zone, removals));
  }

  private static EvaluationOptions evaluation(
      YamlSection section, FamilyOptions<?, ?> learner, Behaviours behaviours) {
    Feedback feedback = learner.feedback();
    EvaluationOptions defaults = EvaluationOptions.DEFAULT;
    if (feedback == Feedback.EXPLICIT) {
      defaults =
          new EvaluationOptions(
              Metric.RMSE,
              defaults.primaryK(),
              defaults.cutOffs(),
              defaults.maximalUsers(),
              defaults.replicates(),
              defaults.frozenWindows(),
              defaults.frozenUsers(),
              defaults.liked());
    }
    EvaluationOptions options = RecordBinder.bind(section, defaults);
    options
        .behaviour()
        .filter(name -> behaviours.place(name).isEmpty())
        .ifPresent(
            name ->
                section.problem(
                    "behaviour",
                    behaviours.isPresent()
                        ? "is none of the event types under behaviours: "
                            + String.join(", ", behaviours.names())
                            + ", got '"
                            + name
                            + "'."
                        : "goes with a section behaviours, which says what each event type"
                            + " counts."));
    if (options.liked().isPresent() && feedback == Feedback.IMPLICIT) {
      section.problem("liked", "goes with ratings, but " + learner.feedbackReason() + ".");
    }
    if (options.primaryMetric().isRanking() != (feedback == Feedback.IMPLICIT)) {
      section.problem(
          "primaryMetric",
          "is "
              + options.primaryMetric().label()
              + ", but "
              + learner.feedbackReason()
              + ": choose "
              + (feedback == Feedback.IMPLICIT
                  ? "a ranking metric such as ndcg."
                  : "rmse or mae."));
    }
    return options;
  }

  private static GateOptions gate(YamlSection section) {
    GateOptions options = RecordBinder.bind(section, GateOptions.DEFAULT);
    for (String metric : options.minimum().keySet()) {
      boolean known = List.of(Metric.values()).stream().anyMatch(m -> m.label().equals(metric));
      if (!known) {
        section
            .section("minimum")
            .problem(
                metric,
                "is no metric. Known: "
                    + String.join(
                        ", ", List.of(Metric.values()).stream().map(Metric::label).toList())
                    + ".");
      }
    }
    return options;
  }

  private static Optional<IngestOptions> ingest(YamlSection section) {
    Map<String, Object> given =
        Map.of(
            "columns", section.textsUnder("columns", FILE_COLUMNS),
            "constants", section.textsUnder("constants", CONSTANT_COLUMNS),
            "exclude", ExclusionReader.read(section));
    IngestOptions options = RecordBinder.bind(section, IngestOptions.DEFAULT, given);
    return section.isGiven() ? Optional.of(options) : Optional.empty();
  }

  private static Optional<ItemTable> items(YamlSection section) {
    String table =
        section.isGiven()
            ? section.requiredText("table", "where titles and dates of items stand")
            : section.text("table").orElse("");
    String id = section.text("id").orElse(EventColumns.ITEM);
    Optional<String> title = section.text("title");
    Optional<String> from = section.text("availableFrom");
    Optional<String> until = section.text("availableUntil");
    return table.isEmpty()
        ? Optional.empty()
        : section.build(() -> new ItemTable(table, id, title, from, until));
  }
}
