package io.perennial.model.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.perennial.model.FactorRows;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FactorScorerTest {
  private static final int RANK = 13;

  /** Rows of every index but the multiples of seven. */
  private static FactorRows rows(int count, long seed) {
    int[] indices = IntStream.range(0, count).filter(n -> n % 7 != 0).toArray();
    Random random = new Random(seed);
    float[] values = new float[indices.length * RANK];
    for (int n = 0; n < values.length; n++) {
      values[n] = random.nextFloat() - 0.5f;
    }
    return new FactorRows(RANK, indices, values, new float[indices.length]);
  }

  private static void assertScores(FactorScorer scorer, FactorRows users, FactorRows items, int n) {
    int[] wanted = IntStream.range(0, n).toArray();
    float[] out = new float[n * scorer.itemCount() + 3];
    scorer.score(wanted, out);
    for (int user = 0; user < n; user++) {
      for (int item = 0; item < scorer.itemCount(); item++) {
        float score = out[user * scorer.itemCount() + item];
        int u = users.position(user);
        int i = items.position(item);
        assertThat(scorer.knowsUser(user)).isEqualTo(u >= 0);
        assertThat(scorer.knowsItem(item)).isEqualTo(i >= 0);
        if (u < 0 || i < 0) {
          assertThat(score).isNaN();
        } else {
          double expected = 0;
          for (int c = 0; c < RANK; c++) {
            expected += (double) users.values()[u * RANK + c] * items.values()[i * RANK + c];
          }
          assertThat((double) score).isCloseTo(expected, within(1e-5));
        }
      }
    }
    assertThat(out[out.length - 1]).isZero();
  }

  @Test
  void smallBlocksAreDotProducts() {
    FactorRows users = rows(20, 1);
    FactorRows items = rows(30, 2);
    assertScores(new FactorScorer(users, items), users, items, 25);
  }

  @Test
  void largeBlocksAreTheSameByMatrixProduct() {
    FactorRows users = rows(1300, 3);
    FactorRows items = rows(150, 4);
    FactorScorer scorer = new FactorScorer(users, items);
    assertScores(scorer, users, items, 1310);
    assertScores(scorer, users, items, 1200);
  }

  @Test
  void scorerTravelsAndScoresOnManyThreads() throws IOException, ClassNotFoundException {
    FactorRows users = rows(1200, 5);
    FactorRows items = rows(160, 6);
    FactorScorer scorer = new FactorScorer(users, items);
    int[] wanted = IntStream.range(0, 1200).toArray();
    float[] expected = new float[1200 * scorer.itemCount()];
    scorer.score(wanted, expected);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(scorer);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      FactorScorer copy = (FactorScorer) in.readObject();
      IntStream.range(0, 8)
          .parallel()
          .forEach(
              n -> {
                float[] out = new float[expected.length];
                copy.score(wanted, out);
                for (int k = 0; k < out.length; k++) {
                  if (!(Math.abs(out[k] - expected[k]) <= 1e-5f)
                      && !(Float.isNaN(out[k]) && Float.isNaN(expected[k]))) {
                    throw new AssertionError(out[k] + " at " + k + ", expected " + expected[k]);
                  }
                }
              });
    }
  }

  @Test
  void scoresThatDoNotFitAreRefused() {
    FactorScorer scorer = new FactorScorer(rows(5, 1), rows(5, 2));
    assertThatThrownBy(() -> scorer.score(new int[] {1, 2}, new float[9]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("do not fit into 9 values");
  }
}
