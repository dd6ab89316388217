package io.perennial.model.als;

import io.perennial.distillation.ScoreDistillation;
import java.io.Serializable;

/**
 * Everything that the entities of one side share while they are solved against the fixed rows of
 * the other. An entity with a teacher row and β above 0 solves
 *
 * <pre>(Σ w v vᵀ + β G + α₀ G_new + (s(n + βω) + h + ε) I) x = Σ y v + β C x̂ + (h + ε) x̂</pre>
 *
 * and any other, with the implicit prior over the whole catalogue,
 *
 * <pre>(Σ w v vᵀ + α₀ G_all + (λn + c) I) x = Σ y v.</pre>
 *
 * <p>Sums that an item brings from before tonight are part of Σ, and their pairs of n.
 *
 * <p>ε is a millionth of the mean diagonal: it holds x to the teacher's row in directions that no
 * opposite row has, where the first system would be singular.
 *
 * <p>h = a(m + α₀ω), with m the events of the teacher's row, holds x to where the teacher's own
 * regularisation left it; ω only where s grows with it.
 *
 * @param side "user" or "item", for messages
 * @param rank k
 * @param prior α₀ G_all, dense k × k
 * @param fresh α₀ G_new, over the opposite rows that the teacher does not know
 * @param teacher G, C, β and Σω
 * @param regParam λ
 * @param regConstant c
 * @param shrink s
 * @param anchor a
 * @param anchorByCatalogue α₀ω, or 0
 * @param shrinkByCatalogue whether s grows with βω
 * @param bias which coordinates are no taste: λ does not act on them, and one of them is 1
 */
record HalfSweep(
    String side,
    int rank,
    double[] prior,
    double[] fresh,
    ScoreDistillation teacher,
    double regParam,
    double regConstant,
    double shrink,
    double anchor,
    double anchorByCatalogue,
    boolean shrinkByCatalogue,
    Bias bias)
    implements Serializable {}
