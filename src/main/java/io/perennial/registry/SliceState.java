package io.perennial.registry;

import io.perennial.slice.EventSlice;
import java.util.Locale;

/**
 * A row of {@code slices}: which events were learnt by whom.
 *
 * @param sliceId name by which {@code retrain --include} finds it: the version that first tried it,
 *     as text
 * @param version that learnt it or tried to
 */
public record SliceState(
    String sliceId, EventSlice slice, State state, long version, String runId) {
  /** What became of a slice. */
  public enum State {
    /** Learnt by a promoted version. */
    CONSUMED,
    /** Its version was rejected: the next night tries it again. */
    PENDING,
    /** Left out after two rejections; can be admitted by name. */
    SET_ASIDE,
    /** Learnt later, by name. */
    ADMITTED;

    /** As in tables. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
