package io.perennial.evaluation;

import io.perennial.model.Scorer;
import java.io.Serializable;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Measures every subject on some cases: the whole arithmetic of an evaluation, the same whether it
 * runs in the driver or in a task.
 */
final class CaseEvaluation implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Floats of one block of scores at most: 16 MB. */
  private static final int BLOCK_FLOATS = 4 << 20;

  private final MetricColumns columns;
  private final Scorer fallback;
  private final BitSet oldItems;
  private final BitSet catalogue;
  private final int catalogueSize;

  /** −log2 of each item's probability; the last entry is an item's without events. */
  private final float[] information;

  private final PoissonKey poisson;

  /** A rating at or above it is liked; NaN where nobody asks. */
  private final double liked;

  /** What the bootstrap's weights are drawn from. */
  record PoissonKey(long seed, String night, int replicates) implements Serializable {}

  CaseEvaluation(
      MetricColumns columns,
      Scorer fallback,
      BitSet oldItems,
      BitSet catalogue,
      float[] information,
      PoissonKey poisson,
      double liked) {
    this.columns = columns;
    this.fallback = fallback;
    this.oldItems = oldItems;
    this.catalogue = catalogue;
    this.catalogueSize = catalogue.cardinality();
    this.information = information;
    this.poisson = poisson;
    this.liked = liked;
  }

  /** Measures these cases, in blocks of bounded memory. */
  WindowTally measure(List<UserCase> cases, Measured[] subjects) {
    WindowTally tally = new WindowTally(columns, poisson.replicates());
    PoissonWeights weights =
        new PoissonWeights(poisson.seed(), poisson.night(), poisson.replicates());
    int[] drawn = new int[poisson.replicates()];
    int width = fallback.itemCount();
    for (Measured subject : subjects) {
      width = Math.max(width, subject.width());
    }
    int block = Math.max(1, Math.min(cases.size(), BLOCK_FLOATS / Math.max(1, width)));
    double[] values = new double[block * columns.count()];
    double[] row = new double[columns.count()];
    for (int from = 0; from < cases.size(); from += block) {
      List<UserCase> some = cases.subList(from, Math.min(cases.size(), from + block));
      Arrays.fill(values, 0);
      if (columns.rankings()) {
        rank(some, subjects, values, tally);
      } else {
        predict(some, subjects, values, tally);
      }
      for (int n = 0; n < some.size(); n++) {
        System.arraycopy(values, n * columns.count(), row, 0, row.length);
        weights.fill(some.get(n).user(), drawn);
        tally.add(row, drawn);
        for (int s = 0; s < MetricColumns.SEGMENTS; s++) {
          tally.users[s] += row[s] > 0 ? 1 : 0;
        }
      }
    }
    return tally;
  }

  private void rank(List<UserCase> cases, Measured[] subjects, double[] values, WindowTally tally) {
    RankedRow room = new RankedRow(columns.largestCutOff());
    SegmentItems[] segments = new SegmentItems[cases.size()];
    for (int n = 0; n < segments.length; n++) {
      segments[n] = new SegmentItems(cases.get(n), oldItems);
      for (Segment segment : Segment.values()) {
        if (segments[n].of(segment).length > 0) {
          values[n * columns.count() + columns.denominator(segment)] = 1;
        }
      }
    }
    for (int s = 0; s < subjects.length; s++) {
      BlockRanks ranks = new BlockRanks(cases, subjects[s], fallback, room, poisson.seed());
      for (int n = 0; n < cases.size(); n++) {
        UserCase user = cases.get(n);
        int at = n * columns.count();
        RankedRow ranked = ranks.all(n);
        for (int c = 0; c < columns.cutOffs().length; c++) {
          BitSet recommended = tally.recommended[s * columns.cutOffs().length + c];
          for (int r = 0; r < Math.min(columns.cutOffs()[c], ranked.size()); r++) {
            recommended.set(ranked.item(r));
          }
        }
        for (Segment segment : Segment.values()) {
          int[] relevant = segments[n].of(segment);
          if (segment != Segment.FIRST_TIME && relevant.length > 0) {
            double auc = ranked.areaUnderCurve(relevant, catalogueSize, known(relevant));
            fill(values, at + columns.first(s, segment), ranked, relevant, auc);
          }
        }
        int[] firstTime = segments[n].of(Segment.FIRST_TIME);
        if (firstTime.length > 0) {
          RankedRow others = ranks.firstTime(n, firstTime);
          double auc =
              others.areaUnderCurve(
                  firstTime, catalogueSize - known(user.seenItems()), known(firstTime));
          fill(values, at + columns.first(s, Segment.FIRST_TIME), others, firstTime, auc);
        }
      }
    }
  }

  private void fill(double[] values, int column, RankedRow ranked, int[] relevant, double auc) {
    boolean[] hits = new boolean[ranked.size()];
    double[] bits = new double[ranked.size()];
    for (int r = 0; r < hits.length; r++) {
      int item = ranked.item(r);
      hits[r] = Arrays.binarySearch(relevant, item) >= 0;
      bits[r] = information[Math.min(item, information.length - 1)];
    }
    int c = column;
    for (int k : columns.cutOffs()) {
      values[c++] = RankingMetrics.ndcg(hits, k, relevant.length);
      values[c++] = RankingMetrics.recall(hits, k, relevant.length);
      values[c++] = RankingMetrics.precision(hits, k);
      values[c++] = RankingMetrics.averagePrecision(hits, k, relevant.length);
      values[c++] = RankingMetrics.reciprocalRank(hits, k);
      values[c++] = RankingMetrics.hitRate(hits, k);
      values[c++] = RankingMetrics.novelty(bits, hits.length, k);
    }
    values[c] = auc;
  }

  private int known(int[] items) {
    int count = 0;
    for (int item : items) {
      if (catalogue.get(item)) {
        count++;
      }
    }
    return count;
  }

  /** Errors over the pairs that every subject can predict, so that all answer the same test. */
  private void predict(
      List<UserCase> cases, Measured[] subjects, double[] values, WindowTally tally) {
    int pairs = 0;
    int[] starts = new int[cases.size() + 1];
    for (int n = 0; n < cases.size(); n++) {
      pairs += cases.get(n).items().length;
      starts[n + 1] = pairs;
    }
    float[][] predictions = new float[subjects.length][pairs];
    for (int s = 0; s < subjects.length; s++) {
      subjects[s].predict(cases, starts, predictions[s]);
      for (float score : predictions[s]) {
        if (Float.isFinite(score)) {
          tally.predicted[s]++;
        }
      }
    }
    tally.pairs += pairs;
    for (int n = 0; n < cases.size(); n++) {
      SegmentItems segments = new SegmentItems(cases.get(n), oldItems);
      int[] items = cases.get(n).items();
      for (int p = 0; p < items.length; p++) {
        int pair = starts[n] + p;
        boolean common = true;
        for (float[] prediction : predictions) {
          common &= Float.isFinite(prediction[pair]);
        }
        if (common && !Double.isNaN(liked)) {
          int truth = isLiked(cases.get(n).values()[p]);
          for (int s = 0; s < subjects.length; s++) {
            tally.count(s, truth, isLiked(predictions[s][pair]));
          }
        }
        for (Segment segment : Segment.values()) {
          if (!common || Arrays.binarySearch(segments.of(segment), items[p]) < 0) {
            continue;
          }
          values[n * columns.count() + columns.denominator(segment)]++;
          for (int s = 0; s < subjects.length; s++) {
            double error = (double) predictions[s][pair] - cases.get(n).values()[p];
            int column = n * columns.count() + columns.first(s, segment);
            values[column] += error * error;
            values[column + 1] += Math.abs(error);
          }
        }
      }
    }
  }

  private int isLiked(float rating) {
    return rating >= liked ? 1 : 0;
  }
}
