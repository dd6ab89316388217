package io.perennial.config;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.charset.Charset;
import java.time.Duration;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Fills a stage's option record from a section of the pipeline file: each component is a key of the
 * same name, each absent key keeps the value of a default record, and what the record's own
 * constructor refuses becomes a problem with its line. So a key, its default and its check stand
 * once, in the record.
 */
final class RecordBinder {
  private RecordBinder() {}

  /** The record that a section describes; the defaults where it is absent or cannot be. */
  static <T extends Record> T bind(YamlSection section, T defaults) {
    return bind(section, defaults, Map.of());
  }

  /** The same, with the values of some components given by the caller, who has read their keys. */
  static <T extends Record> T bind(YamlSection section, T defaults, Map<String, ?> given) {
    RecordComponent[] components = defaults.getClass().getRecordComponents();
    Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      String key = components[i].getName();
      values[i] =
          given.containsKey(key)
              ? given.get(key)
              : value(section, components[i], read(components[i], defaults));
    }
    return section.build(() -> construct(defaults, components, values)).orElse(defaults);
  }

  private static Object value(YamlSection section, RecordComponent component, Object fallback) {
    String key = component.getName();
    Class<?> type = component.getType();
    if (type == Optional.class) {
      return optional(section, key, argument(component, 0), (Optional<?>) fallback);
    }
    if (type == List.class) {
      Optional<? extends List<?>> given = list(section, key, argument(component, 0));
      return given.isPresent() ? given.get() : fallback;
    }
    if (type == Map.class) {
      return section.has(key) ? map(section.section(key), argument(component, 1)) : fallback;
    }
    if (fallback instanceof Record inner) {
      return bind(section.section(key), inner);
    }
    Optional<?> given = scalar(section, key, type);
    return given.isPresent() ? given.get() : fallback;
  }

  private static Optional<?> optional(
      YamlSection section, String key, Class<?> type, Optional<?> fallback) {
    if (fallback.isPresent() && fallback.get() instanceof Record inner) {
      if (section.isNone(key)) {
        return Optional.empty();
      }
      return Optional.of(bind(section.section(key), inner));
    }
    if (section.isNone(key)) {
      return Optional.empty();
    }
    Optional<?> value = scalar(section, key, type);
    return value.isPresent() ? value : fallback;
  }

  private static Optional<? extends List<?>> list(YamlSection section, String key, Class<?> type) {
    if (type == Integer.class) {
      return section.wholes(key, Integer.MIN_VALUE, Integer.MAX_VALUE);
    }
    if (type == Double.class) {
      return section.numbers(key);
    }
    if (type == String.class) {
      return section.texts(key);
    }
    if (type.isEnum()) {
      return section.choices(key, type);
    }
    throw new IllegalStateException(
        "No way to read a list of " + type + " from a pipeline file: " + key);
  }

  private static Map<String, ?> map(YamlSection section, Class<?> type) {
    Map<String, Object> values = new LinkedHashMap<>();
    for (String key : section.keys()) {
      scalar(section, key, type).ifPresent(value -> values.put(key, value));
    }
    return values;
  }

  private static Optional<?> scalar(YamlSection section, String key, Class<?> type) {
    if (type == int.class || type == Integer.class) {
      return section.whole(key, Integer.MIN_VALUE, Integer.MAX_VALUE);
    }
    if (type == long.class || type == Long.class) {
      return section.longNumber(key);
    }
    if (type == double.class || type == Double.class) {
      return section.number(key, -Double.MAX_VALUE, Double.MAX_VALUE);
    }
    if (type == boolean.class || type == Boolean.class) {
      return section.truth(key);
    }
    if (type == Duration.class) {
      return section.span(key);
    }
    if (type == Charset.class) {
      return section.charset(key);
    }
    if (type == ZoneId.class) {
      return section.zone(key);
    }
    if (type == String.class) {
      return section.text(key);
    }
    if (type.isEnum()) {
      return section.choice(key, type);
    }
    throw new IllegalStateException("No way to read a " + type + " from a pipeline file: " + key);
  }

  private static Class<?> argument(RecordComponent component, int index) {
    Type type = ((ParameterizedType) component.getGenericType()).getActualTypeArguments()[index];
    return (Class<?>) (type instanceof ParameterizedType inner ? inner.getRawType() : type);
  }

  private static Object read(RecordComponent component, Record from) {
    try {
      // The record of somebody else's family need not be public.
      component.getAccessor().setAccessible(true);
      return component.getAccessor().invoke(from);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("Cannot read " + component + " of " + from, e);
    }
  }

  @SuppressWarnings("unchecked")
  private static <T extends Record> T construct(
      T defaults, RecordComponent[] components, Object[] values) {
    Class<?>[] types = new Class<?>[components.length];
    for (int i = 0; i < components.length; i++) {
      types[i] = components[i].getType();
    }
    try {
      Constructor<?> constructor = defaults.getClass().getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return (T) constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IllegalArgumentException refused) {
        throw refused;
      }
      throw new IllegalStateException("Cannot build " + defaults.getClass(), e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("Cannot build " + defaults.getClass(), e);
    }
  }
}
