package io.perennial.model.embedding.step;

import java.io.Serializable;

/**
 * The parent's parameters, by the rows of tonight's tables.
 *
 * @param users rows as the parent left them
 * @param knownUsers those that the parent has; the others are not asked for
 * @param items likewise
 * @param knownItems likewise
 * @param scale of the parent's dense unit
 * @param bias of the parent's dense unit
 */
public record Teacher(
    ParameterRows users,
    boolean[] knownUsers,
    ParameterRows items,
    boolean[] knownItems,
    float scale,
    float bias)
    implements Serializable {}
