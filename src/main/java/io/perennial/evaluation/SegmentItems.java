package io.perennial.evaluation;

import java.util.Arrays;
import java.util.BitSet;

/** Which of a user's items count as relevant in each segment; none where he is not in it. */
final class SegmentItems {
  private static final int[] NONE = new int[0];
  private final int[][] bySegment = new int[Segment.values().length][];

  SegmentItems(UserCase user, BitSet oldItems) {
    int[] items = user.items();
    int[] old = new int[items.length];
    int[] fresh = new int[items.length];
    int[] repeat = new int[items.length];
    int[] firstTime = new int[items.length];
    int olds = 0;
    int repeats = 0;
    for (int n = 0; n < items.length; n++) {
      int item = items[n];
      if (oldItems.get(item)) {
        old[olds++] = item;
      } else {
        fresh[n - olds] = item;
      }
      if (Arrays.binarySearch(user.seenItems(), item) >= 0) {
        repeat[repeats++] = item;
      } else {
        firstTime[n - repeats] = item;
      }
    }
    boolean isNew = user.isNewUser();
    set(Segment.ALL, items);
    set(Segment.RETURNING, isNew ? NONE : items);
    set(Segment.NEW, isNew ? items : NONE);
    set(Segment.OLD_ITEMS, Arrays.copyOf(old, olds));
    set(Segment.NEW_ITEMS, Arrays.copyOf(fresh, items.length - olds));
    set(Segment.REPEAT, isNew ? NONE : Arrays.copyOf(repeat, repeats));
    set(Segment.SECOND_NIGHT, user.isOnSecondNight() ? items : NONE);
    set(Segment.FIRST_TIME, isNew ? NONE : Arrays.copyOf(firstTime, items.length - repeats));
  }

  /** Those of a user's items that he had not had before, increasing. */
  static int[] firstTime(UserCase user) {
    return Arrays.stream(user.items())
        .filter(item -> Arrays.binarySearch(user.seenItems(), item) < 0)
        .toArray();
  }

  /** Increasing. */
  int[] of(Segment segment) {
    return bySegment[segment.ordinal()];
  }

  private void set(Segment segment, int[] items) {
    bySegment[segment.ordinal()] = items;
  }
}
