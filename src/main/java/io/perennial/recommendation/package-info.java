/** Batch top-N from a registered version. */
package io.perennial.recommendation;
