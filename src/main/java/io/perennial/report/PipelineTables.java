package io.perennial.report;

import java.time.Instant;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the warehouse says about one pipeline, as plain values: every list may be empty, every text
 * may be anything.
 *
 * @param versions oldest first
 * @param metrics figures that the page needs, in the order of versions
 * @param findings of the gate, in the order of versions and rules
 * @param aliases changes, oldest first
 * @param runs oldest first
 * @param slices by version
 * @param profiles by version
 * @param evidence paired bootstraps of the versions whose pages are written
 * @param losses of the trainings of those versions, by epoch
 * @param primary the metric that gates look at; empty where nothing was measured
 */
record PipelineTables(
    String pipeline,
    List<VersionRow> versions,
    List<MetricRow> metrics,
    List<FindingRow> findings,
    List<AliasRow> aliases,
    List<RunRow> runs,
    List<SliceRow> slices,
    List<ProfileRow> profiles,
    List<EvidenceRow> evidence,
    List<LossRow> losses,
    List<ClassRow> classes,
    Optional<MetricName> primary) {
  static final String ALL = "all";
  static final String VALIDATION = "validation";
  static final String PREQUENTIAL = "prequential";
  static final String FROZEN = "frozen:";
  static final String CANDIDATE = "candidate";
  static final String PARENT = "parent";

  PipelineTables {
    versions = sorted(versions, Comparator.comparingLong(VersionRow::version));
    metrics = sorted(metrics, Comparator.comparingLong(MetricRow::version));
    findings =
        sorted(
            findings,
            Comparator.comparingLong(FindingRow::version).thenComparing(FindingRow::position));
    aliases = sorted(aliases, Comparator.comparingLong(AliasRow::sequence));
    runs = sorted(runs, Comparator.comparing(r -> r.openedAt().orElse(Instant.EPOCH)));
    slices = sorted(slices, Comparator.comparingLong(SliceRow::version));
    profiles =
        sorted(
            profiles,
            Comparator.comparingLong(ProfileRow::version)
                .thenComparing(p -> p.night().orElse(LocalDate.MIN), Comparator.reverseOrder()));
    evidence = List.copyOf(evidence);
    classes =
        sorted(classes, Comparator.comparing(ClassRow::window).thenComparing(ClassRow::subject));
    losses = sorted(losses, Comparator.comparing(LossRow::part).thenComparingInt(LossRow::epoch));
  }

  /** How well a subject tells ratings of a class on a window. */
  record ClassRow(
      long version,
      String subject,
      String window,
      String name,
      double precision,
      double recall,
      double f1,
      long support) {}

  /** What a version's training lost in an epoch. */
  record LossRow(long version, int epoch, String part, double value) {}

  private static <T> List<T> sorted(List<T> rows, Comparator<? super T> order) {
    return rows.stream().sorted(order).toList();
  }

  /** The row of a version. */
  Optional<VersionRow> version(long version) {
    return versions.stream().filter(v -> v.version() == version).findFirst();
  }

  /** The version that an alias points to now. */
  Optional<Long> alias(String alias) {
    return aliases.stream()
        .filter(a -> a.alias().equals(alias))
        .reduce((first, second) -> second)
        .map(AliasRow::version);
  }

  /** The run that made a version: the last one that says so. */
  Optional<RunRow> runOf(VersionRow version) {
    return runs.stream()
        .filter(r -> r.runId().equals(version.runId()))
        .reduce((first, second) -> second);
  }

  /** Findings of a version, in the order of the rules. */
  List<FindingRow> findings(long version) {
    return findings.stream().filter(f -> f.version() == version).toList();
  }

  /** The input of a version's night; of a first version, the last of its days. */
  Optional<ProfileRow> profile(long version) {
    return profiles.stream().filter(p -> p.version() == version).findFirst();
  }

  /** One figure of the primary metric; empty where it was not measured. */
  Optional<MetricRow> primary(long version, String window, String segment, String subject) {
    return metrics.stream()
        .filter(
            m ->
                m.version() == version
                    && primary.filter(m.name()::equals).isPresent()
                    && m.window().equals(window)
                    && m.segment().equals(segment)
                    && m.subject().equals(subject))
        .findFirst();
  }

  /**
   * The primary metric of the champion of the day on all new events of a version's night, before
   * they were learnt.
   */
  Optional<MetricRow> champion(long version) {
    return primary(version, PREQUENTIAL, ALL, "champion")
        .or(() -> primary(version, PREQUENTIAL, ALL, PARENT))
        .or(() -> primary(version, PREQUENTIAL, ALL, CANDIDATE));
  }

  /** The day of a version's night: of its input, else of the end of its slice. */
  String night(VersionRow version) {
    return profile(version.version())
        .flatMap(ProfileRow::night)
        .map(LocalDate::toString)
        .or(() -> version.toTime().map(t -> NumberText.instant(t.minusNanos(1)).substring(0, 10)))
        .orElse("unknown");
  }

  /**
   * A metric and its cut-off.
   *
   * @param k empty where the metric has none
   */
  record MetricName(String metric, OptionalInt k) {
    /** As people write it: {@code ndcg@20}. */
    String text() {
      return metric + (k.isPresent() ? "@" + k.getAsInt() : "");
    }

    /** True of errors, where less is better. */
    boolean lessIsBetter() {
      return metric.equals("rmse") || metric.equals("mae");
    }
  }

  /** A row of {@code model_versions}, without arrays. */
  record VersionRow(
      long version,
      Optional<Long> parent,
      List<Long> factorVersions,
      String status,
      String family,
      String tableId,
      Optional<Long> fromCommit,
      Optional<Instant> fromTime,
      Optional<Long> toCommit,
      Optional<Instant> toTime,
      String runId,
      Optional<Long> seed,
      String pipelineDigest,
      Map<String, String> attributes,
      Map<String, String> facts,
      Optional<Instant> createdAt) {
    boolean promoted() {
      return status.equals("promoted");
    }
  }

  /** A row of {@code model_metrics}. */
  record MetricRow(
      long version,
      String subject,
      String window,
      String segment,
      MetricName name,
      double value,
      double low,
      double high,
      long users) {}

  /** A row of {@code gate_findings}. */
  record FindingRow(
      long version,
      int position,
      String rule,
      String threshold,
      String measured,
      String outcome,
      String detail) {
    boolean failed() {
      return outcome.equals("failed");
    }
  }

  /** A row of {@code model_aliases}. */
  record AliasRow(long sequence, String alias, long version, Optional<Instant> since) {}

  /** A row of {@code runs}. */
  record RunRow(
      String runId,
      String command,
      Optional<Instant> intervalFrom,
      Optional<Instant> intervalTo,
      Optional<Long> version,
      String state,
      String outcome,
      Optional<Instant> openedAt,
      Optional<Instant> closedAt,
      Map<String, Double> phases,
      Map<String, Long> rowCounts,
      Map<String, String> environment) {}

  /** A row of {@code slices}. */
  record SliceRow(
      long version,
      String sliceId,
      Optional<Long> fromCommit,
      Optional<Instant> fromTime,
      Optional<Long> toCommit,
      Optional<Instant> toTime,
      String state) {}

  /** A row of {@code input_profiles}. */
  record ProfileRow(
      long version, Optional<LocalDate> night, int days, Map<String, Double> figures) {}

  /** A row of {@code evidence}, as the gain of the newer subject. */
  record EvidenceRow(
      long version,
      String newer,
      String older,
      String window,
      String segment,
      MetricName name,
      long users,
      RelativeGain gain) {}
}
