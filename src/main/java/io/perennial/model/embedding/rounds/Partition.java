package io.perennial.model.embedding.rounds;

/** Which worker a user belongs to: by a hash of the index, whatever Spark's partitions are. */
public final class Partition {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private Partition() {}

  /** A worker in [0, workers). */
  public static int worker(int user, int workers) {
    return (int) Math.floorMod(mixed(user) >>> 1, (long) workers);
  }

  /** A number that looks random, from others; the same for the same ones. */
  public static long seed(long... parts) {
    long seed = 0;
    for (long part : parts) {
      seed = mixed(seed ^ part);
    }
    return seed;
  }

  private static long mixed(long value) {
    long z = value + GOLDEN;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
