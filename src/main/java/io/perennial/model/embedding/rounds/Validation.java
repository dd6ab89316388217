package io.perennial.model.embedding.rounds;

import io.perennial.model.embedding.step.Parameters;
import io.perennial.model.embedding.step.StepLoss;
import io.perennial.model.embedding.step.TrainingStep;
import java.util.SplittableRandom;

/** Loss of what a worker holds back, always with the same samples; nothing is learnt. */
public final class Validation implements Work<RoundInput, StepLoss> {
  private static final long serialVersionUID = 1L;

  @Override
  public StepLoss apply(WorkerState state, RoundInput input) {
    Course course = input.course();
    int size = state.measured();
    if (size == 0) {
      return StepLoss.NONE;
    }
    Parameters parameters =
        new Parameters(
            state.users(),
            input.shared().items(),
            input.shared().dense(),
            input.shared().discriminator(),
            input.shared().towers());
    int[] order = new int[size];
    for (int n = 0; n < size; n++) {
      order[n] = n;
    }
    StepLoss loss = StepLoss.NONE;
    try (TrainingStep step = Round.step(state, course, parameters)) {
      for (int from = 0; from < size; from += course.batch()) {
        SplittableRandom random =
            new SplittableRandom(Partition.seed(course.seed(), state.id(), from));
        loss =
            loss.plus(
                step.measure(
                    state.validation(),
                    order,
                    from,
                    Math.min(size, from + course.batch()),
                    random));
      }
    }
    return loss;
  }
}
