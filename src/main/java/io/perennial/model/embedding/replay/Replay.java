package io.perennial.model.embedding.replay;

import java.io.Serializable;
import java.util.Objects;

/**
 * What a version remembers of past events, and how much they count when they are seen again.
 *
 * @param most events kept of each owner, 0: none
 * @param owner whose events are counted
 * @param selection which ones stay
 * @param weight of a replayed event beside a new one, above 0; it fades like others by its age
 */
public record Replay(int most, Owner owner, Selection selection, double weight)
    implements Serializable {
  /** Whose events are bounded. */
  public enum Owner {
    USER,
    ITEM
  }

  /** Which events of an owner stay. */
  public enum Selection {
    /** A uniform sample of all that ever came. */
    RESERVOIR,
    /** Those that the model of the night predicts best. */
    LOSS,
    /**
     * Those whose other side's vectors together come nearest to the mean of all (Rebuffi et al.
     * 2017, algorithm 4); of an item's events each worker chooses among its own, and the firsts of
     * all are taken.
     */
    HERDING
  }

  /** Nothing is kept. */
  public static final Replay NONE = new Replay(0, Owner.ITEM, Selection.RESERVOIR, 1);

  public Replay {
    Objects.requireNonNull(owner, "owner");
    Objects.requireNonNull(selection, "selection");
    if (most < 0 || most > 10_000) {
      throw new IllegalArgumentException(
          "distillation.replay.most must lie between 0 and 10000, got " + most);
    }
    if (!(weight > 0) || Double.isInfinite(weight)) {
      throw new IllegalArgumentException(
          "distillation.replay.weight must be above 0, got " + weight);
    }
  }
}
