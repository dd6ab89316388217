/**
 * One step of mini-batch training on primitive arrays: rows are gathered once a batch, losses and
 * teachers leave gradients, Adam writes the rows back. No Spark, no input, no output.
 */
package io.perennial.model.embedding.step;
