package io.perennial.simulation;

/**
 * Random numbers that depend on nothing but what they are for: a stream is keyed by the seed, a
 * purpose and up to three numbers (day, user, session…), so that any part of the store can be made
 * again anywhere, in any order. SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom
 * number generators", OOPSLA 2014).
 */
final class RandomStream {
  private static final long GAMMA = 0x9E3779B97F4A7C15L;
  private static final double UNIT = 0x1.0p-53;

  /** What a stream decides; the order is part of the reproducible output. */
  enum Purpose {
    ITEM_RANK,
    ITEM_FEATURE,
    RETIREMENT,
    USER_GROUP,
    USER_ACTIVITY,
    USER_TASTE,
    VISIT,
    SESSION_COUNT,
    LATENESS,
    SESSION_START,
    SESSION,
    FAVOURITE,
    BAD_ROW,
    POISON,
    ITEM_ATTRIBUTES,
    USER_ATTRIBUTES
  }

  private long state;

  private RandomStream(long state) {
    this.state = state;
  }

  /** The stream of a purpose. */
  static RandomStream of(long seed, Purpose purpose, long a, long b, long c) {
    return new RandomStream(key(seed, purpose, a, b, c));
  }

  /** The first number of a stream, uniform in [0, 1), without making the stream. */
  static double unit(long seed, Purpose purpose, long a, long b, long c) {
    return (mix(key(seed, purpose, a, b, c) + GAMMA) >>> 11) * UNIT;
  }

  /** Uniform over all longs. */
  long nextLong() {
    state += GAMMA;
    return mix(state);
  }

  /** Uniform in [0, 1). */
  double nextUnit() {
    return (nextLong() >>> 11) * UNIT;
  }

  /** Uniform in [0, bound). */
  int nextBelow(int bound) {
    return (int) (((nextLong() >>> 32) * bound) >>> 32);
  }

  /** Standard normal (Box and Muller); costs two numbers. */
  double nextGaussian() {
    double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - nextUnit()));
    return radius * StrictMath.cos(2 * Math.PI * nextUnit());
  }

  /** Geometric on 1, 2, 3… with the given mean, 1 or more. */
  int nextGeometric(double mean) {
    if (mean <= 1) {
      return 1;
    }
    double tail = StrictMath.log(1 - nextUnit()) / StrictMath.log(1 - 1 / mean);
    return 1 + (int) Math.min(tail, 100_000);
  }

  private static long key(long seed, Purpose purpose, long a, long b, long c) {
    long key = mix(seed + GAMMA * (purpose.ordinal() + 1));
    key = mix(key + GAMMA * (a + 1));
    key = mix(key + GAMMA * (b + 1));
    return mix(key + GAMMA * (c + 1));
  }

  private static long mix(long z) {
    long y = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    y = (y ^ (y >>> 27)) * 0x94D049BB133111EBL;
    return y ^ (y >>> 31);
  }
}
