/** A store with drifting tastes: generated events and the truth behind them. */
package io.perennial.simulation;
