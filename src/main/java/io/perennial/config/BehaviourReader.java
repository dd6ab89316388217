package io.perennial.config;

import io.perennial.Behaviours;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads the section {@code behaviours}: its keys are event types of the user's own. */
final class BehaviourReader {
  private BehaviourReader() {}

  /** What each event type counts; all alike where the file does not say. */
  static Behaviours read(YamlSection section) {
    Map<String, Double> weights = new LinkedHashMap<>();
    for (String type : section.keys()) {
      section
          .number(type, Behaviours.LEAST, Behaviours.MOST)
          .ifPresent(weight -> weights.put(type, weight));
    }
    return section.build(() -> new Behaviours(weights)).orElse(Behaviours.NONE);
  }
}
