/** Promotes or rejects a candidate: pure functions, no Spark, no files, no clock. */
package io.perennial.gate;
