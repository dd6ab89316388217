/**
 * Training by several workers: users are shared out, items are everybody's, and after each round
 * what the workers made of the items is combined (local SGD). The same code runs in the driver's
 * threads and on Spark.
 */
package io.perennial.model.embedding.rounds;
