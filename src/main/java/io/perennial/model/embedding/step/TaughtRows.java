package io.perennial.model.embedding.step;

/**
 * What a head of the teacher says of a batch.
 *
 * @param users its rows of users
 * @param items its rows of items
 * @param unit its dense unit
 */
record TaughtRows(Rows users, Rows items, Dense unit) {}
