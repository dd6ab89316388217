package io.perennial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class SideBySideTest {
  @Test
  void piecesRunAtOnceAndEachGivesItsOwnResult() {
    CountDownLatch both = new CountDownLatch(2);
    try (SideBySide work = new SideBySide()) {
      Supplier<Boolean> first = work.begin(() -> met(both));
      Supplier<Boolean> second = work.begin(() -> met(both));
      assertThat(first.get()).isTrue();
      assertThat(second.get()).isTrue();
    }
  }

  @Test
  void aFailureIsThrownAsItWasAfterAllOthersHaveEnded() {
    Set<Integer> done = ConcurrentHashMap.newKeySet();
    try (SideBySide work = new SideBySide()) {
      for (int n = 0; n < 10; n++) {
        int piece = n;
        work.begin(
            () -> {
              if (piece == 0) {
                throw new UnsupportedOperationException("no");
              }
              return done.add(piece);
            });
      }
      assertThatThrownBy(work::join)
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessage("no");
      assertThat(done).hasSize(9);
    }
  }

  @Test
  void closingWaitsForWhatIsAtWork() {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    Set<String> done = ConcurrentHashMap.newKeySet();
    try (SideBySide work = new SideBySide()) {
      work.begin(
          () -> {
            begun.countDown();
            await(released);
            return done.add("at work");
          });
      await(begun);
      released.countDown();
    }
    assertThat(done).containsExactly("at work");
  }

  private static boolean met(CountDownLatch both) {
    both.countDown();
    return await(both);
  }

  private static boolean await(CountDownLatch latch) {
    try {
      return latch.await(30, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
