package io.perennial.model.embedding.rounds;

import io.perennial.model.embedding.step.Examples;
import io.perennial.model.embedding.step.ParameterRows;
import io.perennial.model.embedding.step.SideFeatures;
import java.io.Serializable;
import java.util.Objects;

/**
 * What one worker holds: its users and their examples. Nothing of it is changed; a round makes
 * another one with other rows.
 *
 * @param id in [0, workers)
 * @param indices of its users, increasing
 * @param users their rows now
 * @param teacher their rows in the parent; those without one are {@code users} as they began
 * @param known those that the parent has
 * @param learnt events that each row had learnt from before
 * @param counts examples of each user that are new; 0: it is there for a replay and stays as it is
 * @param features what a step knows of their rows beside events
 * @param fresh number of new examples to learn from
 * @param training examples to learn from: new ones, then replayed ones
 * @param validation new examples that are held back
 * @param measured so many of them, the first, are measured on: of users and items that have older
 *     ones
 * @param trainingTimes epoch milliseconds of each example to learn from
 * @param validationTimes likewise of those that are held back
 */
public record WorkerState(
    int id,
    int[] indices,
    ParameterRows users,
    ParameterRows teacher,
    boolean[] known,
    float[] learnt,
    float[] counts,
    SideFeatures features,
    int fresh,
    Examples training,
    Examples validation,
    int measured,
    long[] trainingTimes,
    long[] validationTimes)
    implements Serializable {
  public WorkerState {
    Objects.requireNonNull(training, "training");
    Objects.requireNonNull(validation, "validation");
    if (users.count() != indices.length
        || teacher.count() != indices.length
        || known.length != indices.length
        || learnt.length != indices.length
        || counts.length != indices.length
        || fresh > training.size()
        || measured > validation.size()
        || trainingTimes.length != training.size()
        || validationTimes.length != validation.size()) {
      throw new IllegalArgumentException("The users of a worker do not fit together");
    }
  }

  /** The same with other rows of its users. */
  public WorkerState with(ParameterRows others) {
    return new WorkerState(
        id,
        indices,
        others,
        teacher,
        known,
        learnt,
        counts,
        features,
        fresh,
        training,
        validation,
        measured,
        trainingTimes,
        validationTimes);
  }

  /** Users that must not move: those without a new example. */
  boolean[] still() {
    boolean[] still = new boolean[counts.length];
    for (int n = 0; n < still.length; n++) {
      still[n] = !(counts[n] > 0);
    }
    return still;
  }

  /** Events behind each row once tonight is learnt, 1 or more. */
  float[] evidence() {
    float[] sums = new float[counts.length];
    for (int n = 0; n < sums.length; n++) {
      sums[n] = Math.max(1, learnt[n] + counts[n]);
    }
    return sums;
  }
}
