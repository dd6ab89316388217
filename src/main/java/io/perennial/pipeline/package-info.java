/** The night, the backfill and the backtest: the stages in order. */
package io.perennial.pipeline;
