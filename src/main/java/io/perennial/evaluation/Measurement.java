package io.perennial.evaluation;

import java.util.OptionalInt;

/** One figure of one subject on one window: a row of {@code model_metrics}. */
public record Measurement(
    String subject,
    String window,
    Segment segment,
    Metric metric,
    OptionalInt k,
    Estimate estimate) {}
