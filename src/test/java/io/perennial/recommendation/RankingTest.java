package io.perennial.recommendation;

import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.model.FactorRows;
import io.perennial.model.FoldIn;
import io.perennial.model.UserProjection;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.expressions.UnsafeArrayData;
import org.apache.spark.unsafe.types.UTF8String;
import org.junit.jupiter.api.Test;

class RankingTest {
  private static final int ITEMS = 6;

  /** Item n has the vector (n, 1), but item 0, which may not be recommended. */
  private static Catalogue catalogue() {
    float[] values = new float[2 * ITEMS];
    for (int item = 0; item < ITEMS; item++) {
      values[2 * item] = item;
      values[2 * item + 1] = 1;
    }
    return new Catalogue(
        new FactorRows(2, IntStream.range(0, ITEMS).toArray(), values, new float[ITEMS]),
        new int[] {1, 2, 3, 4, 5},
        new String[] {"one", "two", "three", "four", "five"},
        new int[] {3, 1, 5},
        new float[] {30, 20, 10});
  }

  private static RecommendationOptions options(boolean excludeSeen) {
    return new RecommendationOptions(
        2, excludeSeen, true, Optional.empty(), Optional.empty(), ITEMS, 1, 1);
  }

  /** Gives the vector (-1, 0) to those who did something with item 4, and zeros for item 5. */
  private static FoldIn foldIn() {
    return histories -> {
      List<Integer> users = new ArrayList<>();
      List<Float> first = new ArrayList<>();
      for (int u = 0; u < histories.users().length; u++) {
        for (int p = histories.offsets()[u]; p < histories.offsets()[u + 1]; p++) {
          if (histories.items()[p] >= 4) {
            users.add(histories.users()[u]);
            first.add(histories.items()[p] == 4 ? -1f : 0f);
          }
        }
      }
      float[] values = new float[2 * users.size()];
      for (int n = 0; n < users.size(); n++) {
        values[2 * n] = first.get(n);
      }
      return new FactorRows(
          2, users.stream().mapToInt(Integer::intValue).toArray(), values, new float[users.size()]);
    };
  }

  private static InternalRow user(String name, float[] factor, int[] seen, int[] since) {
    Object[] cells = new Object[Ranking.WIDTH];
    cells[Ranking.USER] = UTF8String.fromString(name);
    cells[Ranking.BUCKET] = 7;
    if (factor != null) {
      cells[Ranking.FACTOR] = UnsafeArrayData.fromPrimitiveArray(factor);
    }
    if (seen != null) {
      cells[Ranking.SEEN] = UnsafeArrayData.fromPrimitiveArray(seen);
    }
    if (since != null) {
      cells[Ranking.ITEMS] = UnsafeArrayData.fromPrimitiveArray(since);
      cells[Ranking.COUNTS] = UnsafeArrayData.fromPrimitiveArray(new float[since.length]);
      cells[Ranking.VALUES] = UnsafeArrayData.fromPrimitiveArray(new float[since.length]);
      cells[Ranking.EVENTS] = UnsafeArrayData.fromPrimitiveArray(new int[since.length]);
      cells[Ranking.LAST_TIMES] = UnsafeArrayData.fromPrimitiveArray(new long[since.length]);
    }
    return new GenericInternalRow(cells);
  }

  private static List<String> ranked(
      Optional<FoldIn> foldIn, RecommendationOptions options, InternalRow... users) {
    List<String> rows = new ArrayList<>();
    Iterator<InternalRow> found =
        new Ranking(
                catalogue(),
                UserProjection.asKept(2),
                foldIn,
                Optional.empty(),
                Optional.empty(),
                options)
            .rank(List.of(users).iterator());
    while (found.hasNext()) {
      InternalRow row = found.next();
      assertThat(row.getInt(1)).isEqualTo(7);
      rows.add(
          "%s %d %s %s %s"
              .formatted(
                  row.getUTF8String(0),
                  row.getInt(2),
                  row.getUTF8String(3),
                  row.getFloat(4),
                  row.getUTF8String(5)));
    }
    return rows;
  }

  @Test
  void aUserIsRankedByHisVectorElseFoldedInElseByPopularity() {
    assertThat(
            ranked(
                Optional.of(foldIn()),
                options(false),
                user("known", new float[] {1, 0}, null, new int[] {4}),
                user("new", null, null, new int[] {-1, 4}),
                user("lost", null, null, new int[] {-1}),
                user("blank", null, null, new int[] {5}),
                user("nobody", null, null, null),
                user("zero", new float[2], null, null)))
        .containsExactly(
            "known 1 five 5.0 model",
            "known 2 four 4.0 model",
            "new 1 one -1.0 fold_in",
            "new 2 two -2.0 fold_in",
            "lost 1 three 30.0 popularity",
            "lost 2 one 20.0 popularity",
            "blank 1 three 30.0 popularity",
            "blank 2 one 20.0 popularity",
            "nobody 1 three 30.0 popularity",
            "nobody 2 one 20.0 popularity",
            "zero 1 three 30.0 popularity",
            "zero 2 one 20.0 popularity");
  }

  @Test
  void withoutFoldInWhoCameSinceGetsPopularItems() {
    assertThat(ranked(Optional.empty(), options(false), user("new", null, null, new int[] {4})))
        .containsExactly("new 1 three 30.0 popularity", "new 2 one 20.0 popularity");
  }

