package io.perennial.model;

import java.util.Objects;

/** Reads small arrays and values of a kept model, and says what is missing or does not fit. */
public final class StateReader {
  private final ModelState state;

  public StateReader(ModelState state) {
    this.state = Objects.requireNonNull(state, "state");
  }

  /** Whether there is an attribute of this name. */
  public boolean has(String name) {
    return state.attributes().containsKey(name);
  }

  /**
   * A small value.
   *
   * @throws CorruptStateException where it is missing
   */
  public String attribute(String name) {
    String value = state.attributes().get(name);
    if (value == null) {
      throw new CorruptStateException("attribute " + name + " is missing");
    }
    return value;
  }

  /**
   * A small value that is a whole number.
   *
   * @throws CorruptStateException where it is missing or no number
   */
  public long number(String name) {
    String value = attribute(name);
    try {
      return Long.parseLong(value);
    } catch (NumberFormatException e) {
      throw new CorruptStateException("attribute " + name + " is no number: " + value);
    }
  }

  /**
   * A small value that is the name of a constant.
   *
   * @throws CorruptStateException where it is missing or another
   */
  public <E extends Enum<E>> E constant(Class<E> type, String name) {
    String value = attribute(name);
    for (E constant : type.getEnumConstants()) {
      if (constant.name().equals(value)) {
        return constant;
      }
    }
    throw new CorruptStateException("attribute " + name + " is none that is known: " + value);
  }

  /**
   * A copy of a small array.
   *
   * @throws CorruptStateException where it is missing
   */
  public double[] array(String name) {
    double[] values = state.arrays().get(name);
    if (values == null) {
      throw new CorruptStateException("array " + name + " is missing");
    }
    return values.clone();
  }

  /**
   * A copy of a small array of a known length.
   *
   * @throws CorruptStateException where it is missing or has another length
   */
  public double[] array(String name, int length) {
    double[] values = array(name);
    if (values.length != length) {
      throw new CorruptStateException(
          "array " + name + " has " + values.length + " values, expected " + length);
    }
    return values;
  }

  /**
   * Passes where rows of users are not more than was noted; some may have been forgotten since.
   *
   * @throws CorruptStateException where they are more
   */
  public static void checkNotMore(String what, long found, long noted) {
    if (found > noted) {
      throw new CorruptStateException(
          what + " is " + found + " in the rows, noted as " + noted + " at most");
    }
  }

  /**
   * Passes where rows are as many, or as long, as was noted.
   *
   * @throws CorruptStateException where they are not
   */
  public static void check(String what, long found, long noted) {
    if (found != noted) {
      throw new CorruptStateException(what + " is " + found + " in the rows, noted as " + noted);
    }
  }
}
