package io.perennial.recommendation;

import java.util.Optional;
import java.util.Set;

/**
 * Which items may be recommended, whatever their scores.
 *
 * @param allow natural ids of the only items that may; empty: all
 * @param deny natural ids of items that may not, though allowed
 */
public record ItemRules(Optional<Set<String>> allow, Set<String> deny) {
  /** Everything may be recommended. */
  public static final ItemRules NONE = new ItemRules(Optional.empty(), Set.of());

  public ItemRules {
    allow = allow.map(Set::copyOf);
    deny = Set.copyOf(deny);
  }

  boolean permits(String item) {
    return !deny.contains(item) && (allow.isEmpty() || allow.get().contains(item));
  }
}
