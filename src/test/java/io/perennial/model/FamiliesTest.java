package io.perennial.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.example.PopularityDescription;
import io.perennial.example.PopularityOptions;
import io.perennial.model.als.AlsDescription;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FamiliesTest {
  @TempDir Path jar;

  /** Takes the name of another one. */
  public static final class Second extends Named {
    public Second() {
      super("als");
    }
  }

  /** Has no name that a file could hold. */
  public static final class Nameless extends Named {
    public Nameless() {
      super("My Family");
    }
  }

  /** The example under another name. */
  abstract static class Named implements FamilyDescription<PopularityOptions, NoDistillation> {
    private final PopularityDescription example = new PopularityDescription();
    private final String name;

    Named(String name) {
      this.name = name;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public List<Preset<PopularityOptions>> presets() {
      return example.presets();
    }

    @Override
    public NoDistillation distillation(PopularityOptions options) {
      return example.distillation(options);
    }

    @Override
    public NoDistillation untaught() {
      return example.untaught();
    }

    @Override
    public Feedback feedback(PopularityOptions options) {
      return example.feedback(options);
    }

    @Override
    public ModelFamily<?> family(PopularityOptions options, NoDistillation distillation) {
      return example.family(options, distillation);
    }
  }

  private void withJarOf(String provider, ThrowingCallable work) throws Throwable {
    Path services = Files.createDirectories(jar.resolve("META-INF/services"));
    Files.writeString(services.resolve(FamilyDescription.class.getName()), provider + "\n");
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    try (URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, before)) {
      Thread.currentThread().setContextClassLoader(loader);
      work.call();
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
  }

  @Test
  void familiesAreFoundByTheirNames() {
    assertThat(Families.all()).containsOnlyKeys("als", "decayed-popularity", "embedding");
    assertThat(Families.named("als").orElseThrow()).isInstanceOf(AlsDescription.class);
    assertThat(Families.named("Als")).isEmpty();
  }

  @Test
  void aThreadThatSeesNoFamilyIsGivenTheDeliveredOnes() throws IOException {
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    try (URLClassLoader loader = new URLClassLoader(new URL[0], null)) {
      Thread.currentThread().setContextClassLoader(loader);
      assertThat(Families.named("als")).isPresent();
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
  }

  @Test
  void twoFamiliesOfOneNameAreRefused() throws Throwable {
    withJarOf(
        Second.class.getName(),
        () ->
            assertThatThrownBy(Families::all)
                .isInstanceOf(InvalidFamilyException.class)
                .hasMessageContaining("called 'als'")
                .hasMessageContaining(AlsDescription.class.getName())
                .hasMessageContaining(Second.class.getName()));
  }

  @Test
  void aClassThatIsNotThereOrHasNoNameIsToldOf() throws Throwable {
    withJarOf(
        "org.example.Gone",
        () ->
            assertThatThrownBy(Families::all)
                .isInstanceOf(InvalidFamilyException.class)
                .hasMessageContaining("org.example.Gone")
                .hasMessageContaining("META-INF/services"));
    withJarOf(
        Nameless.class.getName(),
        () ->
            assertThatThrownBy(Families::all)
                .isInstanceOf(InvalidFamilyException.class)
                .hasMessageContaining("'My Family'"));
  }

  @Test
  void aFamilyThatCallsItselfOtherwiseThanItsDescriptionIsRefused() {
    PopularityOptions options = PopularityOptions.DEFAULT;
    FamilyOptions<?, ?> learner =
        new FamilyOptions<>(new Second(), options, NoDistillation.INSTANCE);

    assertThatThrownBy(learner::family)
        .isInstanceOf(InvalidFamilyException.class)
        .hasMessageContaining("'als'")
        .hasMessageContaining("'decayed-popularity'");
  }

  @Test
  void aLossIsANumberOfAnEpoch() {
    assertThatThrownBy(() -> new TrainingLoss(1, "training", Double.NaN))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new TrainingLoss(-1, "training", 0))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
