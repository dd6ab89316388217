package io.perennial.evaluation;

import java.nio.charset.StandardCharsets;

/** Deterministic pseudo-random 64-bit numbers from keys: the SplitMix64 finaliser (Steele 2014). */
final class UserHash {
  private static final long GAMMA = 0x9E3779B97F4A7C15L;

  private UserHash() {}

  /** Mixes one word into a key. */
  static long mix(long key, long word) {
    long z = key + GAMMA * (word + 1);
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** Mixes a name into a key. */
  static long mix(long key, String name) {
    long h = mix(key, name.length());
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      h = mix(h, b);
    }
    return h;
  }

  /** A uniform number in [0, 1) from the upper 53 bits. */
  static double uniform(long hash) {
    return (hash >>> 11) * 0x1.0p-53;
  }
}
