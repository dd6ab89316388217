package io.perennial.registry;

import io.perennial.slice.EventSlice;
import io.perennial.slice.Interval;
import java.util.Optional;

/**
 * What a run decided before its first write, so that its re-run after a crash decides the same: the
 * open row of {@code runs}.
 *
 * @param runId unique in the warehouse
 * @param pipeline name
 * @param command retrain, backfill…
 * @param interval what was asked for; empty: everything since the watermark
 * @param version number reserved for the new version
 * @param parent champion at the time; empty: from scratch
 * @param slice what is to be learnt
 * @param seed of this version
 * @param pipelineDigest digest of the pipeline's definition
 */
public record OpenedRun(
    String runId,
    String pipeline,
    String command,
    Optional<Interval> interval,
    long version,
    Optional<Long> parent,
    EventSlice slice,
    long seed,
    String pipelineDigest) {}
