package io.perennial.model;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A model in the form in which versions are kept, the same for every family.
 *
 * @param family name of the family
 * @param users every user row
 * @param items every item row
 * @param changedUsers the rows that differ from the parent's; empty when all do, as after a rebuild
 * @param changedItems likewise for items
 * @param itemSums what the family has summed up of every item's past, one row an item of any width;
 *     empty where it keeps no such sums
 * @param changedItemSums those that differ from the parent's; empty when all do
 * @param companions more rows of users or items by name, such as moments of an optimiser. A name
 *     says whose rows they are: {@code user_} or {@code item_}, then lower-case letters, digits and
 *     underscores
 * @param remembered past events that the version keeps, all of them; empty where its family keeps
 *     none
 * @param arrays small named arrays: Gramians, dense layers
 * @param attributes small named values
 */
public record ModelState(
    String family,
    FactorTable users,
    FactorTable items,
    Optional<FactorTable> changedUsers,
    Optional<FactorTable> changedItems,
    Optional<FactorTable> itemSums,
    Optional<FactorTable> changedItemSums,
    Map<String, Companion> companions,
    Optional<RememberedEvents> remembered,
    Map<String, double[]> arrays,
    Map<String, String> attributes) {
  /**
   * Rows beside those of users and items, of any width.
   *
   * @param all every row
   * @param changed those that differ from the parent's; empty when all do. Only where users and
   *     items are a delta too
   */
  public record Companion(FactorTable all, Optional<FactorTable> changed) {
    public Companion {
      Objects.requireNonNull(all, "all");
      Objects.requireNonNull(changed, "changed");
    }
  }

  /** Attribute that says how long a vector of either side is, where both are as long. */
  public static final String RANK = "rank";

  /** Begin of the names of companions whose rows are of users. */
  public static final String OF_USERS = "user_";

  /** Attribute that says how many events a version remembered; absent where it keeps none. */
  private static final String REMEMBERED = "remembered_events";

  /** Begin of the attributes that say how long a row of a companion is. */
  private static final String COMPANION = "companion.";

  /**
   * Attribute that says how many numbers a row of the item sums has; 0 or absent: there are none.
   */
  public static final String ITEM_SUMS_WIDTH = "item_sums_width";

  /** Without remembered events. */
  public ModelState(
      String family,
      FactorTable users,
      FactorTable items,
      Optional<FactorTable> changedUsers,
      Optional<FactorTable> changedItems,
      Optional<FactorTable> itemSums,
      Optional<FactorTable> changedItemSums,
      Map<String, Companion> companions,
      Map<String, double[]> arrays,
      Map<String, String> attributes) {
    this(
        family,
        users,
        items,
        changedUsers,
        changedItems,
        itemSums,
        changedItemSums,
        companions,
        Optional.empty(),
        arrays,
        attributes);
  }

  /** Without companions. */
  public ModelState(
      String family,
      FactorTable users,
      FactorTable items,
      Optional<FactorTable> changedUsers,
      Optional<FactorTable> changedItems,
      Optional<FactorTable> itemSums,
      Optional<FactorTable> changedItemSums,
      Map<String, double[]> arrays,
      Map<String, String> attributes) {
    this(
        family,
        users,
        items,
        changedUsers,
        changedItems,
        itemSums,
        changedItemSums,
        Map.of(),
        arrays,
        attributes);
  }

  /** Without sums of items. */
  public ModelState(
      String family,
      FactorTable users,
      FactorTable items,
      Optional<FactorTable> changedUsers,
      Optional<FactorTable> changedItems,
      Map<String, double[]> arrays,
      Map<String, String> attributes) {
    this(
        family,
        users,
        items,
        changedUsers,
        changedItems,
        Optional.empty(),
        Optional.empty(),
        arrays,
        attributes);
  }

  public ModelState {
    Objects.requireNonNull(family, "family");
    Objects.requireNonNull(users, "users");
    Objects.requireNonNull(items, "items");
    if (changedUsers.isPresent() != changedItems.isPresent()) {
      throw new IllegalArgumentException("Either both sides are a delta to the parent or none is");
    }
    if (changedItemSums.isPresent() != (changedItems.isPresent() && itemSums.isPresent())) {
      throw new IllegalArgumentException("Sums of items are a delta where the items are");
    }
    companions = Map.copyOf(companions);
    Map<String, String> told = new HashMap<>(attributes);
    told.keySet().removeIf(key -> key.startsWith(COMPANION) || key.equals(REMEMBERED));
    remembered.ifPresent(events -> told.put(REMEMBERED, Integer.toString(events.size())));
    for (Map.Entry<String, Companion> companion : companions.entrySet()) {
      String name = companion.getKey();
      if (!name.matches("(user|item)_[a-z0-9_]{1,58}")) {
        throw new IllegalArgumentException(
            "A companion's name begins with user_ or item_, whose rows they are, and has lower-case"
                + " letters, digits and underscores; got '"
                + name
                + "'");
      }
      if (companion.getValue().changed().isPresent() && changedItems.isEmpty()) {
        throw new IllegalArgumentException(
            "The companion " + name + " is a delta to the parent, users and items are none");
      }
      told.put(COMPANION + name, Integer.toString(companion.getValue().all().rank()));
    }
    arrays = Map.copyOf(arrays);
    attributes = Map.copyOf(told);
  }

  /** Whether a version keeps events, by its attributes. */
  public static boolean remembers(Map<String, String> attributes) {
    return attributes.containsKey(REMEMBERED);
  }

  /** How long the rows of each companion of a version are, by its attributes. */
  public static Map<String, Integer> companionWidths(Map<String, String> attributes) {
    Map<String, Integer> widths = new TreeMap<>();
    attributes.forEach(
        (key, value) -> {
          if (key.startsWith(COMPANION) && value.matches("[1-9][0-9]{0,5}")) {
            widths.put(key.substring(COMPANION.length()), Integer.parseInt(value));
          }
        });
    return widths;
  }
}
