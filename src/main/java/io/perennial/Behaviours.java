package io.perennial;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * What people do, and what each kind counts: the event types that are learnt, with weights. The
 * main one comes first, that of the greatest weight (of equals the first by name), the others by
 * name; a behaviour is known by its place.
 *
 * @param weights by event type, each from {@value #LEAST} to {@value #MOST}; empty: nobody tells
 *     types apart
 */
public record Behaviours(Map<String, Double> weights) implements Serializable {
  /** Least weight. */
  public static final double LEAST = 1e-6;

  /** Greatest weight. */
  public static final double MOST = 1e6;

  private static final int MOST_BEHAVIOURS = 64;

  /** All types are alike. */
  public static final Behaviours NONE = new Behaviours(Map.of());

  public Behaviours {
    if (weights.size() > MOST_BEHAVIOURS) {
      throw new IllegalArgumentException(
          "behaviours may be " + MOST_BEHAVIOURS + " at most, got " + weights.size());
    }
    weights.forEach(Behaviours::check);
    Map<String, Double> ordered = new LinkedHashMap<>();
    weights.entrySet().stream()
        .min(
            Comparator.comparingDouble((Map.Entry<String, Double> one) -> -one.getValue())
                .thenComparing(Map.Entry.comparingByKey()))
        .ifPresent(main -> ordered.put(main.getKey(), main.getValue()));
    weights.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(one -> ordered.putIfAbsent(one.getKey(), one.getValue()));
    weights = Collections.unmodifiableMap(ordered);
  }

  private static void check(String name, double weight) {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("behaviours: an event type has no name");
    }
    if (!(weight >= LEAST && weight <= MOST)) {
      throw new IllegalArgumentException(
          "behaviours." + name + " must be a number from 0.000001 to 1000000, got " + weight);
    }
  }

  /** Whether types are told apart. */
  public boolean isPresent() {
    return !weights.isEmpty();
  }

  /** Their event types, the main one first. */
  public List<String> names() {
    return List.copyOf(weights.keySet());
  }

  /** Number of kinds of events that are learnt; 1 where all are alike. */
  public int size() {
    return Math.max(1, weights.size());
  }

  /** Weights by place. */
  public double[] byPlace() {
    double[] all = new double[size()];
    Arrays.fill(all, 1);
    int place = 0;
    for (double weight : weights.values()) {
      all[place++] = weight;
    }
    return all;
  }

  /** Place of an event type; nothing where it is not learnt. */
  public OptionalInt place(String name) {
    int place = names().indexOf(name);
    return place < 0 ? OptionalInt.empty() : OptionalInt.of(place);
  }
}
