package io.perennial.model.als;

/**
 * A rating is the mean rating, the item's bias, the user's bias and the product of the rest: some
 * people give high marks, some films get them (Koren, Bell and Volinsky 2009). Two of the rank's
 * coordinates are for that. The last but one is 1 in every item's vector and the bias in a user's;
 * the last is 1 in every user's vector and mean plus bias in an item's. So scores stay dot
 * products.
 *
 * @param learnt whether there are biases; only for ratings
 * @param user how many ratings of exactly the average a user's bias is drawn to 0 by, 0 or more
 * @param item how many ratings of exactly the mean an item's bias is drawn to 0 by, 0 or more
 */
public record RatingBiases(boolean learnt, double user, double item) {
  /** No biases, as in Spark MLlib. */
  public static final RatingBiases NONE = new RatingBiases(false, 5, 10);

  /** Biases, drawn in. */
  public static final RatingBiases LEARNT = new RatingBiases(true, 5, 10);

  /** Coordinates that biases take. */
  static final int COORDINATES = 2;

  public RatingBiases {
    if (!(user >= 0) || !(item >= 0) || Double.isInfinite(user) || Double.isInfinite(item)) {
      throw new IllegalArgumentException(
          "model.biases.user and model.biases.item must be 0 or more, got "
              + user
              + " and "
              + item);
    }
  }

  /** What it means for a user's equations. */
  Bias ofUsers(int rank) {
    return learnt ? new Bias(rank - COORDINATES, rank - 2, rank - 1, user, 0) : Bias.none(rank);
  }

  /**
   * What it means for an item's equations.
   *
   * @param mean mean rating
   */
  Bias ofItems(int rank, double mean) {
    return learnt ? new Bias(rank - COORDINATES, rank - 1, rank - 2, item, mean) : Bias.none(rank);
  }
}
