package io.perennial.model;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;

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
    Map<String, double[]> arrays,
    Map<String, String> attributes) {
  /**
   * Attribute that says how many numbers a row of the item sums has; 0 or absent: there are none.
   */
  public static final String ITEM_SUMS_WIDTH = "item_sums_width";

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
    arrays = Map.copyOf(arrays);
    attributes = Map.copyOf(attributes);
  }
}
