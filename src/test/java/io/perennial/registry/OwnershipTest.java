package io.perennial.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.roaringbitmap.RoaringBitmap;

/** The newest row of each index is that of one partition, and of the right one. */
class OwnershipTest {
  private static final long KEYFRAME = 3;
  private static final int INDICES = 5_000;

  @Test
  void everyIndexBelongsToTheNewestPartitionThatHoldsIt() {
    Random random = new Random(8);
    long[] deltas = {9, 7, 4};
    List<TreeSet<Integer>> held = new ArrayList<>();
    RoaringBitmap[] bitmaps = new RoaringBitmap[deltas.length];
    for (int n = 0; n < deltas.length; n++) {
      TreeSet<Integer> own = new TreeSet<>();
      for (int i = 0; i < 1_500; i++) {
        own.add(random.nextInt(INDICES));
      }
      held.add(own);
      bitmaps[n] = RoaringBitmap.bitmapOf(own.stream().mapToInt(Integer::intValue).toArray());
    }
    Ownership ownership = Ownership.newest(deltas, bitmaps, KEYFRAME);
    for (int index = 0; index < INDICES; index++) {
      long newest = KEYFRAME;
      for (int n = deltas.length - 1; n >= 0; n--) {
        newest = held.get(n).contains(index) ? deltas[n] : newest;
      }
      for (long version : new long[] {9, 7, 4, KEYFRAME, 8}) {
        assertThat(ownership.owns(version, index))
            .as("%d of version %d", index, version)
            .isEqualTo(version == newest);
      }
    }
  }
}
