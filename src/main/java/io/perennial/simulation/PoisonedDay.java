package io.perennial.simulation;

import io.perennial.simulation.RandomStream.Purpose;
import java.time.LocalDate;
import java.util.Objects;
import org.apache.spark.sql.SparkSession;

/**
 * A day's file gone wrong as data go wrong in real shops, so that a gate can be seen to refuse it.
 * The day is made anew from the definition in the store's folder, so that poisoning it twice is the
 * same as once, and {@link Kind#NONE} heals it.
 *
 * @param day the file's day, in the store's zone
 * @param kind what goes wrong
 */
public record PoisonedDay(LocalDate day, Kind kind) {

  /** What goes wrong. */
  public enum Kind {
    /** Nothing: the file as it was delivered. */
    NONE,
    /** Items are mistaken for one another, as by a wrong join with the catalogue. */
    SHUFFLED_ITEMS,
    /** Four events in five are said to be of one user, as by a crawler. */
    ONE_USER,
    /** Three events in five are said to be for one item, as by a paid campaign of clicks. */
    ONE_ITEM_PUSHED,
    /** Every other event is missing, as from a lost shard. */
    HALF_MISSING
  }

  public PoisonedDay {
    Objects.requireNonNull(day, "day");
    Objects.requireNonNull(kind, "kind");
  }

  /**
   * Replaces the day's raw file in a generated store.
   *
   * @param folder what {@link StoreGenerator#generate} wrote
   * @return path of the file
   * @throws OutputFolderException where the folder holds no generated store
   * @throws InvalidStoreException where the day is not one of the store's
   */
  public String rewrite(SparkSession spark, String folder) {
    StoreFolder store = StoreFolder.at(spark, folder);
    StoreDefinition definition = store.readDefinition();
    long number = day.toEpochDay() - definition.firstDay().toEpochDay();
    if (number < 0 || number >= definition.days()) {
      throw new InvalidStoreException(
          "Cannot poison "
              + day
              + ": the store in "
              + folder
              + " lives from "
              + definition.firstDay()
              + " to "
              + definition.firstDay().plusDays(definition.days() - 1L)
              + ".");
    }
    RawDay.write(new Store(definition), (int) number, kind, store);
    return store.rawFile(definition, (int) number);
  }

  /** What stands between the store and the day's file. */
  static StoreEvent.Sink between(Store store, int day, Kind kind, StoreEvent.Sink file) {
    long seed = store.definition().seed();
    int users = store.definition().population(day);
    int items = store.definition().launched(day);
    switch (kind) {
      case SHUFFLED_ITEMS:
        int[] mistaken = ItemCatalogue.permutation(seed, Purpose.POISON, day, items);
        return event -> {
          event.item = mistaken[event.item];
          file.accept(event);
        };
      case ONE_USER:
        int crawler = RandomStream.of(seed, Purpose.POISON, day, 1, 0).nextBelow(users);
        return event -> {
          if (chance(seed, event) < 0.8) {
            event = copy(event);
            event.user = crawler;
          }
          file.accept(event);
        };
      case ONE_ITEM_PUSHED:
        int pushed = pushedItem(store, day);
        return event -> {
          if (chance(seed, event) < 0.6) {
            event.item = pushed;
          }
          file.accept(event);
        };
      case HALF_MISSING:
        return event -> {
          if (chance(seed, event) < 0.5) {
            file.accept(event);
          }
        };
      default:
        return file;
    }
  }

  /** An item on sale that few people buy. */
  private static int pushedItem(Store store, int day) {
    RandomStream stream = RandomStream.of(store.definition().seed(), Purpose.POISON, day, 2, 0);
    int items = store.definition().launched(day);
    int pushed = -1;
    for (int tried = 0; tried < 40 || pushed < 0; tried++) {
      int item = stream.nextBelow(items);
      boolean better =
          pushed < 0 || store.catalogue().popularity(item) < store.catalogue().popularity(pushed);
      if (store.catalogue().onSale(item, day) && better) {
        pushed = item;
      }
    }
    return pushed;
  }

  private static double chance(long seed, StoreEvent event) {
    return RandomStream.unit(seed, Purpose.POISON, event.key, 3, 0);
  }

  /** The session goes on with its own user, whatever the file says. */
  private static StoreEvent copy(StoreEvent event) {
    StoreEvent copy = new StoreEvent();
    copy.user = event.user;
    copy.item = event.item;
    copy.type = event.type;
    copy.value = event.value;
    copy.time = event.time;
    copy.day = event.day;
    copy.key = event.key;
    return copy;
  }
}
