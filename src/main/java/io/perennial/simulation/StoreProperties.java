package io.perennial.simulation;

import java.lang.reflect.RecordComponent;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.Map;

/** A store's definition as lines of text, {@code name=value}, in the order of the record. */
final class StoreProperties {
  private StoreProperties() {}

  /** The definition as text; the same definition always gives the same text. */
  static String write(StoreDefinition definition) {
    StringBuilder text = new StringBuilder();
    figures(definition)
        .forEach((name, value) -> text.append(name).append('=').append(value).append('\n'));
    return text.toString();
  }

  /**
   * Reads what {@link #write} wrote; a missing line takes the value of the small store.
   *
   * @throws InvalidStoreException where a line is no such text
   */
  static StoreDefinition read(String text) {
    Map<String, String> figures = new LinkedHashMap<>();
    for (String line : text.split("\n")) {
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      int equals = line.indexOf('=');
      if (equals < 0) {
        throw new InvalidStoreException(
            "Cannot read the definition of a store: the line \"" + line + "\" has no '='.");
      }
      figures.put(line.substring(0, equals).strip(), line.substring(equals + 1).strip());
    }
    return replace(StoreDefinition.small(), figures);
  }

  /** A definition with some figures replaced. */
  static StoreDefinition replace(StoreDefinition definition, Map<String, String> replaced) {
    Map<String, String> figures = figures(definition);
    for (Map.Entry<String, String> figure : replaced.entrySet()) {
      if (!figures.containsKey(figure.getKey())) {
        throw new InvalidStoreException(
            "A store has no figure \""
                + figure.getKey()
                + "\". Did you mean \""
                + nearest(figure.getKey(), figures)
                + "\"? Known: "
                + String.join(", ", figures.keySet())
                + ".");
      }
      figures.put(figure.getKey(), figure.getValue());
    }
    RecordComponent[] components = StoreDefinition.class.getRecordComponents();
    Class<?>[] types = new Class<?>[components.length];
    Object[] values = new Object[components.length];
    for (int c = 0; c < components.length; c++) {
      types[c] = components[c].getType();
      values[c] = parse(components[c].getName(), types[c], figures.get(components[c].getName()));
    }
    try {
      return StoreDefinition.class.getDeclaredConstructor(types).newInstance(values);
    } catch (java.lang.reflect.InvocationTargetException e) {
      if (e.getCause() instanceof InvalidStoreException invalid) {
        throw invalid;
      }
      throw new IllegalStateException(e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Map<String, String> figures(StoreDefinition definition) {
    Map<String, String> figures = new LinkedHashMap<>();
    for (RecordComponent component : StoreDefinition.class.getRecordComponents()) {
      try {
        figures.put(component.getName(), component.getAccessor().invoke(definition).toString());
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(e);
      }
    }
    return figures;
  }

  private static Object parse(String name, Class<?> type, String text) {
    try {
      if (type == long.class) {
        return Long.parseLong(text);
      } else if (type == int.class) {
        return Integer.parseInt(text);
      } else if (type == double.class) {
        return Double.parseDouble(text);
      } else if (type == LocalDate.class) {
        return LocalDate.parse(text);
      } else if (type == ZoneId.class) {
        return ZoneId.of(text);
      } else if (type == RawFormat.class) {
        return RawFormat.valueOf(text);
      } else if (type == StoreDefinition.Feedback.class) {
        return StoreDefinition.Feedback.valueOf(text);
      }
      throw new IllegalStateException("No text form for " + type);
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new InvalidStoreException(
          "Cannot read " + name + " = \"" + text + "\" as " + words(type) + ".", e);
    }
  }

  private static String words(Class<?> type) {
    if (type == LocalDate.class) {
      return "a date such as 2025-10-01";
    } else if (type == ZoneId.class) {
      return "a time zone such as Europe/Berlin";
    } else if (type.isEnum()) {
      return "one of " + java.util.Arrays.toString(type.getEnumConstants());
    }
    return type == double.class ? "a number" : "a whole number";
  }

  private static String nearest(String name, Map<String, String> figures) {
    return figures.keySet().stream()
        .min(java.util.Comparator.comparingInt(known -> distance(name, known)))
        .orElseThrow();
  }

  /** Edit distance of two names, letters of either case alike. */
  private static int distance(String left, String right) {
    int[] row = new int[right.length() + 1];
    for (int j = 0; j <= right.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= left.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= right.length(); j++) {
        int same =
            Character.toLowerCase(left.charAt(i - 1)) == Character.toLowerCase(right.charAt(j - 1))
                ? 0
                : 1;
        int cost = Math.min(diagonal + same, Math.min(row[j], row[j - 1]) + 1);
        diagonal = row[j];
        row[j] = cost;
      }
    }
    return row[right.length()];
  }
}
