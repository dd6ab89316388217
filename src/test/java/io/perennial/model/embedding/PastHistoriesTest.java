package io.perennial.model.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import org.junit.jupiter.api.Test;

class PastHistoriesTest {
  private static BitSet tonight(int... users) {
    BitSet set = new BitSet();
    for (int user : users) {
      set.set(user);
    }
    return set;
  }

  private static BitSet drawn(double others, long known, long seed, BitSet tonight) {
    return new PastHistories(null, others, known, seed).users(tonight);
  }

  @Test
  void withoutOthersOnlyTonightsUsersAreSeen() {
    BitSet tonight = tonight(3, 900);
    assertThat(drawn(0, 1000, 1, tonight)).isEqualTo(tonight);
    assertThat(drawn(5, 0, 1, tonight)).isEqualTo(tonight);
  }

  @Test
  void othersAreDrawnAmongThoseThatTheParentKnowsAnewForEverySeed() {
    BitSet tonight = tonight(3, 7, 1200);
    BitSet users = drawn(10, 1000, 1, tonight);
    assertThat(users.get(3) && users.get(7) && users.get(1200)).isTrue();
    assertThat(users.cardinality()).isBetween(25, 33);
    assertThat(users.previousSetBit(1199)).isLessThan(1000);
    assertThat(drawn(10, 1000, 1, tonight)).isEqualTo(users);
    assertThat(drawn(10, 1000, 2, tonight)).isNotEqualTo(users);
  }

  @Test
  void aLargeNightDrawsNoMoreThanTheMost() {
    BitSet tonight = new BitSet();
    tonight.set(0, 10_000);
    BitSet users = drawn(100, Integer.MAX_VALUE, 1, tonight);
    assertThat(users.cardinality() - 10_000).isBetween(19_900, PastHistories.MOST_OTHERS);
  }

  @Test
  void noMoreAreDrawnThanThereAre() {
    assertThat(drawn(100, 20, 1, tonight(1, 2)).cardinality()).isLessThanOrEqualTo(20);
  }
}
