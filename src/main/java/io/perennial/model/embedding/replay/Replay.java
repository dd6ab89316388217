package io.perennial.model.embedding.replay;

import java.io.Serializable;
import java.util.Objects;

/**
 * Which past events are seen again, and how much they count then.
 *
 * @param most of each owner, 0: none
 * @param owner whose events are counted
 * @param selection which ones stay with the version, where they are remembered
 * @param weight of a replayed event beside a new one, above 0; it fades like others by its age
 * @param from where they come from
 * @param others users whose histories are seen besides, that many times tonight's users, drawn anew
 *     every night; from histories only
 */
public record Replay(
    int most, Owner owner, Selection selection, double weight, Source from, double others)
    implements Serializable {
  /** Where past events come from. */
  public enum Source {
    /** From what the version remembers, a bounded part of all that it learnt. */
    EXEMPLARS,
    /**
     * From the histories of tonight's users: of each the pairs of which most is left. A pair counts
     * what is left of all its events. A version remembers nothing besides.
     */
    HISTORY
  }

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

  /** Nothing is seen again. */
  public static final Replay NONE = new Replay(0, Owner.USER, Selection.RESERVOIR, 1);

  /** Of what a version remembers. */
  public Replay(int most, Owner owner, Selection selection, double weight) {
    this(most, owner, selection, weight, Source.EXEMPLARS, 0);
  }

  /** Of what tonight's users did before. */
  public static Replay ofHistory(int most, double weight) {
    return ofHistory(most, weight, 0);
  }

  /** Of what tonight's users did before, and so many times as many others. */
  public static Replay ofHistory(int most, double weight, double others) {
    return new Replay(most, Owner.USER, Selection.RESERVOIR, weight, Source.HISTORY, others);
  }

  public Replay {
    Objects.requireNonNull(owner, "owner");
    Objects.requireNonNull(selection, "selection");
    Objects.requireNonNull(from, "from");
    if (most < 0 || most > 10_000) {
      throw new IllegalArgumentException(
          "distillation.replay.most must lie between 0 and 10000, got " + most);
    }
    if (!(weight > 0) || Double.isInfinite(weight)) {
      throw new IllegalArgumentException(
          "distillation.replay.weight must be above 0, got " + weight);
    }
    if (!(others >= 0) || others > 100) {
      throw new IllegalArgumentException(
          "distillation.replay.others must lie between 0 and 100, got " + others);
    }
    if (from == Source.EXEMPLARS && others > 0) {
      throw new IllegalArgumentException(
          "distillation.replay.others are users whose histories are seen again; set"
              + " distillation.replay.from: history, or leave it out.");
    }
    if (from == Source.HISTORY && selection != Selection.RESERVOIR) {
      throw new IllegalArgumentException(
          "distillation.replay.selection says which events a version remembers, and with from:"
              + " history it remembers none. Set distillation.replay.from: exemplars, or leave it"
              + " out.");
    }
    if (from == Source.HISTORY && owner == Owner.ITEM) {
      throw new IllegalArgumentException(
          "distillation.replay.from: history is what users did; set distillation.replay.owner:"
              + " user, or from: exemplars.");
    }
  }

  /** How many events of an owner a version remembers. */
  public int remembered() {
    return from == Source.EXEMPLARS ? most : 0;
  }

  /** Whether histories of users are read. */
  public boolean readsHistory() {
    return from == Source.HISTORY && most > 0;
  }

  /** The same owner and selection, of what a version remembers. */
  public Replay remembering(int otherMost, double otherWeight) {
    return new Replay(otherMost, owner, selection, otherWeight);
  }
}
