package io.perennial.model.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.model.FactorRows;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class TopItemsTest {
  /** Rows of these items with small whole numbers, so that ties are many and sums exact. */
  private static FactorRows rows(int[] items, int rank, Random random) {
    float[] values = new float[items.length * rank];
    for (int n = 0; n < values.length; n++) {
      values[n] = random.nextInt(5) - 2;
    }
    return new FactorRows(rank, items, values, new float[items.length]);
  }

  private static int[] some(int count, double share, Random random) {
    return IntStream.range(0, count).filter(n -> random.nextDouble() < share).toArray();
  }

  private static double score(FactorRows rows, int item, float[] users, int user) {
    double sum = 0;
    for (int c = 0; c < rows.rank(); c++) {
      sum +=
          (double) rows.values()[rows.position(item) * rows.rank() + c]
              * users[user * rows.rank() + c];
    }
    return sum;
  }

  /** All items sorted by score, then index; the first n. */
  private static List<Integer> bySorting(
      FactorRows rows, int[] choice, float[] users, int user, int n, int[] seen) {
    List<Integer> items = new ArrayList<>();
    for (int item : choice) {
      if (rows.position(item) >= 0 && (seen == null || Arrays.binarySearch(seen, item) < 0)) {
        items.add(item);
      }
    }
    items.sort(
        (a, b) -> {
          int byScore = Double.compare(score(rows, b, users, user), score(rows, a, users, user));
          return byScore == 0 ? Integer.compare(a, b) : byScore;
        });
    return items.subList(0, Math.min(n, items.size()));
  }

  private static void assertSorted(int count, int rank, int userCount, int n, long seed) {
    Random random = new Random(seed);
    FactorRows rows = rows(some(count, 0.8, random), rank, random);
    int[] choice = some(count, 0.9, random);
    float[] users = rows(IntStream.range(0, userCount).toArray(), rank, random).values();
    int[][] seen = new int[userCount][];
    for (int user = 0; user < userCount; user++) {
      seen[user] = random.nextBoolean() ? some(count + 3, 0.3, random) : null;
    }
    TopRows best = new TopItems(rows, choice).best(users, userCount, n, seen);

    assertThat(best.users()).isEqualTo(userCount);
    for (int user = 0; user < userCount; user++) {
      List<Integer> expected = bySorting(rows, choice, users, user, n, seen[user]);
      List<Integer> found = new ArrayList<>();
      for (int at = 0; at < best.sizes()[user]; at++) {
        found.add(best.item(user, at));
        assertThat((double) best.score(user, at))
            .isEqualTo(score(rows, best.item(user, at), users, user));
      }
      assertThat(found).isEqualTo(expected);
    }
  }

  @Property(tries = 200)
  void theBestAreThoseOfAFullSort(
      @ForAll @IntRange(max = 60) int items,
      @ForAll @IntRange(min = 1, max = 5) int rank,
      @ForAll @IntRange(max = 6) int users,
      @ForAll @IntRange(min = 1, max = 70) int n,
      @ForAll long seed) {
    assertSorted(items, rank, users, n, seed);
  }

  @Test
  void blocksOfUsersAndTilesOfItemsFitTogether() {
    assertSorted(2 * TopItems.TILE + 777, 9, 2 * TopItems.USERS + 17, 25, 5);
    assertSorted(3 * TopItems.TILE, 17, TopItems.USERS, 1, 6);
  }

  @Test
  void heapsKeepTheBestInAnyOrderOfScores() {
    Random random = new Random(9);
    for (int n : new int[] {1, 2, 3, 7, 20}) {
      float[] scores = new float[1001];
      for (int at = 0; at < scores.length; at++) {
        scores[at] = random.nextInt(300);
      }
      scores[10] = Float.NaN;
      scores[11] = Float.POSITIVE_INFINITY;
      scores[12] = Float.NEGATIVE_INFINITY;
      BestItems best = new BestItems(1, n);
      best.offer(0, scores, 0, 500, 0);
      best.offer(0, scores, 500, 501, 500);
      TopRows top = best.sorted(IntStream.range(0, scores.length).toArray());

      List<Integer> expected =
          IntStream.range(0, scores.length)
              .filter(at -> at != 10 && at != 12)
              .boxed()
              .sorted((a, b) -> Float.compare(scores[b], scores[a]))
              .limit(n)
              .toList();
      assertThat(IntStream.range(0, n).mapToObj(at -> top.item(0, at)).toList())
          .isEqualTo(expected);
    }
  }

  @Test
  void aCopyThatTravelledRanksAlike() throws IOException, ClassNotFoundException {
    Random random = new Random(3);
    FactorRows rows = rows(some(5000, 0.9, random), 8, random);
    TopItems items = new TopItems(rows, rows.indices());
    float[] users = rows(IntStream.range(0, 200).toArray(), 8, random).values();
    TopRows before = items.best(users, 200, 10, new int[200][]);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(items);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      TopRows after = ((TopItems) in.readObject()).best(users, 200, 10, new int[200][]);

      assertThat(after.items()).isEqualTo(before.items());
      assertThat(after.scores()).isEqualTo(before.scores());
    }
  }

  @Test
  void nothingToChooseFromIsNothingChosen() {
    TopItems none = new TopItems(FactorRows.empty(2), new int[] {1, 2});

    assertThat(none.best(new float[] {1, 2}, 1, 5, new int[1][]).sizes()).containsExactly(0);
    assertThatThrownBy(() -> none.best(new float[1], 1, 5, new int[1][]))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
