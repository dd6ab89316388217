package io.perennial.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a record of somebody else's family may hold. */
class RecordBinderTest {
  /** Kinds of something. */
  private enum Kind {
    KEEP_AND_LEARN,
    FORGET
  }

  private record Inner(int depth) {}

  private record Options(
      List<Double> rates,
      List<Kind> kinds,
      List<Integer> widths,
      List<String> tags,
      Map<String, Double> weights,
      Optional<Double> clip,
      Inner inner) {
    private static final Options DEFAULT =
        new Options(
            List.of(0.5),
            List.of(Kind.FORGET),
            List.of(),
            List.of("a"),
            Map.of(),
            Optional.of(1.0),
            new Inner(2));
  }

  private static Options read(String text) {
    Problems problems = new Problems("own.yaml");
    YamlSection root = YamlDocument.read(text, problems);
    Options options = RecordBinder.bind(root, Options.DEFAULT);
    root.refuseUnknown(new Spelling(root.askedPaths()));
    problems.throwIfAny();
    return options;
  }

  @Test
  void everyKindOfComponentIsRead() {
    assertThat(
            read(
                """
                rates:
                  - 0.1
                  - 1e-3
                kinds:
                  - keep+learn
                  - forget
                widths:
                  - 8
                tags: b
                weights:
                  view: 0.5
                clip: none
                inner:
                  depth: 3
                """))
        .isEqualTo(
            new Options(
                List.of(0.1, 1e-3),
                List.of(Kind.KEEP_AND_LEARN, Kind.FORGET),
                List.of(8),
                List.of("b"),
                Map.of("view", 0.5),
                Optional.empty(),
                new Inner(3)));
    assertThat(read("clip: 2.5\n"))
        .isEqualTo(
            new Options(
                List.of(0.5),
                List.of(Kind.FORGET),
                List.of(),
                List.of("a"),
                Map.of(),
                Optional.of(2.5),
                new Inner(2)));
  }

  @Test
  void aListOfSomethingElseIsRefusedWithWhatMayStandThere() {
    assertThatThrownBy(() -> read("rates:\n  - fast\n"))
        .isInstanceOf(InvalidPipelineException.class)
        .hasMessageContaining("line 1: rates must be a list of numbers, got a list");
    assertThatThrownBy(() -> read("rates: .inf\n"))
        .isInstanceOf(InvalidPipelineException.class)
        .hasMessageContaining("rates must be a list of numbers");
    assertThatThrownBy(() -> read("rates: NaN\n"))
        .isInstanceOf(InvalidPipelineException.class)
        .hasMessageContaining("rates must be a list of numbers");
    assertThatThrownBy(() -> read("kinds: keep\n"))
        .isInstanceOf(InvalidPipelineException.class)
        .hasMessageContaining("kinds must be a list of keep+learn, forget, got 'keep'");
  }
}
