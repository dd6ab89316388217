package io.perennial.model.embedding.rounds;

import io.perennial.Progress;
import io.perennial.model.TrainingLoss;
import io.perennial.model.embedding.rounds.RoundInput.Shared;
import io.perennial.model.embedding.step.ExplodedLossException;
import io.perennial.model.embedding.step.StepLoss;
import java.util.ArrayList;
import java.util.List;

/**
 * Trains for some epochs: in every round all workers learn from their examples, then what they made
 * of the items is combined.
 */
public final class LocalSgd {
  /** A loss so many times that of the first epoch has left the road. */
  private static final double EXPLODED = 1e3;

  private final Course course;
  private final EarlyStopping stopping;

  public LocalSgd(Course course, EarlyStopping stopping) {
    this.course = course;
    this.stopping = stopping;
  }

  /**
   * A finished training.
   *
   * @param shared parameters of all; those of users are with the workers
   * @param losses of every epoch
   * @param best epoch after which parameters were these; 0: as they began
   */
  public record Trained(Shared shared, List<TrainingLoss> losses, int best) {}

  /**
   * Trains; afterwards the workers hold the users of the best epoch, or of the last one where
   * nothing is held back.
   *
   * @throws ExplodedLossException where a loss is not finite, or far beyond that of the first epoch
   */
  public Trained train(Workers workers, Shared begin, Progress progress) {
    Shared shared = begin;
    Shared best = begin;
    int bestEpoch = 0;
    List<TrainingLoss> losses = new ArrayList<>();
    double least = validation(workers, shared, 0, losses);
    boolean measured = !Double.isNaN(least);
    workers.keep();
    double first = Double.NaN;
    int without = 0;
    for (int epoch = 0; epoch < course.epochs() && without < stopping.patience(); epoch++) {
      StepLoss loss = StepLoss.NONE;
      for (int round = 0; round < course.roundsPerEpoch(); round++) {
        List<RoundResult> results =
            workers.advance(new RoundInput(course, shared, epoch, round), new Round());
        shared = Combination.of(shared, results);
        for (RoundResult result : results) {
          loss = loss.plus(result.loss());
        }
      }
      first = Double.isNaN(first) ? loss.meanTask() : first;
      check(loss.meanTask() + loss.meanTeaching(), first);
      losses.add(new TrainingLoss(epoch + 1, TrainingLoss.TRAINING, loss.meanTask()));
      losses.add(new TrainingLoss(epoch + 1, TrainingLoss.TEACHING, loss.meanTeaching()));
      progress.advance(1);
      if (measured) {
        double now = validation(workers, shared, epoch + 1, losses);
        check(now, first);
        without = now < least ? 0 : without + 1;
        if (now < least) {
          least = now;
          best = shared;
          bestEpoch = epoch + 1;
          workers.keep();
        }
      }
    }
    if (measured) {
      workers.restore();
      return new Trained(best, List.copyOf(losses), bestEpoch);
    }
    return new Trained(shared, List.copyOf(losses), course.epochs());
  }

  private static void check(double loss, double first) {
    if (!Double.isFinite(loss) || loss > EXPLODED * (first + 1)) {
      throw new ExplodedLossException(loss);
    }
  }

  /** Mean loss of what is held back; NaN where nothing is. */
  private double validation(Workers workers, Shared shared, int epoch, List<TrainingLoss> losses) {
    if (stopping.share() == 0) {
      return Double.NaN;
    }
    StepLoss sum = StepLoss.NONE;
    for (StepLoss loss : workers.each(new RoundInput(course, shared, epoch, 0), new Validation())) {
      sum = sum.plus(loss);
    }
    if (sum.examples() == 0) {
      return Double.NaN;
    }
    losses.add(new TrainingLoss(epoch, TrainingLoss.VALIDATION, sum.meanTask()));
    return sum.meanTask();
  }
}
