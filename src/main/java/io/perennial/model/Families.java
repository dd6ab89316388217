package io.perennial.model;

import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeMap;

/** The model families on the class path, by their names. */
public final class Families {
  private Families() {}

  /**
   * The description of a family, if there is one of this name.
   *
   * @throws InvalidFamilyException where a family on the class path cannot be loaded
   */
  public static Optional<FamilyDescription<?, ?>> named(String name) {
    return Optional.ofNullable(all().get(name));
  }

  /**
   * Every family by its name, sorted.
   *
   * @throws InvalidFamilyException where one cannot be loaded, or two have the same name
   */
  public static Map<String, FamilyDescription<?, ?>> all() {
    ClassLoader threads = Thread.currentThread().getContextClassLoader();
    ClassLoader own = Families.class.getClassLoader();
    Map<String, FamilyDescription<?, ?>> found = found(threads == null ? own : threads);
    // A thread of somebody else's may not see us at all.
    return found.isEmpty() ? found(own) : found;
  }

  @SuppressWarnings("rawtypes")
  private static Map<String, FamilyDescription<?, ?>> found(ClassLoader loader) {
    Map<String, FamilyDescription<?, ?>> found = new TreeMap<>();
    try {
      Iterator<FamilyDescription> all =
          ServiceLoader.load(FamilyDescription.class, loader).iterator();
      while (all.hasNext()) {
        FamilyDescription<?, ?> one = all.next();
        check(one);
        FamilyDescription<?, ?> other = found.put(one.name(), one);
        if (other != null) {
          throw new InvalidFamilyException(
              "Two classes on the class path describe a model family called '"
                  + one.name()
                  + "': "
                  + other.getClass().getName()
                  + " and "
                  + one.getClass().getName()
                  + ". Rename one of them, or take its jar away.");
        }
      }
    } catch (ServiceConfigurationError e) {
      throw new InvalidFamilyException(
          "Cannot load a model family from the class path: "
              + e.getMessage()
              + ". Look at META-INF/services/"
              + FamilyDescription.class.getName()
              + " of its jar: each line names a public class with a constructor without"
              + " parameters.",
          e);
    }
    return found;
  }

  private static void check(FamilyDescription<?, ?> family) {
    String name = family.name();
    if (name == null || !name.matches("[a-z][a-z0-9-]{0,62}") || family.presets().isEmpty()) {
      throw new InvalidFamilyException(
          "Cannot use the model family of "
              + family.getClass().getName()
              + ": it needs a name of lower-case letters, digits and dashes (its name is '"
              + name
              + "') and at least one preset (it has "
              + family.presets().size()
              + ").");
    }
  }
}
