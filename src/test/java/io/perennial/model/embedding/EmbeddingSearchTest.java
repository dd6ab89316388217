package io.perennial.model.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.model.FamilyOptions;
import io.perennial.model.Tunable;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EmbeddingSearchTest {
  private static final EmbeddingDescription EMBEDDING = new EmbeddingDescription();

  private static FamilyOptions<EmbeddingOptions, EmbeddingDistillation> file(
      EmbeddingOptions options) {
    return new FamilyOptions<>(EMBEDDING, options, EmbeddingDistillation.NONE);
  }

  private static FamilyOptions<EmbeddingOptions, EmbeddingDistillation> drawn(
      EmbeddingOptions options, Set<Tunable> parts, long seed) {
    return EMBEDDING
        .search()
        .orElseThrow()
        .near(file(options), parts, new Random(seed), new Random(seed + 1));
  }

  @Test
  void aSeedGivesTheSameCandidateAndTheSizeStays() {
    Set<EmbeddingDistillation> teachers = new HashSet<>();
    for (EmbeddingOptions options :
        new EmbeddingOptions[] {EmbeddingOptions.retrieval(), EmbeddingOptions.ratings()}) {
      for (int seed = 0; seed < 100; seed++) {
        FamilyOptions<EmbeddingOptions, EmbeddingDistillation> one =
            drawn(options, EnumSet.allOf(Tunable.class), seed);
        assertThat(one).isEqualTo(drawn(options, EnumSet.allOf(Tunable.class), seed));
        EmbeddingOptions model = one.model();
        assertThat(model.recipe().dimension()).isEqualTo(options.recipe().dimension());
        assertThat(model.training().epochs()).isEqualTo(options.training().epochs());
        assertThat(model.training().nightlyEpochs()).isBetween(1, 5);
        double rate = options.recipe().adam().learningRate();
        assertThat(model.recipe().adam().learningRate()).isBetween(0.19 * rate, 5.1 * rate);
        assertThat(model.decay().halfLife().isPresent())
            .isEqualTo(options.decay().halfLife().isPresent());
        teachers.add(one.distillation());
      }
    }
    assertThat(teachers).hasSizeGreaterThan(90);
    assertThat(teachers)
        .anyMatch(d -> d.strength() == EmbeddingDistillation.Strength.ADAPTIVE)
        .anyMatch(d -> d.teaching().likelihood() == 0 && d.replay().most() > 0)
        .anyMatch(d -> d.teaching().anchor() > 0);
  }

  @Test
  void armsThatBeginAlikeDrawTheSameFirstModel() {
    for (int seed = 0; seed < 20; seed++) {
      EmbeddingOptions retrieval = EmbeddingOptions.retrieval();
      FamilyOptions<EmbeddingOptions, EmbeddingDistillation> alone =
          drawn(retrieval, EnumSet.noneOf(Tunable.class), seed);
      assertThat(alone.distillation()).isEqualTo(EmbeddingDistillation.NONE);
      assertThat(alone.model().training().nightlyEpochs())
          .isEqualTo(retrieval.training().nightlyEpochs());
      assertThat(alone.model().decay()).isEqualTo(retrieval.decay());
      assertThat(drawn(retrieval, EnumSet.allOf(Tunable.class), seed).model().recipe())
          .isEqualTo(alone.model().recipe());
    }
  }
}
