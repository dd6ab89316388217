package io.perennial.model.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FeatureEncoderTest {
  private static final FeatureTable TABLE =
      new FeatureTable(
          "catalogue",
          "product_id",
          List.of("brand"),
          List.of("price"),
          List.of(new TagColumn("genres", Optional.of("|"))));

  private static final double NAN = Double.NaN;

  /** One category (0: missing), one number and some tags of each entity. */
  private static RawFeatures raw(long[] brands, double[] prices, long[]... genres) {
    int size = brands.length;
    int[] indices = new int[size];
    long[][] categories = new long[size][];
    double[][] numbers = new double[size][];
    long[][][] tags = new long[size][][];
    for (int n = 0; n < size; n++) {
      indices[n] = 10 * n;
      categories[n] = new long[] {brands[n]};
      numbers[n] = new double[] {prices[n]};
      tags[n] = new long[][] {n < genres.length ? genres[n] : new long[0]};
    }
    return new RawFeatures(indices, categories, numbers, tags);
  }

  private static RawFeatures usual() {
    return raw(
        new long[] {7, 7, 9, 9, 5, 0},
        new double[] {1, 2, 3, 4, 5, NAN},
        new long[] {100, 200},
        new long[] {100},
        new long[] {200},
        new long[] {100, 200, 300});
  }

  private static FeatureEncoder encoder() {
    return FeatureEncoder.fit(TABLE, usual(), 1000, 2);
  }

  /** Inputs of one entity by column. */
  private static float[] inputs(FeatureEncoder encoder, long brand, double price, long... genres) {
    EncodedFeatures one =
        encoder.encode(raw(new long[] {brand}, new double[] {price}, new long[][] {genres}));
    float[] dense = new float[encoder.columns()];
    for (int n = 0; n < one.rows().columns().length; n++) {
      dense[one.rows().columns()[n]] += one.rows().values()[n];
    }
    return dense;
  }

  @Test
  void aCategoryIsAnInputAndRareOnesShareOne() {
    FeatureEncoder encoder = encoder();
    // Brands 7 and 9 and others; the price; genres 100 and 200 and others.
    assertThat(encoder.columns()).isEqualTo(7);
    assertThat(inputs(encoder, 7, NAN)).containsExactly(1, 0, 0, 0, 0, 0, 0);
    assertThat(inputs(encoder, 9, NAN)).containsExactly(0, 1, 0, 0, 0, 0, 0);
    assertThat(inputs(encoder, 5, NAN)).containsExactly(0, 0, 1, 0, 0, 0, 0);
    assertThat(inputs(encoder, 12345, NAN)).containsExactly(0, 0, 1, 0, 0, 0, 0);
    assertThat(inputs(encoder, RawFeatures.MISSING, NAN)).containsOnly(0);
  }

  @Test
  void anUnknownCategorySaysNothingWhereNoneWasRare() {
    FeatureEncoder encoder =
        FeatureEncoder.fit(
            TABLE,
            raw(new long[] {7, 7}, new double[] {1, 2}, new long[] {100}, new long[] {100}),
            1000,
            2);
    assertThat(encoder.columns()).isEqualTo(3);
    assertThat(inputs(encoder, 12345, NAN, 4321)).containsOnly(0);
  }

  @Test
  void aVocabularyIsBoundedByTheMostFrequent() {
    FeatureEncoder encoder = FeatureEncoder.fit(TABLE, usual(), 1, 1);
    // 7 and 9 are as frequent: the lower key stays.
    assertThat(encoder.columns()).isEqualTo(2 + 1 + 2);
    assertThat(inputs(encoder, 7, NAN)).containsExactly(1, 0, 0, 0, 0);
    assertThat(inputs(encoder, 9, NAN)).containsExactly(0, 1, 0, 0, 0);
  }

  @Test
  void numbersAreStandardisedAndWhatIsNoneSaysNothing() {
    FeatureEncoder encoder = encoder();
    double deviation = Math.sqrt(2);
    assertThat(inputs(encoder, 0, 3)[3]).isCloseTo(0f, within(1e-6f));
    assertThat(inputs(encoder, 0, 5)[3]).isCloseTo((float) (2 / deviation), within(1e-6f));
    for (double none : new double[] {NAN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
      assertThat(inputs(encoder, 0, none)).containsOnly(0);
    }
  }

  @Test
  void oneWrongPriceDoesNotMakeAllOthersAlike() {
    double[] prices = new double[40];
    Arrays.setAll(prices, n -> n % 10);
    prices[0] = 1e300;
    prices[1] = -1e300;
    long[] brands = new long[40];
    Arrays.fill(brands, 1);
    long[][] genres = new long[40][];
    Arrays.fill(genres, new long[] {1});
    FeatureEncoder encoder = FeatureEncoder.fit(TABLE, raw(brands, prices, genres), 10, 1);
    float nine = inputs(encoder, 0, 9)[1];
    assertThat(nine - inputs(encoder, 0, 1)[1]).isGreaterThan(0.8f);
    assertThat(inputs(encoder, 0, 1e300)[1]).isFinite().isLessThan(10f).isGreaterThan(nine);
    assertThat(inputs(encoder, 0, Double.MAX_VALUE)[1]).isEqualTo(inputs(encoder, 0, 1e300)[1]);
  }

  @Test
  void aNumberThatIsTheSameForAllIsNoInput() {
    FeatureEncoder encoder =
        FeatureEncoder.fit(
            TABLE,
            raw(new long[] {7, 7}, new double[] {4, 4}, new long[] {1}, new long[] {1}),
            10,
            1);
    assertThat(encoder.columns()).isEqualTo(2);
    assertThat(inputs(encoder, 7, 4)).containsExactly(1, 0);
    assertThat(inputs(encoder, 7, 1e9)).containsExactly(1, 0);
  }

  @Test
  void tagsAreABagOfLengthOne() {
    FeatureEncoder encoder = encoder();
    float half = (float) Math.sqrt(0.5);
    assertThat(inputs(encoder, 0, NAN, 100)).containsExactly(0, 0, 0, 0, 1, 0, 0);
    assertThat(inputs(encoder, 0, NAN, 100, 200)).containsExactly(0, 0, 0, 0, half, half, 0);
    float[] withRare = inputs(encoder, 0, NAN, 100, 300, 999);
    float third = (float) Math.sqrt(1 / 3.0);
    assertThat(withRare[4]).isCloseTo(third, within(1e-6f));
    assertThat(withRare[6]).isCloseTo(2 * third, within(1e-6f));
  }

  @Test
  void aColumnOfNothingIsRefusedByName() {
    RawFeatures noPrice =
        raw(new long[] {7, 7}, new double[] {NAN, Double.NEGATIVE_INFINITY}, new long[] {1});
    assertThatThrownBy(() -> FeatureEncoder.fit(TABLE, noPrice, 10, 1))
        .isInstanceOf(UnusableFeatureException.class)
        .hasMessageContaining("'price' of catalogue")
        .hasMessageContaining("a finite number");
    RawFeatures noBrand = raw(new long[] {0}, new double[] {1}, new long[] {1});
    assertThatThrownBy(() -> FeatureEncoder.fit(TABLE, noBrand, 10, 1))
        .hasMessageContaining("'brand'");
    RawFeatures noTag = raw(new long[] {1}, new double[] {1});
    assertThatThrownBy(() -> FeatureEncoder.fit(TABLE, noTag, 10, 1))
        .hasMessageContaining("'genres'");
    RawFeatures nobody = raw(new long[0], new double[0]);
    assertThatThrownBy(() -> FeatureEncoder.fit(TABLE, nobody, 10, 1))
        .isInstanceOf(UnusableFeatureException.class);
  }

  @Test
  void anEncoderIsReadBackAsItWasAndNothingElseIsAnEncoder() {
    FeatureEncoder encoder = encoder();
    double[] kept = encoder.toArray();
    FeatureEncoder read = FeatureEncoder.ofArray(encoder.shape(), kept);
    assertThat(read.encode(usual()).rows()).isEqualTo(encoder.encode(usual()).rows());
    assertThat(read.toArray()).isEqualTo(kept);
    assertThat(read.shape()).isEqualTo(TABLE.shape());
    for (int length = 0; length < kept.length; length++) {
      double[] cut = Arrays.copyOf(kept, length);
      assertThatThrownBy(() -> FeatureEncoder.ofArray("", cut))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> FeatureEncoder.ofArray("", Arrays.copyOf(kept, kept.length + 1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void inputsAreFoundByEntity() {
    EncodedFeatures encoded = encoder().encode(usual());
    SparseRows rows = encoded.by(new int[] {40, 3, 0});
    assertThat(rows.has(0)).isTrue();
    assertThat(rows.has(1)).as("nobody knows 3").isFalse();
    assertThat(rows.has(3)).as("there are three rows").isFalse();
    assertThat(encoded.known()).as("50 has a row, but no value in it").endsWith(30, 40);
    EncodedFeatures halves =
        EncodedFeatures.together(
            List.of(encoded.where(n -> n % 20 == 0), encoded.where(n -> n % 20 != 0)));
    assertThat(halves.rows()).isEqualTo(encoded.rows());
    assertThat(halves.indices()).isEqualTo(encoded.indices());
  }
}
