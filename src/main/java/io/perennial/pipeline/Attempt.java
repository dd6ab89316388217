package io.perennial.pipeline;

import io.perennial.registry.ModelVersion;
import io.perennial.registry.SliceState;
import io.perennial.slice.EventSlice;
import java.util.List;
import java.util.Optional;

/**
 * One training of a night.
 *
 * @param slice the events to be learnt
 * @param fresh the part of it that no earlier night tried: its row in {@code slices}
 * @param parent version to start from; empty: from scratch
 * @param champion version to be compared with and replaced; empty on the first night
 * @param retried pending slices inside {@code slice}: learnt when the attempt is promoted
 * @param leftOut pending slices that are not in {@code slice}: set aside when the attempt is
 *     promoted
 * @param admitted set-aside slices that are learnt beside {@code slice}
 */
record Attempt(
    EventSlice slice,
    EventSlice fresh,
    Optional<ModelVersion> parent,
    Optional<ModelVersion> champion,
    List<SliceState> retried,
    List<SliceState> leftOut,
    List<SliceState> admitted) {
  Attempt {
    retried = List.copyOf(retried);
    leftOut = List.copyOf(leftOut);
    admitted = List.copyOf(admitted);
  }
}
