/** What a model must beat: popularity, recent popularity, own frequency, biases of ratings. */
package io.perennial.evaluation.baseline;
