package io.perennial.gate;

/**
 * Rules of input drift: how far tonight's input may lie from what recent nights looked like.
 *
 * <p>Every rule asks for two things before it refuses a night: the figure has left its tolerance
 * (below), and it is unusual by the scatter of the recent nights themselves (robust z from median
 * and median absolute deviation, after weekday effects are taken out). So a data set that varies
 * much by nature raises its own limits, and one that never varies is not refused for a trifle.
 *
 * @param recentNights how many recent nights are looked at, at most; default 56
 * @param minimalNights recent nights below which only {@code maximalShare} applies; default 5
 * @param sensitivity divides the z limits of all rules: 2 refuses twice as readily, 0.5 half as;
 *     default 1
 * @param rowsLoss relative loss of rows a day, and of users a day, that is tolerated; default 0.45
 * @param rowsGain times the usual rows a day, and users a day, that is tolerated; default 3
 * @param rowsPerUserLoss relative loss of rows per user and day; default 0.26
 * @param rowsPerUserGain times the usual rows per user and day; default 2.5
 * @param hoursLoss relative loss of the hours of the day that events spread over; default 0.24
 * @param userShareGain times the usual share of the busiest user; default 2
 * @param userShareFloor share of the busiest user that is always tolerated; default 0.3
 * @param itemShareGain times the usual share of the most frequent item; default 2.5
 * @param itemShareFloor share of the most frequent item that is always tolerated; default 0.05
 * @param itemDivergence increase over the usual distance (total variation, 0 to 1) between
 *     tonight's and the recent distribution of items; default 0.1
 * @param newItemShare increase over the usual share of events with items never seen; default 0.2
 * @param repeatLiftChange factor, either way, by which users may repeat their own items more or
 *     less often than usual; default 1.8
 * @param maximalShare share of one user, and of one item, that is refused while there are too few
 *     recent nights to compare with; default 0.5
 */
public record DriftOptions(
    int recentNights,
    int minimalNights,
    double sensitivity,
    double rowsLoss,
    double rowsGain,
    double rowsPerUserLoss,
    double rowsPerUserGain,
    double hoursLoss,
    double userShareGain,
    double userShareFloor,
    double itemShareGain,
    double itemShareFloor,
    double itemDivergence,
    double newItemShare,
    double repeatLiftChange,
    double maximalShare) {
  public static final DriftOptions DEFAULT =
      new DriftOptions(
          56, 5, 1.0, 0.45, 3.0, 0.26, 2.5, 0.24, 2.0, 0.3, 2.5, 0.05, 0.1, 0.2, 1.8, 0.5);

  public DriftOptions {
    if (minimalNights < 3 || recentNights < minimalNights) {
      throw new IllegalArgumentException(
          "gate.drift: minimalNights must be at least 3 and recentNights not below it, got "
              + minimalNights
              + " and "
              + recentNights);
    }
    positive("sensitivity", sensitivity);
    share("rowsLoss", rowsLoss);
    factor("rowsGain", rowsGain);
    share("rowsPerUserLoss", rowsPerUserLoss);
    factor("rowsPerUserGain", rowsPerUserGain);
    share("hoursLoss", hoursLoss);
    factor("userShareGain", userShareGain);
    share("userShareFloor", userShareFloor);
    factor("itemShareGain", itemShareGain);
    share("itemShareFloor", itemShareFloor);
    share("itemDivergence", itemDivergence);
    share("newItemShare", newItemShare);
    factor("repeatLiftChange", repeatLiftChange);
    share("maximalShare", maximalShare);
  }

  private static void positive(String key, double value) {
    if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("gate.drift." + key + " must be positive, got " + value);
    }
  }

  private static void share(String key, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(
          "gate.drift." + key + " must lie between 0 and 1, got " + value);
    }
  }

  private static void factor(String key, double value) {
    if (!(value >= 1 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "gate.drift." + key + " is a factor of at least 1, got " + value);
    }
  }
}
