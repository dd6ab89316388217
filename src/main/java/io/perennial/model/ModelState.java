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
 * @param arrays small named arrays: Gramians, dense layers
 * @param attributes small named values
 */
public record ModelState(
    String family,
    FactorTable users,
    FactorTable items,
    Optional<FactorTable> changedUsers,
    Optional<FactorTable> changedItems,
    Map<String, double[]> arrays,
    Map<String, String> attributes) {
  public ModelState {
    Objects.requireNonNull(family, "family");
    Objects.requireNonNull(users, "users");
    Objects.requireNonNull(items, "items");
    if (changedUsers.isPresent() != changedItems.isPresent()) {
      throw new IllegalArgumentException("Either both sides are a delta to the parent or none is");
    }
    arrays = Map.copyOf(arrays);
    attributes = Map.copyOf(attributes);
  }
}
