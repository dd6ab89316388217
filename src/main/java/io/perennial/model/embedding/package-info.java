/**
 * Embeddings of users and items, learnt in mini-batches by Adam and continued every night: ratings,
 * or what users take.
 */
package io.perennial.model.embedding;
