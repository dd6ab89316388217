package io.perennial.model.embedding.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.model.RememberedEvents;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExemplarsTest {
  private static final RememberedEvents FIVE =
      new RememberedEvents(
          new int[] {1, 2, 1, 3, 1},
          new int[] {7, 7, 8, 7, 9},
          new int[] {0, 1, 0, 2, 0},
          new float[] {5, 4, 3, 2, 1},
          new long[] {10, 20, 30, 40, 50},
          new float[] {0.5f, 0.1f, 0.2f, 0.3f, 0.9f});

  @Test
  void lowestKeysOfEachOwnerStay() {
    RememberedEvents byItem = Exemplars.bounded(FIVE, Replay.Owner.ITEM, 2);
    assertThat(byItem.items()).containsExactly(7, 7, 8, 9);
    assertThat(byItem.users()).containsExactly(2, 3, 1, 1);
    assertThat(byItem.values()).containsExactly(4, 2, 3, 1);
    RememberedEvents byUser = Exemplars.bounded(FIVE, Replay.Owner.USER, 1);
    assertThat(byUser.users()).containsExactly(1, 2, 3);
    assertThat(byUser.items()).containsExactly(8, 7, 7);
  }

  @Test
  void boundingInPartsIsBoundingTheWhole() {
    RememberedEvents left = Exemplars.bounded(FIVE.where(p -> p < 2), Replay.Owner.ITEM, 2);
    RememberedEvents right = Exemplars.bounded(FIVE.where(p -> p >= 2), Replay.Owner.ITEM, 2);
    for (List<RememberedEvents> parts : List.of(List.of(left, right), List.of(right, left))) {
      RememberedEvents whole =
          Exemplars.bounded(RememberedEvents.concatenated(parts), Replay.Owner.ITEM, 2);
      assertThat(whole)
          .usingRecursiveComparison()
          .isEqualTo(Exemplars.bounded(FIVE, Replay.Owner.ITEM, 2));
    }
  }

  @Test
  void newerKeyOfAPairReplacesTheOlder() {
    RememberedEvents newer =
        new RememberedEvents(
            new int[] {2},
            new int[] {7},
            new int[] {1},
            new float[] {9},
            new long[] {60},
            new float[] {0.8f});
    RememberedEvents both =
        Exemplars.bounded(
            RememberedEvents.concatenated(List.of(newer, FIVE)), Replay.Owner.ITEM, 3);
    assertThat(both.users()).containsExactly(3, 1, 2, 1, 1);
    assertThat(both.values()[2]).isEqualTo(9);
    assertThat(both.times()).containsExactly(40, 10, 60, 30, 50);
  }

  @Test
  void columnsOfUnequalLengthAreRefused() {
    assertThatThrownBy(
            () ->
                new RememberedEvents(
                    new int[2], new int[2], new int[2], new float[2], new long[1], new float[2]))
        .hasMessageContaining("do not fit together");
  }

  @Test
  void herdingKeepsTheRunningMeanNearTheMean() {
    // The mean is (1, 0): first the vector nearest to it, then the one that corrects it best.
    float[] vectors = {0, 0, 1.2f, 0.1f, 4, 4, -1.2f, -4.1f};
    int[] ranks = Herding.ranks(vectors, 4, 2, 2);
    assertThat(ranks[1]).isZero();
    assertThat(ranks[0]).isEqualTo(1);
    assertThat(ranks[2]).isEqualTo(Integer.MAX_VALUE);
    assertThat(ranks[3]).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void boundsAreChecked() {
    assertThatThrownBy(() -> new Replay(-1, Replay.Owner.USER, Replay.Selection.LOSS, 1))
        .hasMessageContaining("distillation.replay.most");
    assertThatThrownBy(() -> new Replay(1, Replay.Owner.USER, Replay.Selection.LOSS, Double.NaN))
        .hasMessageContaining("distillation.replay.weight");
  }
}
