package io.perennial.pipeline.backtest;

import io.perennial.evaluation.EvaluationWindow;

/**
 * What users did in a night, and what was known before it.
 *
 * @param audience those who came, with what was known of them and of all items
 * @param window the same users with what they did
 */
record Choices(Audience audience, EvaluationWindow window) {}
