/**
 * Commands, exit codes, the Spark session and the clock: the only place where things are put
 * together.
 */
package io.perennial.cli;
