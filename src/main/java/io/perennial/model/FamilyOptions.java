package io.perennial.model;

import io.perennial.Behaviours;
import io.perennial.model.history.DecayPolicy;
import java.util.Objects;
import java.util.Optional;

/**
 * A family with the options that a pipeline file gives it.
 *
 * @param description of the family
 * @param model the section {@code model}
 * @param distillation the section {@code distillation}
 * @param behaviours the section {@code behaviours}
 */
public record FamilyOptions<O extends Record, D extends Record>(
    FamilyDescription<O, D> description, O model, D distillation, Behaviours behaviours) {
  /** All event types are alike. */
  public FamilyOptions(FamilyDescription<O, D> description, O model, D distillation) {
    this(description, model, distillation, Behaviours.NONE);
  }

  public FamilyOptions {
    Objects.requireNonNull(description, "description");
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(distillation, "distillation");
    Objects.requireNonNull(behaviours, "behaviours");
  }

  /** As under {@code model.family}. */
  public String name() {
    return description.name();
  }

  /** What the value of an event means. */
  public Feedback feedback() {
    return description.feedback(model);
  }

  /** Which options say so. */
  public String feedbackReason() {
    return description.feedbackReason(model);
  }

  /** Whether it learns from features of users and items. */
  public boolean learnsFeatures() {
    return description.learnsFeatures(model);
  }

  /**
   * What stages learn with.
   *
   * @throws InvalidFamilyException where it has another name than its description
   */
  public ModelFamily<?> family() {
    ModelFamily<?> family = description.family(model, distillation, behaviours);
    if (!family.name().equals(name())) {
      throw new InvalidFamilyException(
          "Cannot use the model family '"
              + name()
              + "': it calls itself '"
              + family.name()
              + "' in "
              + family.getClass().getName()
              + ". Versions are kept by that name, so both must be the same.");
    }
    return family;
  }

  /** How events become the counts of a user's history. */
  public DecayPolicy decay() {
    return family().decay();
  }

  /** The same with other options of distillation. */
  public FamilyOptions<O, D> with(D other) {
    return new FamilyOptions<>(description, model, other, behaviours);
  }

  /** The same where event types count so much. */
  public FamilyOptions<O, D> with(Behaviours other) {
    return new FamilyOptions<>(description, model, distillation, other);
  }

  /** The same with other options of the model. */
  public FamilyOptions<O, D> withModel(O other) {
    return new FamilyOptions<>(description, other, distillation, behaviours);
  }

  /** The same, without a teacher. */
  public FamilyOptions<O, D> untaught() {
    return with(description.untaught());
  }

  /** The same with another fading of events; empty where it cannot be chosen. */
  public Optional<FamilyOptions<?, ?>> fading(DecayPolicy decay) {
    return description.fading(model, decay).map(this::withModel);
  }

  /** The same as Spark MLlib would be given it; empty where it has no such model. */
  public Optional<FamilyOptions<?, ?>> asInMllib() {
    return description.asInMllib(model).map(this::withModel);
  }

  /** The weight of the teacher; empty where there is none. */
  public Optional<Dial<FamilyOptions<?, ?>>> teacherWeight() {
    return description.teacherWeight(distillation).map(dial -> dial.of(this::with));
  }

  /** The regularisation; empty where there is none. */
  public Optional<Dial<FamilyOptions<?, ?>>> regularisation() {
    return description.regularisation(model).map(dial -> dial.of(this::withModel));
  }

  /** Equal options of the same kind of family, however often its description was loaded. */
  @Override
  public boolean equals(Object other) {
    return other instanceof FamilyOptions<?, ?> that
        && description.getClass() == that.description.getClass()
        && model.equals(that.model)
        && distillation.equals(that.distillation)
        && behaviours.equals(that.behaviours);
  }

  @Override
  public int hashCode() {
    return Objects.hash(description.getClass(), model, distillation, behaviours);
  }
}
