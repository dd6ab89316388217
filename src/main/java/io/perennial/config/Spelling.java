package io.perennial.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.text.similarity.JaroWinklerSimilarity;

/** Finds the key that was probably meant. */
final class Spelling {
  private static final double CLOSE = 0.8;

  /** Names that other tools use for the same thing. */
  private static final Map<String, String> ELSEWHERE =
      Map.ofEntries(
          Map.entry("usercol", "source.columns.user_id"),
          Map.entry("itemcol", "source.columns.item_id"),
          Map.entry("ratingcol", "source.columns.value"),
          Map.entry("factors", "model.rank"),
          Map.entry("iterations", "model.maxIter"),
          Map.entry("lambda", "model.regParam"),
          Map.entry("regularization", "model.regParam"),
          Map.entry("timezone", "zone"));

  private final JaroWinklerSimilarity similarity = new JaroWinklerSimilarity();
  private final Collection<String> everyPath;

  Spelling(Collection<String> everyPath) {
    this.everyPath = List.copyOf(everyPath);
  }

  /**
   * A sentence with the nearest known path: the same name in another section, the nearest in the
   * same section, a name of other tools, the nearest anywhere; empty where nothing is near.
   */
  String nearest(String path, String key, Collection<String> sameSection) {
    return exact(key)
        .or(() -> closest(key, sameSection))
        .or(() -> elsewhere(key))
        .or(() -> closest(key, everyPath))
        .filter(candidate -> !candidate.equals(path))
        .map(candidate -> " Did you mean " + candidate + "?")
        .orElseGet(
            () ->
                sameSection.isEmpty()
                    ? ""
                    : " Known here: " + String.join(", ", sameSection) + ".");
  }

  private Optional<String> elsewhere(String key) {
    return Optional.ofNullable(ELSEWHERE.get(key.toLowerCase(Locale.ROOT)))
        .filter(everyPath::contains);
  }

  private Optional<String> exact(String key) {
    return everyPath.stream().filter(path -> path.endsWith("." + key)).findFirst();
  }

  private Optional<String> closest(String key, Collection<String> paths) {
    return paths.stream()
        .max(Comparator.comparingDouble((String path) -> likeness(key, path)))
        .filter(path -> likeness(key, path) >= CLOSE);
  }

  private double likeness(String key, String path) {
    String name = path.substring(path.lastIndexOf('.') + 1);
    return similarity.apply(key.toLowerCase(Locale.ROOT), name.toLowerCase(Locale.ROOT));
  }
}
