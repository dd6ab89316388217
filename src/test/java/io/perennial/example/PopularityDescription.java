package io.perennial.example;

import io.perennial.model.FamilyDescription;
import io.perennial.model.Feedback;
import io.perennial.model.ModelFamily;
import io.perennial.model.NoDistillation;
import java.util.List;

/** Under which name a pipeline file finds the family, and with which keys. */
public final class PopularityDescription
    implements FamilyDescription<PopularityOptions, NoDistillation> {
  @Override
  public String name() {
    return PopularityFamily.NAME;
  }

  @Override
  public List<Preset<PopularityOptions>> presets() {
    return List.of(new Preset<>("month", PopularityOptions.DEFAULT));
  }

  @Override
  public NoDistillation distillation(PopularityOptions options) {
    return NoDistillation.INSTANCE;
  }

  @Override
  public NoDistillation untaught() {
    return NoDistillation.INSTANCE;
  }

  @Override
  public Feedback feedback(PopularityOptions options) {
    return Feedback.IMPLICIT;
  }

  @Override
  public ModelFamily<?> family(PopularityOptions options, NoDistillation distillation) {
    return new PopularityFamily(options);
  }
}
