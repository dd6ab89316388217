package io.perennial.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StoreTest {
  private static final StoreDefinition SMALL = StoreDefinition.small();

  private record Seen(int day, int user, int item, String type, double value, long time) {}

  @Test
  void eventsOfAllDaysComeNearTheTarget() {
    assertThat((double) all(new Store(SMALL)).size())
        .isCloseTo(SMALL.targetEvents(), within(0.02 * SMALL.targetEvents()));
    StoreDefinition busy = SMALL.with(Map.of("eventsPerDay", "9000"));
    assertThat((double) all(new Store(busy)).size())
        .isCloseTo(busy.targetEvents(), within(0.02 * busy.targetEvents()));
    StoreDefinition quiet = SMALL.with(Map.of("eventsPerDay", "500"));
    assertThat((double) all(new Store(quiet)).size())
        .isCloseTo(quiet.targetEvents(), within(0.03 * quiet.targetEvents()));
  }

  @Test
  void everyEventLiesInItsDayOfTheZoneAlsoWhereTheClockChanges() {
    Map<LocalDate, Long> lengths =
        Map.of(LocalDate.of(2025, 10, 26), 25L, LocalDate.of(2026, 3, 29), 23L);
    for (Map.Entry<LocalDate, Long> change : lengths.entrySet()) {
      StoreDefinition definition =
          SMALL.with(
              Map.of("firstDay", change.getKey().toString(), "days", "1", "eventsPerDay", "40000"));
      long start = change.getKey().atStartOfDay(SMALL.zone()).toInstant().toEpochMilli();
      long end = start + change.getValue() * 3_600_000;
      int[] hours = new int[25];
      for (Seen event : all(new Store(definition))) {
        assertThat(event.time()).isBetween(start, end - 1);
        hours[(int) ((event.time() - start) / 3_600_000)]++;
      }
      for (int hour = 0; hour < change.getValue(); hour++) {
        assertThat(hours[hour]).as("hour %d of %s", hour, change.getKey()).isPositive();
      }
      assertThat(hours[3]).as("night").isLessThan(hours[19] / 4);
    }
  }

  @Test
  void everyEventLiesInItsDayAlsoWhereTheClockChangesAtMidnightOrByHalfAnHour() {
    Map<String, String> changes =
        Map.of(
            "America/Sao_Paulo", "2018-11-04",
            "America/Havana", "2025-11-02",
            "Australia/Lord_Howe", "2026-04-05",
            "Asia/Kathmandu", "2026-01-01");
    for (Map.Entry<String, String> change : changes.entrySet()) {
      StoreDefinition definition =
          SMALL.with(Map.of("zone", change.getKey(), "firstDay", change.getValue(), "days", "1"));
      List<Seen> events = all(new Store(definition));
      assertThat(events).hasSizeGreaterThan(1500);
      for (Seen event : events) {
        assertThat(
                java.time.Instant.ofEpochMilli(event.time())
                    .atZone(definition.zone())
                    .toLocalDate())
            .as(change.getKey())
            .isEqualTo(definition.firstDay());
      }
    }
  }

  @Test
  void shareOfKnownUsersComesEachDayAndNewUsersComeAtOnce() {
    StoreDefinition definition = SMALL.with(Map.of("retiredGroup", "0"));
    double known = 0;
    double came = 0;
    Store store = new Store(definition);
    for (int day = 1; day < definition.days(); day++) {
      Set<Integer> users = new HashSet<>();
      happened(store, day).forEach(event -> users.add(event.user()));
      int fresh = 0;
      for (int user = definition.population(day - 1); user < definition.population(day); user++) {
        assertThat(users).contains(user);
        fresh++;
      }
      assertThat(fresh).isEqualTo(definition.newUsersPerDay());
      assertThat(Collections.max(users)).isLessThan(definition.population(day));
      known += definition.population(day - 1);
      came += users.size() - fresh;
    }
    assertThat(came / known).isCloseTo(definition.returningShare(), within(0.02));
  }

  @Test
  void retiredUsersNeverComeAfterTheMiddle() {
    StoreDefinition definition = SMALL.with(Map.of("retiredGroup", "0.3"));
    Store store = new Store(definition);
    Set<Integer> early = new HashSet<>();
    Set<Integer> late = new HashSet<>();
    for (Seen event : all(store)) {
      if (event.user() < definition.users()
          && store.shoppers().group(event.user()) == Shoppers.Group.RETIRED) {
        (event.day() < store.shoppers().retirementDay() ? early : late).add(event.user());
      }
    }
    assertThat(late).isEmpty();
    assertThat(early.size() / (double) definition.users()).isCloseTo(0.3, within(0.06));
  }

  @Test
  void itemsAreBoughtOnlyBetweenLaunchAndRetirement() {
    StoreDefinition definition =
        SMALL.with(Map.of("launchesPerDay", "3", "retirementsPerDay", "4"));
    Store store = new Store(definition);
    Set<Integer> launched = new HashSet<>();
    for (Seen event : all(store)) {
      assertThat(event.day())
          .isBetween(
              store.catalogue().launchDay(event.item()),
              store.catalogue().retirementDay(event.item()) - 1);
      if (store.catalogue().launchDay(event.item()) > 0) {
        launched.add(event.item());
      }
    }
    assertThat(launched).hasSizeGreaterThan(110);
  }

  @Test
  void zipfExponentIsFoundAgainInTheEvents() {
    Map<String, String> popularityAlone =
        Map.of("tasteStrength", "0", "repeatPropensity", "0", "launchesPerDay", "0");
    for (double exponent : new double[] {0.5, 0.8, 1.1}) {
      StoreDefinition plain =
          SMALL
              .with(popularityAlone)
              .with(
                  Map.of(
                      "zipfExponent", Double.toString(exponent),
                      "retirementsPerDay", "0",
                      "eventsPerDay", "6000"));
      assertThat(slope(plain)).isCloseTo(exponent, within(0.05));
    }
    assertThat(slope(SMALL)).as("with tastes").isCloseTo(0.8, within(0.12));
  }

  @Test
  void tasteTurnsByTheDriftOfEachDayAndOnlyForTheDriftingGroup() {
    StoreDefinition definition = SMALL.with(Map.of("driftPerDay", "0.03"));
    Shoppers shoppers = new Shoppers(definition);
    int drifting = 0;
    for (int user = 0; user < definition.users(); user++) {
      double[] first = shoppers.taste(user, 4);
      for (int later : new int[] {5, 14, 44}) {
        double cosine = dot(first, shoppers.taste(user, later));
        if (shoppers.group(user) == Shoppers.Group.DRIFTING) {
          assertThat(cosine).isCloseTo(Math.cos(0.03 * (later - 4)), within(1e-9));
        } else {
          assertThat(cosine).isCloseTo(1, within(1e-12));
        }
      }
      drifting += shoppers.group(user) == Shoppers.Group.DRIFTING ? 1 : 0;
    }
    assertThat(drifting / (double) definition.users()).isCloseTo(0.5, within(0.07));
  }

  @Test
  void repeatPropensityMakesUsersBuyTheSameItemsAgain() {
    double without = repeats(SMALL.with(Map.of("items", "5000", "repeatPropensity", "0")));
    double with = repeats(SMALL.with(Map.of("items", "5000", "repeatPropensity", "0.6")));
    assertThat(with).isGreaterThan(without + 0.2);
  }

  @Test
  void ratingsFollowTheMatchOfTasteAndItem() {
    Store store = new Store(StoreDefinition.smallWithRatings());
    double[] sums = new double[6];
    int[] counts = new int[6];
    for (Seen event : all(store)) {
      assertThat(event.type()).isEqualTo("rating");
      assertThat(event.value()).isIn(1.0, 2.0, 3.0, 4.0, 5.0);
      int stars = (int) event.value();
      sums[stars] +=
          store.catalogue().match(store.shoppers().taste(event.user(), event.day()), event.item());
      counts[stars]++;
    }
    for (int stars = 1; stars <= 5; stars++) {
      assertThat(counts[stars]).isGreaterThan(1000);
      if (stars > 1) {
        assertThat(sums[stars] / counts[stars])
            .isGreaterThan(sums[stars - 1] / counts[stars - 1] + 0.1);
      }
    }
  }

  @Test
  void lateEventsComeInALaterFileAndNoneIsLostOrDoubled() {
    StoreDefinition definition = SMALL.with(Map.of("lateShare", "0.1", "maxLateDays", "4"));
    Store store = new Store(definition);
    Map<Seen, Integer> balance = new HashMap<>();
    all(store).forEach(event -> balance.merge(event, 1, Integer::sum));
    int[] lateBy = new int[5];
    double rows = 0;
    for (int day = 0; day < definition.days(); day++) {
      List<Seen> file = new ArrayList<>();
      store.delivered(day, event -> file.add(seen(event)));
      for (Seen event : file) {
        balance.merge(event, -1, Integer::sum);
        lateBy[day - event.day()]++;
        rows++;
      }
    }
    assertThat(balance.values()).containsOnly(0);
    assertThat((rows - lateBy[0]) / rows).isCloseTo(0.1, within(0.015));
    assertThat(lateBy[4]).isGreaterThan((int) (0.015 * rows));
  }

  @Test
  void anotherSeedGivesOtherEventsAndTheSameSeedTheSame() {
    Store store = new Store(SMALL);
    List<Seen> day = happened(store, 5);
    assertThat(happened(new Store(SMALL), 5)).isEqualTo(day);
    Set<Seen> other = new HashSet<>(happened(new Store(SMALL.with(Map.of("seed", "2"))), 5));
    other.retainAll(new HashSet<>(day));
    assertThat(other).isEmpty();
  }

  private static double repeats(StoreDefinition definition) {
    Set<Long> pairs = new HashSet<>();
    List<Seen> events = all(new Store(definition));
    int again = 0;
    for (Seen event : events) {
      again += pairs.add(((long) event.user() << 32) | event.item()) ? 0 : 1;
    }
    return again / (double) events.size();
  }

  /** Least-squares slope of log count on log rank over the first hundred items, sign changed. */
  private static double slope(StoreDefinition definition) {
    Store store = new Store(definition);
    double[] counts = new double[store.catalogue().count()];
    all(store).forEach(event -> counts[event.item()]++);
    Arrays.sort(counts);
    double n = 100;
    double x = 0;
    double y = 0;
    double xx = 0;
    double xy = 0;
    for (int rank = 1; rank <= n; rank++) {
      double logRank = Math.log(rank);
      double logCount = Math.log(counts[counts.length - rank]);
      x += logRank;
      y += logCount;
      xx += logRank * logRank;
      xy += logRank * logCount;
    }
    return -(n * xy - x * y) / (n * xx - x * x);
  }

  private static double dot(double[] left, double[] right) {
    double sum = 0;
    for (int k = 0; k < left.length; k++) {
      sum += left[k] * right[k];
    }
    return sum;
  }

  private static List<Seen> all(Store store) {
    List<Seen> events = new ArrayList<>();
    for (int day = 0; day < store.definition().days(); day++) {
      events.addAll(happened(store, day));
    }
    return events;
  }

  private static List<Seen> happened(Store store, int day) {
    List<Seen> events = new ArrayList<>();
    Iterator<Seen> made = store.happened(day, StoreTest::seen);
    made.forEachRemaining(events::add);
    return events;
  }

  private static Seen seen(StoreEvent event) {
    return new Seen(event.day, event.user, event.item, event.type, event.value, event.time);
  }
}
