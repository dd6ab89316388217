package io.perennial.model;

import io.perennial.model.scoring.FactorScorer;
import java.util.Objects;

/**
 * A model's scores as dot products, which is the one form in which whole catalogues are scored and
 * ranked. A model of another form puts it into the rows: a cosine is the product of rows of length
 * 1; a scale goes into the users' rows, and a bias into one coordinate more, 1 on the side of the
 * users; dense layers on either side are worked out once for each row.
 *
 * @param items a row of every item
 * @param users how a user's vector becomes a row of the same length
 */
public record DotProduct(FactorRows items, UserProjection users) {
  public DotProduct {
    Objects.requireNonNull(items, "items");
    Objects.requireNonNull(users, "users");
  }

  /** Scores of some users by their vectors. */
  public Scorer scorer(FactorRows vectors) {
    if (vectors.rank() != users.rank()) {
      throw new IllegalArgumentException(
          "Vectors of users have rank " + vectors.rank() + ", the model's " + users.rank());
    }
    return new FactorScorer(
        new FactorRows(
            items.rank(),
            vectors.indices(),
            users.rows(vectors.values(), vectors.size()),
            vectors.eventCounts()),
        items);
  }
}
