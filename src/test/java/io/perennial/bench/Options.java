package io.perennial.bench;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Options of a benchmark: {@code --name value}, each of which has a default. */
final class Options {
  private final Map<String, String> values = new LinkedHashMap<>();

  private Options() {}

  /**
   * Reads a command line.
   *
   * @param defaults of every option that there is, in pairs of name and value
   * @throws IllegalArgumentException for an option that is unknown or has no value
   */
  static Options read(String[] arguments, String... defaults) {
    Options options = new Options();
    for (int n = 0; n < defaults.length; n += 2) {
      options.values.put(defaults[n], defaults[n + 1]);
    }
    for (int n = 0; n < arguments.length; n += 2) {
      String name = arguments[n].startsWith("--") ? arguments[n].substring(2) : arguments[n];
      if (!arguments[n].startsWith("--") || !options.values.containsKey(name)) {
        throw new IllegalArgumentException(
            "Unknown: " + arguments[n] + ". There are --" + String.join(", --", options.names()));
      }
      if (n + 1 == arguments.length) {
        throw new IllegalArgumentException(arguments[n] + " needs a value");
      }
      options.values.put(name, arguments[n + 1]);
    }
    return options;
  }

  private Iterable<String> names() {
    return values.keySet();
  }

  String text(String name) {
    return values.get(name);
  }

  /** Empty where the value is an empty string. */
  Optional<String> optional(String name) {
    return Optional.of(values.get(name)).filter(value -> !value.isEmpty());
  }

  /** A whole number above 0; 10m and 20k are understood. */
  long number(String name) {
    return number(name, values.get(name));
  }

  int small(String name) {
    return Math.toIntExact(number(name));
  }

  /** Numbers with commas between them. */
  int[] numbers(String name) {
    return Arrays.stream(values.get(name).split(","))
        .mapToInt(part -> Math.toIntExact(number(name, part.strip())))
        .toArray();
  }

  private static long number(String name, String text) {
    String digits = text.replaceAll("[km]$", "");
    if (!digits.matches("[1-9][0-9]{0,11}")) {
      throw new IllegalArgumentException("--" + name + " needs a number above 0, got " + text);
    }
    long unit = text.endsWith("m") ? 1_000_000 : text.endsWith("k") ? 1_000 : 1;
    return Math.multiplyExact(Long.parseLong(digits), unit);
  }
}
