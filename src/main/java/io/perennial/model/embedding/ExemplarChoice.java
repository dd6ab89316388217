package io.perennial.model.embedding;

import io.perennial.model.RememberedEvents;
import io.perennial.model.embedding.ExemplarChoice.Chosen;
import io.perennial.model.embedding.ExemplarChoice.Input;
import io.perennial.model.embedding.replay.Exemplars;
import io.perennial.model.embedding.replay.Herding;
import io.perennial.model.embedding.replay.Replay;
import io.perennial.model.embedding.rounds.Partition;
import io.perennial.model.embedding.rounds.Work;
import io.perennial.model.embedding.rounds.WorkerState;
import io.perennial.model.embedding.step.Examples;
import io.perennial.model.embedding.step.Objective;
import java.io.Serializable;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a worker would remember of its events, with keys as of the model of tonight: of every
 * behaviour by the scores of the main head.
 */
final class ExemplarChoice implements Work<Input, Chosen> {
  private static final long serialVersionUID = 1L;

  /**
   * What is shared.
   *
   * @param form of tonight's scores
   * @param itemIndices of every item row
   * @param itemRows rows for dot products, {@code items × form.length()}
   * @param before what was remembered before
   */
  record Input(
      Replay replay, ScoreForm form, int[] itemIndices, float[] itemRows, RememberedEvents before)
      implements Serializable {}

  /**
   * A worker's choice.
   *
   * @param exemplars with their keys
   * @param lookedAt places of those among what was remembered before that were candidates again
   */
  record Chosen(RememberedEvents exemplars, int[] lookedAt) implements Serializable {}

  @Override
  public Chosen apply(WorkerState state, Input input) {
    boolean again = input.replay().selection() != Replay.Selection.RESERVOIR;
    int taken = again ? state.training().size() : state.fresh();
    RememberedEvents all =
        RememberedEvents.concatenated(
            List.of(
                events(state, input, state.training(), state.trainingTimes(), taken),
                events(
                    state,
                    input,
                    state.validation(),
                    state.validationTimes(),
                    state.validation().size())));
    RememberedEvents chosen =
        input.replay().selection() == Replay.Selection.HERDING ? herded(state, input, all) : all;
    return new Chosen(
        Exemplars.bounded(chosen, input.replay().owner(), input.replay().most()),
        again ? places(input.before(), all) : new int[0]);
  }

  /** Places of the remembered events that are among some others. */
  private static int[] places(RememberedEvents before, RememberedEvents candidates) {
    Set<Event> events = new HashSet<>();
    for (int n = 0; n < candidates.size(); n++) {
      events.add(Event.of(candidates, n));
    }
    int[] places = new int[before.size()];
    int found = 0;
    for (int n = 0; n < before.size(); n++) {
      if (events.contains(Event.of(before, n))) {
        places[found++] = n;
      }
    }
    return Arrays.copyOf(places, found);
  }

  /** What makes an event another than those that are remembered. */
  private record Event(int user, int item, int head) {
    static Event of(RememberedEvents events, int n) {
      return new Event(events.users()[n], events.items()[n], events.behaviours()[n]);
    }
  }

  private static RememberedEvents events(
      WorkerState state, Input input, Examples examples, long[] times, int count) {
    RememberedEvents events =
        new RememberedEvents(
            new int[count],
            new int[count],
            new int[count],
            new float[count],
            Arrays.copyOf(times, count),
            new float[count]);
    float[] userRows = input.form().userRows(state.users().values(), state.users().count());
    int length = input.form().length();
    for (int n = 0; n < count; n++) {
      events.users()[n] = state.indices()[examples.users()[n]];
      events.items()[n] = input.itemIndices()[examples.items()[n]];
      events.values()[n] = examples.targets()[n];
      events.behaviours()[n] = examples.heads()[n];
      if (input.replay().selection() == Replay.Selection.RESERVOIR) {
        long hash = Partition.seed(events.users()[n], events.items()[n]);
        events.keys()[n] = (hash >>> 40) * 0x1.0p-24f;
      } else {
        float score = 0;
        for (int c = 0; c < length; c++) {
          score +=
              userRows[examples.users()[n] * length + c]
                  * input.itemRows()[examples.items()[n] * length + c];
        }
        float away = score - examples.targets()[n];
        events.keys()[n] = input.form().objective() == Objective.RATING ? away * away : -score;
      }
    }
    return events;
  }

  /** Those that herding chooses among each owner's, with their ranks as keys. */
  private static RememberedEvents herded(WorkerState state, Input input, RememberedEvents all) {
    boolean byUser = input.replay().owner() == Replay.Owner.USER;
    RememberedEvents sorted = Exemplars.bounded(all, input.replay().owner(), Integer.MAX_VALUE);
    int[] owners = byUser ? sorted.users() : sorted.items();
    int dimension = input.form().dimension();
    int length = input.form().length();
    float[] userRows = input.form().userRows(state.users().values(), state.users().count());
    for (int from = 0; from < sorted.size(); ) {
      int to = from + 1;
      while (to < sorted.size() && owners[to] == owners[from]) {
        to++;
      }
      float[] vectors = new float[(to - from) * dimension];
      for (int n = from; n < to; n++) {
        int row =
            byUser
                ? Arrays.binarySearch(input.itemIndices(), sorted.items()[n])
                : Arrays.binarySearch(state.indices(), sorted.users()[n]);
        System.arraycopy(
            byUser ? input.itemRows() : userRows,
            row * length,
            vectors,
            (n - from) * dimension,
            dimension);
      }
      int[] ranks = Herding.ranks(vectors, to - from, dimension, input.replay().most());
      for (int n = from; n < to; n++) {
        sorted.keys()[n] = ranks[n - from];
      }
      from = to;
    }
    int most = input.replay().most();
    return sorted.where(p -> sorted.keys()[p] < most);
  }
}
