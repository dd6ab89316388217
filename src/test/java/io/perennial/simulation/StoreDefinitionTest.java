package io.perennial.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.ExitCode;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StoreDefinitionTest {
  @Test
  void definitionIsReadBackFromItsText() {
    StoreDefinition definition =
        StoreDefinition.small()
            .with(
                Map.of("seed", "-7", "zone", "America/New_York", "format", "JSON", "users", "700"));
    assertThat(StoreProperties.read(StoreProperties.write(definition))).isEqualTo(definition);
    assertThat(definition).isNotEqualTo(StoreDefinition.small());
  }

  @Test
  void unknownFigureIsRefusedWithTheNearestKnownOne() {
    assertThatThrownBy(() -> StoreDefinition.small().with(Map.of("user", "5")))
        .isInstanceOfSatisfying(
            InvalidStoreException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE))
        .hasMessageContaining("no figure \"user\"")
        .hasMessageContaining("Did you mean \"users\"?");
  }

  @Test
  void figuresOutOfRangeOrInContradictionAreRefusedWithTheirValue() {
    assertThatThrownBy(() -> StoreDefinition.small().with(Map.of("badRowShare", "1.5")))
        .isInstanceOf(InvalidStoreException.class)
        .hasMessageContaining("badRowShare = 1.5");
    assertThatThrownBy(() -> StoreDefinition.small().with(Map.of("days", "soon")))
        .isInstanceOf(InvalidStoreException.class)
        .hasMessageContaining("days = \"soon\" as a whole number");
    assertThatThrownBy(() -> StoreDefinition.small().with(Map.of("zone", "Mars/Base")))
        .hasMessageContaining("a time zone such as");
    assertThatThrownBy(() -> StoreDefinition.small().with(Map.of("retirementsPerDay", "20")))
        .hasMessageContaining("at most nine tenths");
    assertThatThrownBy(() -> StoreDefinition.small().with(Map.of("users", "100000")))
        .hasMessageContaining("2000 events a day with up to 40074 visitors a day");
    assertThatThrownBy(
            () -> StoreDefinition.small().with(Map.of("users", "1", "newUsersPerDay", "0")))
        .hasMessageContaining("as few as 0.4 visitors a day");
    assertThatThrownBy(() -> StoreDefinition.small().with(Map.of("driftingGroup", "0.99")))
        .hasMessageContaining("driftingGroup + retiredGroup");
  }

  @Test
  void sizedStoresHaveAboutSoManyEvents() {
    for (long events : new long[] {100_000, 1_000_000, 10_000_000, 100_000_000}) {
      assertThat(StoreDefinition.sized(events).targetEvents())
          .isBetween(events * 0.999, events * 1.001);
    }
  }
}
