package io.perennial.pipeline;

import io.perennial.registry.ModelVersion;
import io.perennial.slice.EventSlice;
import java.util.List;
import java.util.Optional;

/**
 * What a night is going to do.
 *
 * @param attempts to be made in this order until one is promoted; empty: there is nothing to learn
 * @param champion at the start of the night
 * @param bounds what the night covers: everything new, or an empty slice at the watermark
 * @param remarks sentences for people: slices that are tried again
 */
record NightPlan(
    List<Attempt> attempts,
    Optional<ModelVersion> champion,
    EventSlice bounds,
    List<String> remarks) {
  NightPlan {
    attempts = List.copyOf(attempts);
    remarks = List.copyOf(remarks);
  }
}
