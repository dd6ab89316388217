package io.perennial.model.embedding.step;

import java.io.Serializable;

/**
 * How many events each row will have learnt from, tonight's included; 1 or more.
 *
 * @param users by row
 * @param items by row
 */
public record RowEvidence(float[] users, float[] items) implements Serializable {}
