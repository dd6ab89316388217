package io.perennial.evaluation;

/**
 * How well a subject tells ratings that are liked (class 1) from others (class 0) on a window.
 *
 * @param subject as in {@link Measurement}
 * @param window likewise
 * @param report over the pairs that every subject of the window could predict
 */
public record Classification(String subject, String window, ClassificationReport report) {}
