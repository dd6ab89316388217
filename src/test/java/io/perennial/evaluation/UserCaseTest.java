package io.perennial.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.model.history.Past;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Who is new, who comes for the second time, who has been there more often. */
class UserCaseTest {
  private static final long MORNING = Instant.parse("2026-03-01T08:00:00Z").toEpochMilli();
  private static final long EVENING = MORNING + Duration.ofHours(12).toMillis();

  private static UserCase withPast(int[] events, long... lastTimes) {
    int[] items = new int[events.length];
    for (int n = 0; n < items.length; n++) {
      items[n] = n;
    }
    return new UserCase(
        3,
        new int[] {9},
        new float[] {1},
        new Past(items, new float[items.length], events, lastTimes));
  }

  @Test
  void oneDayOfDistinctItemsMakesTheNextTheSecond() {
    UserCase user = withPast(new int[] {1, 1}, EVENING, MORNING);
    assertThat(user.isOnSecondNight()).isTrue();
    assertThat(user.isNewUser()).isFalse();
  }

  @Test
  void nobodyWithoutAPastIsThereForTheSecondTime() {
    UserCase user = withPast(new int[0]);
    assertThat(user.isOnSecondNight()).isFalse();
    assertThat(user.isNewUser()).isTrue();
  }

  @Test
  void anItemOfSeveralDaysIsMoreThanOneNight() {
    assertThat(withPast(new int[] {1, 2}, MORNING, MORNING).isOnSecondNight()).isFalse();
  }

  @Test
  void itemsADayApartAreMoreThanOneNight() {
    long nextDay = MORNING + Duration.ofDays(1).toMillis();
    assertThat(withPast(new int[] {1, 1}, MORNING, nextDay).isOnSecondNight()).isFalse();
  }
}
