package io.perennial.simulation;

import java.io.Serializable;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Everything that decides what a generated store contains: the same definition gives the same
 * events. Valid once built.
 *
 * @param seed of every random choice
 * @param users users known on the first day
 * @param items items on sale on the first day
 * @param days length of the store's life
 * @param firstDay its first day, in {@code zone}
 * @param zone where the shop's clock stands; a day is a day of this zone
 * @param eventsPerDay target, mean over the days (weekends are busier)
 * @param tasteDimensions length of tastes and features, 2 to 256
 * @param tasteStrength β: an item is chosen with a chance in proportion to popularity ·
 *     exp(β·taste·feature), both of length 1; 0: popularity alone
 * @param zipfExponent s: popularity falls with rank as rank^−s
 * @param returningShare share of the known users that come on a day, mean over users
 * @param newUsersPerDay users that come for the first time, every day but the first
 * @param driftPerDay radians by which the taste of a drifting user turns a day: the cosine between
 *     tastes n days apart is cos(n·driftPerDay)
 * @param driftingGroup share of users whose taste drifts
 * @param retiredGroup share of users who never come after the middle of the store's life; their
 *     taste is steady. What remains of 1 is steady too
 * @param launchesPerDay items launched, mean over days
 * @param retirementsPerDay items retired, mean over days
 * @param repeatPropensity share of events that go to one of the user's five favourites, which are
 *     chosen anew, by the taste of then, every thirty days
 * @param meanSessionLength events of a session, mean; shorter where the visitors of a day would
 *     make more events than {@code eventsPerDay}
 * @param viewShare share of events that are views; the others are purchases ({@link
 *     Feedback#PURCHASES} only)
 * @param badRowShare share of the raw rows that are malformed; they come on top of the events
 * @param lateShare share of events that are delivered in a later day's file; never those of the
 *     last day
 * @param maxLateDays days by which a late event comes late: uniform from 1 to this, up to 31
 * @param epochDays days between two records of the users' tastes in the truth tables
 * @param feedback purchases and views, or ratings
 * @param format of the raw files
 */
public record StoreDefinition(
    long seed,
    int users,
    int items,
    int days,
    LocalDate firstDay,
    ZoneId zone,
    double eventsPerDay,
    int tasteDimensions,
    double tasteStrength,
    double zipfExponent,
    double returningShare,
    int newUsersPerDay,
    double driftPerDay,
    double driftingGroup,
    double retiredGroup,
    double launchesPerDay,
    double retirementsPerDay,
    double repeatPropensity,
    double meanSessionLength,
    double viewShare,
    double badRowShare,
    double lateShare,
    int maxLateDays,
    int epochDays,
    Feedback feedback,
    RawFormat format)
    implements Serializable {

  /** What users leave behind. */
  public enum Feedback {
    /** Event types {@code purchase} (value: quantity) and {@code view} (value: 1). */
    PURCHASES,
    /**
     * Event type {@code rating}; value 1 to 5, from how well the item meets the taste, and noise.
     */
    RATINGS
  }

  public StoreDefinition {
    within("users", users, 1, 500_000_000);
    within("items", items, 2, 20_000_000);
    within("days", days, 1, 20_000);
    Objects.requireNonNull(firstDay, "firstDay");
    Objects.requireNonNull(zone, "zone");
    within("tasteDimensions", tasteDimensions, 2, 256);
    within("tasteStrength", tasteStrength, 0, 50);
    within("zipfExponent", zipfExponent, 0, 5);
    within("returningShare", returningShare, 0, 1);
    within("newUsersPerDay", newUsersPerDay, 0, 10_000_000);
    within("driftPerDay", driftPerDay, 0, Math.PI);
    within("driftingGroup", driftingGroup, 0, 1);
    within("retiredGroup", retiredGroup, 0, 1);
    within("driftingGroup + retiredGroup", driftingGroup + retiredGroup, 0, 1);
    within("launchesPerDay", launchesPerDay, 0, 1_000_000);
    within("retirementsPerDay", retirementsPerDay, 0, 1_000_000);
    within("repeatPropensity", repeatPropensity, 0, 1);
    within("meanSessionLength", meanSessionLength, 1, 1_000);
    within("viewShare", viewShare, 0, 1);
    within("badRowShare", badRowShare, 0, 0.9);
    within("lateShare", lateShare, 0, 1);
    within("maxLateDays", maxLateDays, 1, 31);
    within("epochDays", epochDays, 1, 20_000);
    Objects.requireNonNull(feedback, "feedback");
    Objects.requireNonNull(format, "format");
    within("eventsPerDay", eventsPerDay, 1, 1e10);
    within("users in all", users + (double) newUsersPerDay * (days - 1), 1, 2_000_000_000);
    within("items in all", items + launchesPerDay * days, 2, 50_000_000);
    if (retirementsPerDay * days > 0.9 * items) {
      throw new InvalidStoreException(
          "Cannot retire "
              + retirementsPerDay
              + " items a day for "
              + days
              + " days from a catalogue of "
              + items
              + ": at most nine tenths of it may go. Lower retirementsPerDay or days, or raise"
              + " items.");
    }
    double mostUsers = users + (double) newUsersPerDay * (days - 1);
    double mostVisitors = mostUsers * returningShare + newUsersPerDay;
    if (mostVisitors > 0.8 * eventsPerDay) {
      throw new InvalidStoreException(
          String.format(
              Locale.ROOT,
              "Cannot make %.0f events a day with up to %.0f visitors a day: each visitor leaves"
                  + " at least one, and quiet days have fewer. Raise eventsPerDay, or lower users,"
                  + " returningShare or newUsersPerDay.",
              eventsPerDay,
              mostVisitors));
    }
    double fewestVisitors = users * returningShare * (1 - retiredGroup) + newUsersPerDay;
    if (fewestVisitors < 1 || eventsPerDay / (fewestVisitors * meanSessionLength) > 200) {
      throw new InvalidStoreException(
          String.format(
              Locale.ROOT,
              "Cannot make %.0f events a day with as few as %.1f visitors a day: more than 200"
                  + " sessions for each. Raise users, returningShare or meanSessionLength.",
              eventsPerDay,
              fewestVisitors));
    }
  }

  /**
   * The store of the demo: 600 users, 300 items, 45 days of about 2,000 events from 1 October 2025
   * in Berlin, with drift, launches, late events and a few bad rows.
   */
  public static StoreDefinition small() {
    return new StoreDefinition(
        1L,
        600,
        300,
        45,
        LocalDate.of(2025, 10, 1),
        ZoneId.of("Europe/Berlin"),
        2_000,
        8,
        7.0,
        0.8,
        0.4,
        4,
        0.01,
        0.5,
        0.05,
        0.5,
        0.25,
        0.25,
        5,
        0.2,
        0.005,
        0.02,
        2,
        7,
        Feedback.PURCHASES,
        RawFormat.CSV_GZ);
  }

  /**
   * A store of about so many events over 120 days, for measurements: one user for a hundred events,
   * items growing with the square root (1,500 for 100,000 events, 15,000 for 10 million).
   */
  public static StoreDefinition sized(long events) {
    if (events < 10_000) {
      throw new InvalidStoreException(
          "A sized store needs at least 10000 events, got " + events + ".");
    }
    return small()
        .with(
            Map.of(
                "days", "120",
                "eventsPerDay", Double.toString(events / 120.0),
                "users", Long.toString(Math.max(100, events / 100)),
                "items", Long.toString(Math.max(200, Math.round(4.75 * Math.sqrt(events)))),
                "returningShare", "0.1",
                "newUsersPerDay", Long.toString(events / 50_000),
                "driftPerDay", "0.005",
                "launchesPerDay", "1",
                "retirementsPerDay", "0.5"));
  }

  /** The small store with ratings from 1 to 5 instead of purchases. */
  public static StoreDefinition smallWithRatings() {
    return small()
        .with(Map.of("feedback", "RATINGS", "tasteStrength", "2", "repeatPropensity", "0"));
  }

  /**
   * The same store with some figures replaced.
   *
   * @param figures name of a component to its value as text
   * @throws InvalidStoreException for an unknown name or an impossible value
   */
  public StoreDefinition with(Map<String, String> figures) {
    return StoreProperties.replace(this, figures);
  }

  /** Target number of events in all. */
  public double targetEvents() {
    return eventsPerDay * days;
  }

  /** Users that exist on a day, counted from 0; their indices are 0 to this. */
  int population(int day) {
    return users + newUsersPerDay * day;
  }

  /** Items launched up to and with a day, counted from 0. */
  int launched(int day) {
    return items + (int) (launchesPerDay * day);
  }

  private static void within(String name, double value, double least, double most) {
    if (!(value >= least && value <= most)) {
      throw new InvalidStoreException(
          "Cannot generate a store with "
              + name
              + " = "
              + value
              + ": it must lie between "
              + least
              + " and "
              + most
              + ".");
    }
  }
}
