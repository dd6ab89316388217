package io.perennial.model.embedding.rounds;

import io.perennial.model.FactorRows;
import io.perennial.model.RememberedEvents;
import io.perennial.model.embedding.replay.Exemplars;
import io.perennial.model.embedding.replay.Replay;
import io.perennial.model.embedding.replay.ReplayWeight;
import io.perennial.model.embedding.step.Examples;
import io.perennial.model.embedding.step.Heads;
import io.perennial.model.embedding.step.ParameterRows;
import io.perennial.model.embedding.step.Recipe;
import io.perennial.model.feature.EncodedFeatures;
import io.perennial.model.feature.SparseRows;
import io.perennial.model.history.InteractionHistory;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;

/**
 * How a training begins: where rows start and which examples a worker has.
 *
 * @param recipe of a step
 * @param spread standard deviation of a new embedding around the common vector, times √dimension
 * @param meanUser where new users begin; empty: around the common vector
 * @param itemIndices of every item row, increasing
 * @param held new examples that are held back
 * @param replayWeight what replayed events count
 * @param touchedItems item rows with new events
 * @param userTower makes rows of users whose features are known
 * @param seed of every random choice
 * @param heads of the behaviours
 * @param past how what users did before becomes events
 */
public record Beginning(
    Recipe recipe,
    double spread,
    float[] meanUser,
    int[] itemIndices,
    HeldBack held,
    ReplayWeight replayWeight,
    boolean[] touchedItems,
    UserTower userTower,
    long seed,
    Heads heads,
    PastPairs past)
    implements Serializable {
  private static final long USERS = 1;
  private static final long ITEMS = 2;

  /** Of one behaviour, without features of users. */
  public Beginning(
      Recipe recipe,
      double spread,
      float[] meanUser,
      int[] itemIndices,
      HeldBack held,
      ReplayWeight replayWeight,
      boolean[] touchedItems,
      long seed) {
    this(
        recipe,
        spread,
        meanUser,
        itemIndices,
        held,
        replayWeight,
        touchedItems,
        UserTower.NONE,
        seed,
        Heads.ONE,
        new PastPairs(1, Integer.MAX_VALUE));
  }

  /**
   * Rows of some entities: the parent's where it has one, else where new ones begin.
   *
   * @param parent rows of width w
   * @param moments rows of width 2w with the same indices
   * @param mean where new rows begin; empty: around the common vector
   * @param inputs of the rows
   * @param made by a tower of those that have inputs, where they begin if they are new
   */
  private ParameterRows rows(
      int[] indices,
      FactorRows parent,
      FactorRows moments,
      float[] mean,
      SparseRows inputs,
      float[] made,
      long side) {
    int width = recipe.width();
    ParameterRows rows =
        ParameterRows.fresh(width, new float[Math.multiplyExact(indices.length, width)]);
    for (int n = 0; n < indices.length; n++) {
      int at = parent.position(indices[n]);
      if (at >= 0) {
        int from = moments.position(indices[n]);
        if (from < 0) {
          throw new IllegalArgumentException("Index " + indices[n] + " has a row but no moments");
        }
        System.arraycopy(parent.values(), at * width, rows.values(), n * width, width);
        System.arraycopy(moments.values(), from * 2 * width, rows.first(), n * width, width);
        System.arraycopy(
            moments.values(), from * 2 * width + width, rows.second(), n * width, width);
        rows.steps()[n] = (int) moments.eventCounts()[from];
      } else if (inputs.has(n)) {
        System.arraycopy(made, n * width, rows.values(), n * width, width);
      } else if (mean.length > 0) {
        System.arraycopy(mean, 0, rows.values(), n * width, width);
      } else {
        around(indices[n], rows.values(), n * width, side);
      }
    }
    return rows;
  }

  private void around(int index, float[] values, int at, long side) {
    SplittableRandom random = new SplittableRandom(Partition.seed(seed, side, index));
    double deviation = spread / Math.sqrt(recipe.dimension());
    for (int c = 0; c < recipe.dimension(); c++) {
      values[at + c] = (float) (recipe.centre() + deviation * random.nextGaussian());
    }
  }

  /** Rows of every item. */
  public ParameterRows items(FactorRows parent, FactorRows moments, float[] mean) {
    return items(parent, moments, mean, SparseRows.NONE, new float[0]);
  }

  /**
   * Rows of every item.
   *
   * @param inputs of item rows
   * @param made by the items' tower of those that have inputs, where new ones begin
   */
  public ParameterRows items(
      FactorRows parent, FactorRows moments, float[] mean, SparseRows inputs, float[] made) {
    return rows(itemIndices, parent, moments, mean, inputs, made, ITEMS);
  }

  /**
   * What is remembered and worth a replay tonight: events of users or items that are touched, which
   * do not come again tonight. Others would move nothing.
   *
   * @param news new events of a worker, sorted
   * @param remembered events of its users
   * @return sorted by user and item
   */
  public EventRows again(EventRows news, RememberedEvents remembered) {
    RememberedEvents chosen =
        Exemplars.bounded(
            remembered.where(
                p ->
                    Arrays.binarySearch(news.users(), remembered.users()[p]) >= 0
                        || touchedItems[Arrays.binarySearch(itemIndices, remembered.items()[p])]),
            Replay.Owner.USER,
            Integer.MAX_VALUE);
    RememberedEvents others = chosen.where(p -> !in(news, chosen, p));
    float[] weights = new float[others.size()];
    for (int n = 0; n < weights.length; n++) {
      int head = others.behaviours()[n];
      double left = heads.rated()[head] ? replayWeight.fresh() : replayWeight.of(others.times()[n]);
      weights[n] = (float) (left * heads.weights()[head]);
    }
    return new EventRows(
        others.users(),
        others.items(),
        others.values(),
        weights,
        others.times(),
        others.behaviours());
  }

  /**
   * What a worker's users did before, as events of the main head.
   *
   * @param histories of its users, or of more users
   * @param own which users are the worker's
   * @return sorted by user and item
   */
  public EventRows again(InteractionHistory histories, IntPredicate own) {
    List<EventRows> parts = new ArrayList<>();
    for (int at = 0; at < histories.users().length; at++) {
      if (own.test(histories.users()[at])) {
        parts.add(again(histories, at));
      }
    }
    return EventRows.concatenated(parts);
  }

  /** What the user at a place of some histories did, as events of the main head. */
  public EventRows again(InteractionHistory histories, int at) {
    return past.events(histories, at, itemIndices, recipe.learnsRatings(), replayWeight);
  }

  /**
   * A worker as it begins.
   *
   * @param news its new events, sorted
   * @param again events that are seen again, sorted by user and item
   * @param parent rows of its users, or of more users
   * @param moments of the same users
   */
  public WorkerState worker(
      int id, EventRows news, EventRows again, FactorRows parent, FactorRows moments) {
    return worker(id, news, again, parent, moments, EncodedFeatures.NONE);
  }

  /**
   * A worker as it begins.
   *
   * @param encoded features of its users, or of more users
   */
  public WorkerState worker(
      int id,
      EventRows news,
      EventRows again,
      FactorRows parent,
      FactorRows moments,
      EncodedFeatures encoded) {
    int[] indices = EventRows.distinct(EventRows.concatenated(List.of(news, again)).users());
    SparseRows inputs = userTower.rows().isPresent() ? encoded.by(indices) : SparseRows.NONE;
    float[] made = userTower.rows().rows(inputs, recipe.width());
    ParameterRows users = rows(indices, parent, moments, meanUser, inputs, made, USERS);
    boolean[] known = new boolean[indices.length];
    float[] learnt = new float[indices.length];
    float[] counts = new float[indices.length];
    for (int n = 0; n < indices.length; n++) {
      int at = parent.position(indices[n]);
      known[n] = at >= 0;
      learnt[n] = at >= 0 ? parent.eventCounts()[at] : 0f;
    }
    for (int user : news.users()) {
      counts[Arrays.binarySearch(indices, user)]++;
    }
    EventRows tonight = news.where(n -> !held.holds(news.times()[n]));
    EventRows kept = news.where(n -> held.holds(news.times()[n]));
    int[] older = EventRows.distinct(tonight.users());
    IntPredicate tells =
        n ->
            Arrays.binarySearch(older, kept.users()[n]) >= 0
                && held.items()[Arrays.binarySearch(itemIndices, kept.items()[n])];
    EventRows measured = kept.where(tells);
    EventRows withheld = EventRows.concatenated(List.of(measured, kept.where(tells.negate())));
    EventRows learntEvents = EventRows.concatenated(List.of(tonight, again));
    return new WorkerState(
        id,
        indices,
        users,
        users,
        known,
        learnt,
        counts,
        userTower.features(inputs, recipe),
        tonight.size(),
        examples(learntEvents, indices),
        examples(withheld, indices),
        measured.size(),
        learntEvents.times(),
        withheld.times());
  }

  /** Whether a remembered event comes again tonight; events are sorted by user, item, behaviour. */
  private static boolean in(EventRows news, RememberedEvents replays, int place) {
    int low = 0;
    int high = news.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int c = Integer.compare(news.users()[middle], replays.users()[place]);
      c = c != 0 ? c : Integer.compare(news.items()[middle], replays.items()[place]);
      c = c != 0 ? c : Integer.compare(news.heads()[middle], replays.behaviours()[place]);
      if (c == 0) {
        return true;
      }
      if (c < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return false;
  }

  private Examples examples(EventRows events, int[] indices) {
    int size = events.size();
    int[] users = new int[size];
    int[] items = new int[size];
    for (int n = 0; n < size; n++) {
      users[n] = Arrays.binarySearch(indices, events.users()[n]);
      items[n] = Arrays.binarySearch(itemIndices, events.items()[n]);
    }
    return new Examples(users, items, events.values(), events.weights(), events.heads());
  }
}
