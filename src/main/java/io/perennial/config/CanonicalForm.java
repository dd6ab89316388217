package io.perennial.config;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A pipeline as sorted keys with values: the same for files that differ only in the order of keys,
 * comments, spelling of numbers and spans, or defaults written out.
 */
final class CanonicalForm {
  private final SortedMap<String, String> text = new TreeMap<>();

  /** Adds a value under a key; records add each component below it, empty optionals nothing. */
  CanonicalForm with(String key, Object value) {
    if (value instanceof Optional<?> optional) {
      optional.ifPresent(inner -> with(key, inner));
    } else if (value instanceof Record inner) {
      for (RecordComponent component : inner.getClass().getRecordComponents()) {
        with(key + "." + component.getName(), read(component, inner));
      }
    } else if (value instanceof Map<?, ?> map) {
      map.forEach((name, inner) -> with(key + "." + name, inner));
    } else if (value instanceof Collection<?> list) {
      int position = 0;
      for (Object inner : list) {
        with(key + "[" + position++ + "]", inner);
      }
    } else if (value instanceof Enum<?> constant) {
      text.put(key, YamlSection.label(constant));
    } else {
      text.put(key, String.valueOf(value));
    }
    return this;
  }

  /** Key to value, sorted by key. */
  Map<String, String> text() {
    return java.util.Collections.unmodifiableSortedMap(text);
  }

  /** SHA-256 over all keys and values with their lengths, 64 lower-case hex digits. */
  String digest() {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
    text.forEach(
        (key, value) -> {
          for (String part : new String[] {key, value}) {
            byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
            digest.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
            digest.update(bytes);
          }
        });
    return HexFormat.of().formatHex(digest.digest());
  }

  private static Object read(RecordComponent component, Record from) {
    try {
      component.getAccessor().setAccessible(true);
      return component.getAccessor().invoke(from);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("Cannot read " + component + " of " + from, e);
    }
  }
}
