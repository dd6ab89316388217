package io.perennial.registry;

import java.util.regex.Pattern;

/** The names that may become partitions. */
final class Names {
  private static final Pattern PIPELINE = Pattern.compile("[a-z0-9][a-z0-9-]{0,99}");
  private static final Pattern ALIAS = Pattern.compile("[a-z][a-z_]{0,49}");
  private static final int RUN_LENGTH = 150;

  private Names() {}

  /** The name itself. */
  static String pipeline(String name) {
    if (name == null || !PIPELINE.matcher(name).matches()) {
      throw new InvalidNameException(
          "Cannot use "
              + quoted(name)
              + " as the name of a pipeline: it must consist of lower-case letters, digits and"
              + " dashes, begin with a letter or digit and have at most 100 characters. Change"
              + " 'name' in the pipeline file.");
    }
    return name;
  }

  static String alias(String name) {
    if (name == null || !ALIAS.matcher(name).matches()) {
      throw new InvalidNameException(
          "Cannot use "
              + quoted(name)
              + " as an alias: it must consist of lower-case letters. Known are champion, previous"
              + " and challenger.");
    }
    return name;
  }

  static String run(String id) {
    if (id == null
        || id.isBlank()
        || id.length() > RUN_LENGTH
        || id.chars().anyMatch(c -> c < ' ' || c == 127 || Character.isSurrogate((char) c))) {
      throw new InvalidNameException(
          "Cannot use "
              + quoted(id)
              + " as the name of a run: it must have 1 to "
              + RUN_LENGTH
              + " characters and no control characters.");
    }
    return id;
  }

  private static String quoted(String name) {
    if (name == null) {
      return "nothing";
    }
    String shown = name.length() > 120 ? name.substring(0, 120) + "…" : name;
    return "'" + shown.replaceAll("\\p{Cntrl}", "?") + "'";
  }
}
