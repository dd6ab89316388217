package io.perennial.evaluation;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * Which sum stands in which column of a tally: first one denominator for each segment, then for
 * each subject and segment its metrics. Rankings are averaged over users, errors over pairs.
 */
final class MetricColumns implements Serializable {
  private static final long serialVersionUID = 1L;
  static final int SEGMENTS = Segment.values().length;

  /** One series: a metric of a subject in a segment. */
  record Series(int subject, Segment segment, Metric metric, int k) implements Serializable {}

  private final boolean rankings;
  private final int[] cutOffs;
  private final int subjects;
  private final List<Series> series = new ArrayList<>();

  MetricColumns(boolean rankings, List<Integer> cutOffs, int subjects) {
    this.rankings = rankings;
    this.cutOffs = cutOffs.stream().mapToInt(Integer::intValue).sorted().distinct().toArray();
    this.subjects = subjects;
    for (int subject = 0; subject < subjects; subject++) {
      for (Segment segment : Segment.values()) {
        if (rankings) {
          for (int k : this.cutOffs) {
            for (Metric metric :
                List.of(
                    Metric.NDCG,
                    Metric.RECALL,
                    Metric.PRECISION,
                    Metric.MAP,
                    Metric.MRR,
                    Metric.HITRATE,
                    Metric.NOVELTY)) {
              series.add(new Series(subject, segment, metric, k));
            }
          }
          series.add(new Series(subject, segment, Metric.AUC, 0));
        } else {
          series.add(new Series(subject, segment, Metric.RMSE, 0));
          series.add(new Series(subject, segment, Metric.MAE, 0));
        }
      }
    }
  }

  boolean rankings() {
    return rankings;
  }

  int subjects() {
    return subjects;
  }

  /** Increasing, distinct. */
  int[] cutOffs() {
    return cutOffs;
  }

  int largestCutOff() {
    return cutOffs[cutOffs.length - 1];
  }

  /** Number of columns. */
  int count() {
    return SEGMENTS + series.size();
  }

  List<Series> series() {
    return series;
  }

  /** Column of a segment's denominator. */
  int denominator(Segment segment) {
    return segment.ordinal();
  }

  /** First of the columns of a subject in a segment, in the order of {@link #series}. */
  int first(int subject, Segment segment) {
    int each = rankings ? cutOffs.length * 7 + 1 : 2;
    return SEGMENTS + (subject * SEGMENTS + segment.ordinal()) * each;
  }

  /** Column of a series. */
  int column(int subject, Segment segment, Metric metric, int k) {
    for (int n = 0; n < series.size(); n++) {
      Series s = series.get(n);
      if (s.subject == subject && s.segment == segment && s.metric == metric && s.k == k) {
        return SEGMENTS + n;
      }
    }
    throw new IllegalArgumentException("Not measured: " + metric + "@" + k);
  }
}
