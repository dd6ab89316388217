package io.perennial.model.blend;

/**
 * What a user took at one time.
 *
 * @param user dense index
 * @param items distinct, increasing
 */
public record Choice(int user, int[] items) {}
