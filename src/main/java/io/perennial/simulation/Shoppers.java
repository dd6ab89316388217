package io.perennial.simulation;

import io.perennial.simulation.RandomStream.Purpose;
import java.io.Serializable;

/** The users: when they come and what they like. Nothing is stored; all follows from the seed. */
final class Shoppers implements Serializable {
  private static final long serialVersionUID = 1L;

  /** What a user's taste does over time. */
  enum Group {
    RETIRED,
    DRIFTING,
    STEADY
  }

  private final StoreDefinition definition;

  Shoppers(StoreDefinition definition) {
    this.definition = definition;
  }

  /** The user's group; constant. */
  Group group(int user) {
    double at = RandomStream.unit(definition.seed(), Purpose.USER_GROUP, user, 0, 0);
    if (at < definition.retiredGroup()) {
      return Group.RETIRED;
    }
    return at < definition.retiredGroup() + definition.driftingGroup()
        ? Group.DRIFTING
        : Group.STEADY;
  }

  /** First day on which the user is known, counted from 0. */
  int firstDay(int user) {
    if (user < definition.users()) {
      return 0;
    }
    return 1 + (user - definition.users()) / definition.newUsersPerDay();
  }

  /** First day on which retired users no longer come. */
  int retirementDay() {
    return (definition.days() + 1) / 2;
  }

  /**
   * Chance that the user, once known, comes on a day: uniform over users around the mean share, as
   * wide as 0 and 1 allow.
   */
  double visitChance(int user) {
    double share = definition.returningShare();
    double width = Math.min(share, 1 - share);
    double at = RandomStream.unit(definition.seed(), Purpose.USER_ACTIVITY, user, 0, 0);
    return share + width * (2 * at - 1);
  }

  /** Whether a user comes on a day: surely on the first day of a new user. */
  boolean visits(int user, int day) {
    int first = firstDay(user);
    if (day < first) {
      return false;
    }
    if (day == first && first > 0) {
      return true;
    }
    double at = RandomStream.unit(definition.seed(), Purpose.VISIT, user, day, 0);
    return at < visitChance(user) && (day < retirementDay() || group(user) != Group.RETIRED);
  }

  /** Expected number of visitors of a day. */
  double expectedVisitors(int day) {
    int fresh = day == 0 ? 0 : definition.newUsersPerDay();
    double known = definition.population(day) - fresh;
    double staying = day < retirementDay() ? 1 : 1 - definition.retiredGroup();
    return known * definition.returningShare() * staying + fresh;
  }

  /**
   * The taste on a day, of length 1: a·cos(nφ) + b·sin(nφ) with n the day and a, b two orthogonal
   * directions of the user; constant for those who do not drift.
   */
  double[] taste(int user, int day) {
    int dimensions = definition.tasteDimensions();
    RandomStream stream = RandomStream.of(definition.seed(), Purpose.USER_TASTE, user, 0, 0);
    double[] taste = new double[dimensions];
    direction(stream, taste);
    if (definition.driftPerDay() == 0 || group(user) != Group.DRIFTING) {
      return taste;
    }
    double[] other = new double[dimensions];
    double length;
    do {
      direction(stream, other);
      double along = 0;
      for (int k = 0; k < dimensions; k++) {
        along += taste[k] * other[k];
      }
      double squares = 0;
      for (int k = 0; k < dimensions; k++) {
        other[k] -= along * taste[k];
        squares += other[k] * other[k];
      }
      length = StrictMath.sqrt(squares);
    } while (length < 1e-3);
    double cosine = StrictMath.cos(day * definition.driftPerDay());
    double sine = StrictMath.sin(day * definition.driftPerDay()) / length;
    for (int k = 0; k < dimensions; k++) {
      taste[k] = cosine * taste[k] + sine * other[k];
    }
    return taste;
  }

  /** Natural id of a user: any string, as in a real shop. */
  static String id(int user) {
    String number = ItemCatalogue.number(user);
    if (user % 89 == 7) {
      return "ü-" + number;
    }
    return user % 101 == 11 ? "用户-" + number : "u-" + number;
  }

  /** Fills in a random direction, uniform on the unit sphere. */
  static void direction(RandomStream stream, double[] direction) {
    double length;
    do {
      double squares = 0;
      for (int k = 0; k < direction.length; k++) {
        direction[k] = stream.nextGaussian();
        squares += direction[k] * direction[k];
      }
      length = StrictMath.sqrt(squares);
    } while (length < 1e-9);
    for (int k = 0; k < direction.length; k++) {
      direction[k] /= length;
    }
  }
}
