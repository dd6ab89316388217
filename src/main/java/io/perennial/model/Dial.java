package io.perennial.model;

import java.util.Objects;
import java.util.function.DoubleFunction;
import java.util.function.Function;

/**
 * A number among options that a backtest may turn.
 *
 * @param value what it is now
 * @param at the same options with another number
 */
public record Dial<T>(double value, DoubleFunction<T> at) {
  public Dial {
    Objects.requireNonNull(at, "at");
  }

  /** The dial of something that holds these options. */
  public <S> Dial<S> of(Function<T, S> holder) {
    return new Dial<>(value, other -> holder.apply(at.apply(other)));
  }
}
