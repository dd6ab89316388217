package io.perennial.evaluation;

/**
 * A figure with its uncertainty.
 *
 * @param value mean over users (or the metric's own aggregate); NaN where there were no users
 * @param low lower bound of the 95 % bootstrap interval over users; NaN where unknown
 * @param high upper bound
 * @param users how many users it rests on
 */
public record Estimate(double value, double low, double high, long users) {}
