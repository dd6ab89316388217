package io.perennial.model.als;

import io.perennial.distillation.DistillationOptions;
import io.perennial.model.Dial;
import io.perennial.model.FamilyDescription;
import io.perennial.model.Feedback;
import io.perennial.model.ModelFamily;
import io.perennial.model.OptionsSearch;
import io.perennial.model.history.DecayPolicy;
import java.util.List;
import java.util.Optional;

/** ALS in pipeline files. */
public final class AlsDescription
    implements FamilyDescription<AlsHyperparameters, DistillationOptions> {
  @Override
  public String name() {
    return AlsFamily.NAME;
  }

  @Override
  public List<Preset<AlsHyperparameters>> presets() {
    return List.of(
        new Preset<>("ials", AlsHyperparameters.ials()),
        new Preset<>("ratings", AlsHyperparameters.ratings()),
        new Preset<>("mllib", AlsHyperparameters.mllib()));
  }

  @Override
  public DistillationOptions distillation(AlsHyperparameters options) {
    return options.implicitPrefs() ? DistillationOptions.DEFAULT : DistillationOptions.RATINGS;
  }

  @Override
  public DistillationOptions untaught() {
    return DistillationOptions.NONE;
  }

  @Override
  public Feedback feedback(AlsHyperparameters options) {
    return options.implicitPrefs() ? Feedback.IMPLICIT : Feedback.EXPLICIT;
  }

  @Override
  public String feedbackReason(AlsHyperparameters options) {
    return "model.implicitPrefs is " + options.implicitPrefs();
  }

  @Override
  public ModelFamily<AlsModel> family(
      AlsHyperparameters options, DistillationOptions distillation) {
    return new AlsFamily(options, distillation);
  }

  @Override
  public Optional<AlsHyperparameters> fading(AlsHyperparameters options, DecayPolicy decay) {
    return Optional.of(options.with(decay));
  }

  /** MLlib's defaults with the same rank, sweeps and kind of feedback, and nothing that fades. */
  @Override
  public Optional<AlsHyperparameters> asInMllib(AlsHyperparameters options) {
    AlsHyperparameters mllib = AlsHyperparameters.mllib();
    return Optional.of(
        new AlsHyperparameters(
            options.rank(),
            options.maxIter(),
            mllib.nightlySweeps(),
            mllib.regParam(),
            mllib.regScaling(),
            options.implicitPrefs(),
            mllib.alpha(),
            mllib.confidence(),
            mllib.unobservedWeight(),
            new DecayPolicy(Optional.empty(), options.decay().aggregate()),
            mllib.numBlocks(),
            mllib.solver(),
            mllib.initialScale()));
  }

  @Override
  public Optional<Dial<DistillationOptions>> teacherWeight(DistillationOptions distillation) {
    return Optional.of(new Dial<>(distillation.beta(), distillation::withBeta));
  }

  @Override
  public Optional<Dial<AlsHyperparameters>> regularisation(AlsHyperparameters options) {
    return Optional.of(new Dial<>(options.regParam(), options::withRegParam));
  }

  @Override
  public Optional<OptionsSearch<AlsHyperparameters, DistillationOptions>> search() {
    return Optional.of(new AlsSearch());
  }
}
