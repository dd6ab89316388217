package io.perennial.example;

import java.time.Duration;

/**
 * Keys of the section {@code model}.
 *
 * @param halfLife time after which an event counts half
 */
public record PopularityOptions(Duration halfLife) {
  public static final PopularityOptions DEFAULT = new PopularityOptions(Duration.ofDays(30));

  public PopularityOptions {
    if (halfLife.compareTo(Duration.ofHours(1)) < 0) {
      throw new IllegalArgumentException("model.halfLife must be an hour or more, got " + halfLife);
    }
  }
}