  @Test
  void whatWasSeenBeforeOrSinceIsLeftOutOnRequestFromEverySource() {
    InternalRow[] users = {
      user("known", new float[] {1, 0}, new int[] {0, 5}, new int[] {-1, 3}),
      user("new", null, null, new int[] {1, 4}),
      user("lost", null, new int[] {1, 3}, null)
    };
    assertThat(ranked(Optional.of(foldIn()), options(true), users))
        .containsExactly(
            "known 1 four 4.0 model",
            "known 2 two 2.0 model",
            "new 1 two -2.0 fold_in",
            "new 2 three -3.0 fold_in",
            "lost 1 five 10.0 popularity");
    assertThat(ranked(Optional.of(foldIn()), options(false), users))
        .startsWith("known 1 five 5.0 model", "known 2 four 4.0 model", "new 1 one -1.0 fold_in");
  }

  @Test
  void blocksFollowEachOtherInTheOrderOfUsers() {
    InternalRow[] users =
        IntStream.range(0, 1000)
            .mapToObj(
                n ->
                    n % 3 == 0
                        ? user("u" + n, null, null, new int[] {4})
                        : user("u" + n, new float[] {1, 0}, null, null))
            .toArray(InternalRow[]::new);

    List<String> rows = ranked(Optional.of(foldIn()), options(false), users);

    assertThat(rows).hasSize(2000);
    for (int n = 0; n < 1000; n++) {
      assertThat(rows.get(2 * n))
          .isEqualTo(n % 3 == 0 ? "u" + n + " 1 one -1.0 fold_in" : "u" + n + " 1 five 5.0 model");
    }
  }

  @Test
  void aKnownUserWhoIsServedFreshIsSolvedFromAllHeDid() {
    FreshUsers fresh = new FreshUsers(foldIn(), new PastReader(0, 1_000));
    InternalRow changed = user("changed", new float[] {1, 0}, new int[] {2}, new int[] {4});
    changed.update(Ranking.HAD_COUNTS, UnsafeArrayData.fromPrimitiveArray(new float[] {1}));
    changed.update(Ranking.HAD_EVENTS, UnsafeArrayData.fromPrimitiveArray(new int[] {1}));
    changed.update(Ranking.HAD_LAST_TIMES, UnsafeArrayData.fromPrimitiveArray(new long[] {9}));

    List<String> rows = new ArrayList<>();
    new Ranking(
            catalogue(),
            UserProjection.asKept(2),
            Optional.of(foldIn()),
            Optional.of(fresh),
            Optional.empty(),
            options(false))
        .rank(
            List.of(
                    changed,
                    user("quiet", new float[] {1, 0}, null, null),
                    user("new", null, null, new int[] {4}))
                .iterator())
        .forEachRemaining(
            row ->
                rows.add(
                    row.getUTF8String(0)
                        + " "
                        + row.getUTF8String(3)
                        + " "
                        + row.getUTF8String(5)));

    assertThat(rows)
        .containsExactly(
            "changed one model",
            "changed two model",
            "quiet five model",
            "quiet four model",
            "new one fold_in",
            "new two fold_in");
  }

  /** A scaled cosine with a bias: length does not matter, and items have a coordinate more. */
  private record ScaledCosine(float scale) implements UserProjection {
    @Override
    public int rank() {
      return 2;
    }

    @Override
    public float[] rows(float[] vectors, int count) {
      float[] rows = new float[3 * count];
      for (int n = 0; n < count; n++) {
        float length = (float) Math.hypot(vectors[2 * n], vectors[2 * n + 1]);
        rows[3 * n] = length == 0 ? 0 : scale * vectors[2 * n] / length;
        rows[3 * n + 1] = length == 0 ? 0 : scale * vectors[2 * n + 1] / length;
        rows[3 * n + 2] = 1;
      }
      return rows;
    }
  }

  @Test
  void aModelWithAnotherFormOfScoreRanksByItsRows() {
    // Directions of the items, then their biases.
    float[] rows = {1, 0, 0.5f, 0, 1, 0, 0.6f, 0.8f, 0.25f};
    Catalogue catalogue =
        new Catalogue(
            new FactorRows(3, new int[] {0, 1, 2}, rows, new float[3]),
            new int[] {0, 1, 2},
            new String[] {"east", "north", "between"},
            new int[] {1},
            new float[] {9});
    FoldIn north =
        histories -> new FactorRows(2, histories.users(), new float[] {0, 7}, new float[] {1});
    List<String> found = new ArrayList<>();
    new Ranking(
            catalogue,
            new ScaledCosine(2),
            Optional.of(north),
            Optional.empty(),
            Optional.empty(),
            options(false))
        .rank(
            List.of(
                    user("east", new float[] {30, 0}, null, null),
                    user("new", null, null, new int[] {1}),
                    user("nobody", new float[] {0, 0}, null, null))
                .iterator())
        .forEachRemaining(
            row ->
                found.add(
                    String.format(
                        Locale.ROOT,
                        "%s %s %.2f %s",
                        row.getUTF8String(0),
                        row.getUTF8String(3),
                        row.getFloat(4),
                        row.getUTF8String(5))));

    assertThat(found)
        .containsExactly(
            "east east 2.50 model",
            "east between 1.45 model",
            "new north 2.00 fold_in",
            "new between 1.85 fold_in",
            "nobody north 9.00 popularity");
  }
}
