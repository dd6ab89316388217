package io.perennial.model.feature;

import java.util.Objects;
import java.util.Optional;

/**
 * The tables of features that a pipeline file names.
 *
 * @param items features of items
 * @param users features of users
 */
public record FeatureTables(Optional<FeatureTable> items, Optional<FeatureTable> users) {
  /** Nothing is known but events. */
  public static final FeatureTables NONE = new FeatureTables(Optional.empty(), Optional.empty());

  public FeatureTables {
    Objects.requireNonNull(items, "items");
    Objects.requireNonNull(users, "users");
  }

  /** Whether there is any. */
  public boolean any() {
    return items.isPresent() || users.isPresent();
  }
}
