/**
 * History, replayed night by night for several ways of keeping up with it: every arm is scored on a
 * night before it learns the night, all of them on the same users and items. Writes the table
 * {@code backtests} and nothing else.
 */
package io.perennial.pipeline.backtest;
