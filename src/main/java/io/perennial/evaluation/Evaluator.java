package io.perennial.evaluation;

import io.perennial.model.Feedback;
import io.perennial.model.Scorer;
import io.perennial.model.history.ItemStatistics;
import io.perennial.model.scoring.DistributedScorer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * Measures subjects on one window, over the full catalogue: every item that any subject (or the
 * fallback) knows.
 *
 * <ul>
 *   <li>An item that a subject does not know, or scores with no finite number, is never in its list
 *       and lies below all it knows. A relevant item that nobody knows is a miss that still counts
 *       in the ideal.
 *   <li>A user whom a subject does not know is shown the fallback's order, popularity, as a shop
 *       would.
 *   <li>Equal scores are ordered by a hash of (seed, user, item), the same for all subjects: a
 *       constant scorer gets a random list.
 *   <li>Errors (explicit feedback) are taken over the pairs that every subject can predict;
 *       coverage without a cut-off says what share of all pairs a subject could predict.
 *   <li>Intervals are percentiles 2.5 and 97.5 of a Poisson bootstrap over users.
 * </ul>
 *
 * Few cases are measured by the driver's threads, many by Spark tasks: the same code, in chunks
 * that depend on the window alone, so the figures are the same to the last bit. A model whose items
 * lie on executors is ranked there first ({@link DistributedScorer}); the driver sees each user's
 * list, and no row of scores.
 */
public final class Evaluator {
  /** Where the arithmetic runs. */
  public enum Execution {
    /** In the driver below {@value #LOCAL_SCORES} scores, otherwise in Spark. */
    AUTO,
    LOCAL,
    SPARK
  }

  private static final long LOCAL_SCORES = 100_000_000L;
  private static final int CHUNK_USERS = 250;
  private static final int MAXIMAL_CHUNKS = 32;
  private static final List<Segment> PAIRED = List.of(Segment.ALL, Segment.RETURNING);

  private final JavaSparkContext spark;
  private final EvaluationOptions options;
  private final Execution execution;

  public Evaluator(JavaSparkContext spark, EvaluationOptions options, Feedback feedback) {
    this(spark, options, feedback, Execution.AUTO);
  }

  /**
   * With a choice of where to run.
   *
   * @throws InvalidEvaluationException if the primary metric is an error and feedback implicit
   */
  public Evaluator(
      JavaSparkContext spark, EvaluationOptions options, Feedback feedback, Execution execution) {
    if (feedback == Feedback.IMPLICIT && !options.primaryMetric().isRanking()) {
      throw new InvalidEvaluationException(
          "Cannot measure "
              + options.primaryMetric().label()
              + ": implicit feedback has no ratings to predict. Set evaluation.primaryMetric to a"
              + " ranking metric such as ndcg.");
    }
    if (Set.of(Metric.COVERAGE, Metric.NOVELTY).contains(options.primaryMetric())) {
      throw new InvalidEvaluationException(
          "Cannot judge by "
              + options.primaryMetric().label()
              + ": it says nothing about what users did. Set evaluation.primaryMetric to ndcg,"
              + " recall, precision, map, mrr, hitrate or auc (rmse or mae for ratings).");
    }
    this.spark = spark;
    this.options = options;
    this.execution = execution;
  }

  /**
   * Measures all subjects on a window.
   *
   * @param subjects with distinct names, at least one; the first is compared with each other one
   * @param fallback what users are shown whom a subject does not know: popularity
   * @param statistics items as of the window's begin: the probabilities of novelty
   * @param seed of ties and of the bootstrap; take the same for all nights of a pipeline
   * @param night tells this window's users from those of other nights in the bootstrap, for example
   *     {@code prequential/17}; the same for everything that is compared on the same users
   */
  public Comparison compare(
      EvaluationWindow window,
      List<Subject> subjects,
      Scorer fallback,
      ItemStatistics statistics,
      long seed,
      String night) {
    return compare(window, subjects, fallback, statistics, seed, night, PAIRED);
  }

