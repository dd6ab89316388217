package io.perennial.model.blend;

import io.perennial.model.FactorRows;
import io.perennial.model.scoring.TileScorer;
import io.perennial.model.scoring.TiledItems;

/**
 * The blend of some users, tile by tile: two matrix products, and a row of features for each item
 * that a user had.
 *
 * @param vectors the model's, row-major
 * @param tastes row-major
 * @param pasts of each user
 * @param traits of the items of each past, by their place in it
 * @param weights of the features
 * @param terms what every item gets from its own traits, by dense index
 */
record BlendTiles(
    float[] vectors,
    float[] tastes,
    PastTraits[] pasts,
    ItemTraits[] traits,
    double[] weights,
    float[] terms)
    implements TileScorer {
  @Override
  public Piece of(FactorRows piece) {
    return new BlendedPiece(piece);
  }

  private final class BlendedPiece implements Piece {
    private final int[] items;
    private final TiledItems model;
    private final TiledItems directions;
    private final float[] cosines = new float[USERS * TILE];
    private final float[] own;
    private final TileBlend blend = new TileBlend(weights);

    BlendedPiece(FactorRows piece) {
      this.items = piece.indices();
      this.model = new TiledItems(piece);
      this.directions = new TiledItems(ItemTraits.directions(piece));
      this.own = new float[items.length];
      for (int n = 0; n < own.length; n++) {
        own[n] = terms[items[n]];
      }
    }

    @Override
    public void scores(int first, int from, int count, float[] out) {
      int width = Math.min(TILE, items.length - first);
      model.scores(first, vectors, from, count, out);
      directions.scores(first, tastes, from, count, cosines);
      for (int n = 0; n < count; n++) {
        PastTraits past = pasts[from + n];
        ItemTraits had = traits[from + n];
        blend.blend(
            past.past().items(),
            (place, score, cosine, x) ->
                BlendInputs.fill(had, place, past, place, score, cosine, x),
            items,
            own,
            first,
            width,
            out,
            cosines,
            n * width);
      }
    }
  }
}
