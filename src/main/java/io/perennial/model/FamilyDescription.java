package io.perennial.model;

import io.perennial.Behaviours;
import io.perennial.model.history.DecayPolicy;
import java.util.List;
import java.util.Optional;

/**
 * A model family as a pipeline file and a backtest see it: its name, its options, and what can be
 * made of them. Found by {@link java.util.ServiceLoader}: a jar with a class of this kind, named in
 * {@code META-INF/services/io.perennial.model.FamilyDescription}, makes the name known under {@code
 * model.family}.
 *
 * <p>Options are records. Each component is a key of the section of the same name and type: whole
 * numbers, numbers, truth values, texts, spans of time, enums; lists of whole numbers, numbers,
 * texts or enums; maps from texts to one of these; an {@link Optional} of one, which a file may set
 * to {@code none}; and records, which are sections of their own. A key, its default and its check
 * stand once, in the record: what its constructor refuses with an {@link IllegalArgumentException}
 * is told with the line of the file. No component may be called {@code family} or {@code preset}.
 *
 * @param <O> options of the model: the keys of the section {@code model}
 * @param <D> options of distillation: the keys of the section {@code distillation}; {@link
 *     NoDistillation} for a family that has no teacher
 */
public interface FamilyDescription<O extends Record, D extends Record> {
  /**
   * Options that a file can start from.
   *
   * @param name as under {@code model.preset}
   */
  record Preset<O>(String name, O options) {}

  /** As under {@code model.family}: lower-case letters, digits and dashes. */
  String name();

  /** What a file can start from, at least one; one that names none starts from the first. */
  List<Preset<O>> presets();

  /** What a file without a section {@code distillation} has. */
  D distillation(O options);

  /** Distillation in which nobody teaches: for a first model, and for arms without a teacher. */
  D untaught();

  /** What the value of an event means with these options. */
  Feedback feedback(O options);

  /** Which options say so, as the end of a sentence: {@code model.implicitPrefs is false}. */
  default String feedbackReason(O options) {
    return "the model family "
        + name()
        + (feedback(options) == Feedback.EXPLICIT ? " learns ratings" : " learns signs of interest")
        + " with these options";
  }

  /** The family with its options. */
  ModelFamily<?> family(O options, D distillation);

  /**
   * The family where event types are told apart: all see events with what they count, see {@link
   * io.perennial.model.TrainingTask#events}. For families that learn each behaviour by itself.
   */
  default ModelFamily<?> family(O options, D distillation, Behaviours behaviours) {
    return family(options, distillation);
  }

  /** Whether these options learn from features of users and items, beside events. */
  default boolean learnsFeatures(O options) {
    return false;
  }

  // ---- what a backtest may ask for

  /** The same options with another fading of events; empty where it cannot be chosen. */
  default Optional<O> fading(O options, DecayPolicy decay) {
    return Optional.empty();
  }

  /**
   * The options that Spark MLlib's ALS would be given to learn as much; empty for all families that
   * it does not have.
   */
  default Optional<O> asInMllib(O options) {
    return Optional.empty();
  }

  /** The weight of the teacher; empty where there is none that one number tells. */
  default Optional<Dial<D>> teacherWeight(D distillation) {
    return Optional.empty();
  }

  /** The regularisation; empty where there is none that one number tells. */
  default Optional<Dial<O>> regularisation(O options) {
    return Optional.empty();
  }

  /** How options are tuned; empty: the tuner leaves this family as the file says. */
  default Optional<OptionsSearch<O, D>> search() {
    return Optional.empty();
  }
}
