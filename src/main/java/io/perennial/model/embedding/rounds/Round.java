package io.perennial.model.embedding.rounds;

import io.perennial.model.embedding.rounds.RoundInput.Shared;
import io.perennial.model.embedding.step.BatchFeatures;
import io.perennial.model.embedding.step.Parameters;
import io.perennial.model.embedding.step.RowEvidence;
import io.perennial.model.embedding.step.StepLoss;
import io.perennial.model.embedding.step.StillRows;
import io.perennial.model.embedding.step.Teacher;
import io.perennial.model.embedding.step.TrainingStep;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * One worker's part of a round: its examples of the round, batch by batch, on its own users and a
 * copy of the items. The order of examples depends on the seed, the worker and the epoch, and so
 * does every other random choice of a batch: where an epoch is cut into rounds makes no difference
 * to a worker that is alone.
 */
public final class Round implements Advance<RoundInput, RoundResult> {
  private static final long serialVersionUID = 1L;

  @Override
  public Advanced<RoundResult> apply(WorkerState state, RoundInput input) {
    Course course = input.course();
    int size = state.training().size();
    int batches = (size + course.batch() - 1) / course.batch();
    int first = (int) ((long) batches * input.round() / course.roundsPerEpoch());
    int end = (int) ((long) batches * (input.round() + 1) / course.roundsPerEpoch());
    Shared shared = input.shared();
    Parameters parameters =
        new Parameters(
            state.users().copy(),
            shared.items().copy(),
            shared.dense().copy(),
            shared.discriminator().copy(),
            shared.towers().copy());
    int[] order = order(size, Partition.seed(course.seed(), state.id(), input.epoch()));
    StepLoss loss = StepLoss.NONE;
    double all = (double) course.epochs() * batches;
    try (TrainingStep step = step(state, course, parameters)) {
      for (int b = first; b < end; b++) {
        double done = (input.epoch() * (double) batches + b) / all;
        double rate =
            course.recipe().adam().learningRate() * course.schedule().factor(done, 1 / all);
        SplittableRandom random =
            new SplittableRandom(Partition.seed(course.seed(), state.id(), input.epoch(), b));
        int from = b * course.batch();
        int to = Math.min(size, from + course.batch());
        loss = loss.plus(step.learn(state.training(), order, from, to, rate, random));
      }
    }
    return new Advanced<>(
        state.with(parameters.users()), moved(shared, parameters, end - first, loss));
  }

  /** Room for a worker's steps. */
  static TrainingStep step(WorkerState state, Course course, Parameters parameters) {
    TaughtItems taught = course.taught();
    Optional<Teacher> teacher =
        taught.isPresent()
            ? Optional.of(
                new Teacher(
                    state.teacher(), state.known(), taught.rows(), taught.known(), taught.dense()))
            : Optional.empty();
    return new TrainingStep(
        course.recipe(),
        parameters,
        new StillRows(state.still(), course.still().items(), course.still().dense()),
        new RowEvidence(state.evidence(), course.itemEvidence()),
        new BatchFeatures(state.features(), course.itemFeatures(), course.alone()),
        course.chances(),
        teacher,
        course.teaching(),
        course.probes(),
        course.heads());
  }

  private static RoundResult moved(Shared before, Parameters after, int batches, StepLoss loss) {
    MovedRows items = MovedRows.between(before.items(), after.items());
    return new RoundResult(
        items.rows(),
        items.values(),
        items.moves(),
        after.dense(),
        after.discriminator(),
        MovedTowers.between(before.towers(), after.towers()),
        batches,
        loss);
  }

  /** The numbers from 0 to size, shuffled. */
  public static int[] order(int size, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] order = new int[size];
    for (int n = 0; n < size; n++) {
      int other = random.nextInt(n + 1);
      order[n] = order[other];
      order[other] = n;
    }
    return order;
  }
}
