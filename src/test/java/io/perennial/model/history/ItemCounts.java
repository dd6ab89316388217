package io.perennial.model.history;

/** Statistics of items where a test needs no more than popularity. */
public final class ItemCounts {
  private ItemCounts() {}

  /** Items with so many events, so many of them recent, and their last events. */
  public static ItemStatistics of(float[] events, float[] recent, long[] lastTimes) {
    return new ItemStatistics(
        events, recent, recent.clone(), new int[events.length], lastTimes.clone(), lastTimes);
  }
}