  /**
   * The same, with evidence for other segments than all and returning.
   *
   * @param paired segments whose replicates are kept
   */
  public Comparison compare(
      EvaluationWindow window,
      List<Subject> subjects,
      Scorer fallback,
      ItemStatistics statistics,
      long seed,
      String night,
      List<Segment> paired) {
    checkNames(subjects);
    boolean rankings = options.primaryMetric().isRanking();
    MetricColumns columns = new MetricColumns(rankings, options.cutOffs(), subjects.size());
    Scorer[] scorers = subjects.stream().map(Subject::scorer).toArray(Scorer[]::new);
    BitSet catalogue = catalogue(scorers, fallback);
    CaseEvaluation evaluation =
        new CaseEvaluation(
            columns,
            fallback,
            window.oldItems(),
            catalogue,
            information(statistics),
            new CaseEvaluation.PoissonKey(seed, night, options.replicates()),
            options.liked().orElse(Double.NaN));
    Measured[] measured =
        Arrays.stream(scorers)
            .map(scorer -> measured(scorer, window.cases(), columns, seed))
            .toArray(Measured[]::new);
    WindowTally tally = measure(evaluation, columns, window.cases(), measured);
    return new Comparison(
        window.name(),
        window.totalUsers(),
        subjects.stream().map(Subject::name).toList(),
        measurements(window.name(), subjects, columns, tally, catalogue.cardinality()),
        evidence(window.name(), subjects, columns, tally, paired),
        options.liked().isPresent() && !rankings
            ? classifications(window.name(), subjects, tally)
            : List.of());
  }

  private static List<Classification> classifications(
      String window, List<Subject> subjects, WindowTally tally) {
    List<Classification> all = new ArrayList<>();
    for (int s = 0; s < subjects.size(); s++) {
      all.add(new Classification(subjects.get(s).name(), window, tally.classes(s)));
    }
    return all;
  }

  /** Of a catalogue that lies on executors, what they find out; else the scores. */
  private static Measured measured(
      Scorer scorer, List<UserCase> cases, MetricColumns columns, long seed) {
    if (!(scorer instanceof DistributedScorer far)) {
      return new Measured.Scored(scorer);
    }
    return new Measured.Ranked(
        columns.rankings()
            ? DistributedRanks.ranked(far, cases, columns.largestCutOff(), seed)
            : DistributedRanks.unranked(far, cases));
  }

  private WindowTally measure(
      CaseEvaluation evaluation, MetricColumns columns, List<UserCase> cases, Measured[] subjects) {
    int chunks = Math.max(1, Math.min(MAXIMAL_CHUNKS, cases.size() / CHUNK_USERS));
    List<List<UserCase>> parts = new ArrayList<>();
    for (int n = 0; n < chunks; n++) {
      int from = (int) ((long) n * cases.size() / chunks);
      int to = (int) ((long) (n + 1) * cases.size() / chunks);
      parts.add(new ArrayList<>(cases.subList(from, to)));
    }
    List<WindowTally> tallies =
        runsLocally(cases.size(), subjects)
            ? IntStream.range(0, chunks)
                .parallel()
                .mapToObj(n -> evaluation.measure(parts.get(n), subjects))
                .toList()
            : measureInSpark(evaluation, parts, subjects);
    WindowTally sum = new WindowTally(columns, options.replicates());
    tallies.forEach(sum::add);
    return sum;
  }

  private List<WindowTally> measureInSpark(
      CaseEvaluation evaluation, List<List<UserCase>> parts, Measured[] subjects) {
    Broadcast<Measured[]> sentSubjects = spark.broadcast(subjects);
    Broadcast<CaseEvaluation> sentEvaluation = spark.broadcast(evaluation);
    try {
      return spark
          .parallelize(parts, parts.size())
          .map(part -> sentEvaluation.value().measure(part, sentSubjects.value()))
          .collect();
    } finally {
      sentSubjects.destroy();
      sentEvaluation.destroy();
    }
  }

  private boolean runsLocally(int cases, Measured[] subjects) {
    if (execution != Execution.AUTO) {
      return execution == Execution.LOCAL;
    }
    long scores = 0;
    for (Measured subject : subjects) {
      scores += (long) cases * subject.width();
    }
    return scores <= LOCAL_SCORES;
  }

