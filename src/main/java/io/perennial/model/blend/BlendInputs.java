package io.perennial.model.blend;

import io.perennial.model.FactorRows;
import io.perennial.model.Scorer;
import io.perennial.model.history.ItemStatistics;
import io.perennial.model.history.Past;
import io.perennial.model.scoring.FactorScorer;
import java.io.Serializable;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/**
 * Everything that the blend looks at for some users: the model's scores, what like items have in
 * common, and what was known of items and users at an instant. Nothing in it may be younger than
 * what it is to predict.
 */
public final class BlendInputs implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Added to scores, so that those near zero are not told apart by their logs. */
  private static final float FLOOR = 0.01f;

  private static final float LOG_FLOOR = (float) Math.log(FLOOR);

  private final Scorer model;
  private final Scorer taste;
  private final ItemTraits traits;
  private final int[] users;
  private final PastTraits[] pasts;

  private BlendInputs(
      Scorer model, Scorer taste, ItemTraits traits, int[] users, PastTraits[] pasts) {
    this.model = model;
    this.taste = taste;
    this.traits = traits;
    this.users = users;
    this.pasts = pasts;
  }

  /**
   * For some users.
   *
   * @param model that knows them
   * @param items a vector of every item, in which like items point the same way
   * @param sortedUsers those who are to be scored
   * @param pasts what each had done before the instant
   * @param statistics items as of the instant
   */
  public static BlendInputs of(
      Scorer model,
      FactorRows items,
      int[] sortedUsers,
      List<Past> pasts,
      ItemStatistics statistics,
      Instant now) {
    FactorRows directions = ItemTraits.directions(items);
    PastTraits[] traits = new PastTraits[sortedUsers.length];
    float[] tastes = new float[Math.multiplyExact(sortedUsers.length, items.rank())];
    for (int n = 0; n < traits.length; n++) {
      traits[n] = new PastTraits(pasts.get(n), now.toEpochMilli());
      traits[n].addTaste(directions, tastes, n * items.rank());
    }
    FactorRows rows =
        new FactorRows(items.rank(), sortedUsers, tastes, new float[sortedUsers.length]);
    return new BlendInputs(
        model,
        new FactorScorer(rows, directions),
        ItemTraits.of(model.itemCount(), statistics, now),
        sortedUsers,
        traits);
  }

  Scorer model() {
    return model;
  }

  ItemTraits traits() {
    return traits;
  }

  int itemCount() {
    return model.itemCount();
  }

  /** What a user had done; null for one who was not among those named. */
  PastTraits past(int user) {
    int at = Arrays.binarySearch(users, user);
    return at < 0 ? null : pasts[at];
  }

  /** Logs of the model's scores, row by row; NaN where it has none. */
  void scores(int[] wanted, float[] out) {
    model.score(wanted, out);
    int count = wanted.length * itemCount();
    for (int n = 0; n < count; n++) {
      out[n] = log(out[n]);
    }
  }

  /**
   * A score of the model as the blend takes it: its log above zero, a line below; NaN stays. It
   * increases everywhere, so that an untaught blend ranks as the model does.
   */
  static float log(float score) {
    return score < 0 ? LOG_FLOOR + score : (float) Math.log(score + FLOOR);
  }

  /** Cosines of items with the users' tastes, row by row; 0 where there is none. */
  void tastes(int[] wanted, float[] out) {
    int width = itemCount();
    int known = taste.itemCount();
    float[] rows = known == width ? out : new float[wanted.length * known];
    taste.score(wanted, rows);
    if (rows != out) {
      Arrays.fill(out, 0, wanted.length * width, 0);
      for (int n = 0; n < wanted.length; n++) {
        System.arraycopy(rows, n * known, out, n * width, Math.min(known, width));
      }
    }
    for (int n = 0; n < wanted.length * width; n++) {
      if (!Float.isFinite(out[n])) {
        out[n] = 0;
      }
    }
  }

  /**
   * Every feature of the nth item of a user's past.
   *
   * @param score log of the model's
   * @param taste cosine with the user's taste, the item's own part in it
   */
  void fill(PastTraits past, int n, float score, float taste, double[] x) {
    fill(traits, past, n, score, taste, x);
  }

  /** The same, of items whose traits are given. */
  static void fill(
      ItemTraits traits, PastTraits past, int n, float score, float taste, double[] x) {
    fill(traits, past.past().items()[n], past, n, score, taste, x);
  }

  /**
   * The same, of an item that its traits know by another name.
   *
   * @param name of the item in the traits
   */
  static void fill(
      ItemTraits traits, int name, PastTraits past, int n, float score, float taste, double[] x) {
    shared(traits, name, score, (float) past.tasteWithout(n, taste), x);
    past.fill(n, x);
  }

  /** The features of an item that the user did not have; the others are not touched. */
  void shared(int item, float score, float taste, double[] x) {
    shared(traits, item, score, taste, x);
  }

  private static void shared(ItemTraits traits, int item, float score, float taste, double[] x) {
    x[BlendFeature.SCORE.ordinal()] = score;
    x[BlendFeature.TASTE.ordinal()] = taste;
    for (int f = BlendFeature.RECENT.ordinal(); f < BlendFeature.SHARED; f++) {
      x[f] = traits.of(f, item);
    }
  }
}