  private List<Measurement> measurements(
      String window,
      List<Subject> subjects,
      MetricColumns columns,
      WindowTally tally,
      int catalogueSize) {
    List<Measurement> out = new ArrayList<>();
    double[][] weights = new double[MetricColumns.SEGMENTS][];
    for (Segment segment : Segment.values()) {
      weights[segment.ordinal()] = tally.replicateColumn(columns.denominator(segment));
    }
    for (MetricColumns.Series series : columns.series()) {
      long users = tally.users[series.segment().ordinal()];
      if (users == 0 && series.segment() != Segment.ALL) {
        continue;
      }
      int column = columns.column(series.subject(), series.segment(), series.metric(), series.k());
      double value =
          mean(
              series.metric(),
              tally.sums[column],
              tally.sums[columns.denominator(series.segment())]);
      double[] sums = tally.replicateColumn(column);
      double[] replicates = new double[sums.length];
      for (int r = 0; r < sums.length; r++) {
        replicates[r] = mean(series.metric(), sums[r], weights[series.segment().ordinal()][r]);
      }
      Interval interval = Interval.of(replicates);
      out.add(
          new Measurement(
              subjects.get(series.subject()).name(),
              window,
              series.segment(),
              series.metric(),
              series.k() == 0 ? OptionalInt.empty() : OptionalInt.of(series.k()),
              new Estimate(value, interval.low(), interval.high(), users)));
    }
    long users = tally.users[Segment.ALL.ordinal()];
    for (int s = 0; s < subjects.size(); s++) {
      String name = subjects.get(s).name();
      if (!columns.rankings()) {
        double share = tally.pairs == 0 ? Double.NaN : (double) tally.predicted[s] / tally.pairs;
        out.add(coverage(name, window, OptionalInt.empty(), share, users));
        continue;
      }
      for (int c = 0; c < columns.cutOffs().length; c++) {
        int recommended = tally.recommended[s * columns.cutOffs().length + c].cardinality();
        double share = catalogueSize == 0 ? Double.NaN : (double) recommended / catalogueSize;
        out.add(coverage(name, window, OptionalInt.of(columns.cutOffs()[c]), share, users));
      }
    }
    return out;
  }

  private static Measurement coverage(
      String subject, String window, OptionalInt k, double share, long users) {
    return new Measurement(
        subject,
        window,
        Segment.ALL,
        Metric.COVERAGE,
        k,
        new Estimate(share, Double.NaN, Double.NaN, users));
  }

  private List<Evidence> evidence(
      String window,
      List<Subject> subjects,
      MetricColumns columns,
      WindowTally tally,
      List<Segment> paired) {
    Metric metric = options.primaryMetric();
    int k = metric.hasCutOff() ? options.primaryK() : 0;
    List<Evidence> out = new ArrayList<>();
    for (int older = 1; older < subjects.size(); older++) {
      for (Segment segment : paired) {
        int newerColumn = columns.column(0, segment, metric, k);
        int olderColumn = columns.column(older, segment, metric, k);
        out.add(
            new Evidence(
                subjects.get(0).name(),
                subjects.get(older).name(),
                window,
                segment,
                metric,
                k,
                tally.users[segment.ordinal()],
                tally.sums[newerColumn],
                tally.sums[olderColumn],
                tally.replicateColumn(newerColumn),
                tally.replicateColumn(olderColumn),
                tally.replicateColumn(columns.denominator(segment))));
      }
    }
    return out;
  }

  private static double mean(Metric metric, double sum, double weight) {
    double mean = weight > 0 ? sum / weight : Double.NaN;
    return metric == Metric.RMSE ? Math.sqrt(mean) : mean;
  }

  private static BitSet catalogue(Scorer[] scorers, Scorer fallback) {
    BitSet items = new BitSet();
    for (int item = 0; item < fallback.itemCount(); item++) {
      items.set(item, fallback.knowsItem(item));
    }
    for (Scorer scorer : scorers) {
      for (int item = 0; item < scorer.itemCount(); item++) {
        if (!items.get(item) && scorer.knowsItem(item)) {
          items.set(item);
        }
      }
    }
    return items;
  }

  /** −log2 of (events + 1) / (all events + items); the last entry is an item's without events. */
  private static float[] information(ItemStatistics statistics) {
    int items = statistics.capacity();
    double total = items + 1.0;
    for (float count : statistics.eventCounts()) {
      total += count;
    }
    float[] bits = new float[items + 1];
    for (int item = 0; item <= items; item++) {
      double events = item < items ? statistics.eventCounts()[item] : 0;
      bits[item] = (float) (-Math.log((events + 1) / total) / Math.log(2));
    }
    return bits;
  }

  private static void checkNames(List<Subject> subjects) {
    Set<String> names = new HashSet<>();
    for (Subject subject : subjects) {
      if (!names.add(subject.name())) {
        throw new IllegalArgumentException("Two subjects are called " + subject.name());
      }
    }
    if (subjects.isEmpty()) {
      throw new IllegalArgumentException("A comparison needs a subject");
    }
  }
}
