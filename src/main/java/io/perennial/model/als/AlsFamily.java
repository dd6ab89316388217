package io.perennial.model.als;

import io.perennial.Place;
import io.perennial.distillation.DistillationOptions;
import io.perennial.distillation.DistillationOptions.Update;
import io.perennial.model.Feedback;
import io.perennial.model.FoldIn;
import io.perennial.model.ModelCodec;
import io.perennial.model.ModelFamily;
import io.perennial.model.Scorer;
import io.perennial.model.Trainer;
import io.perennial.model.history.DecayPolicy;
import io.perennial.model.history.InteractionHistory;
import io.perennial.model.history.ItemStatistics;
import io.perennial.model.history.Past;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Matrix factorisation by alternating least squares.
 *
 * @param parameters of the factorisation
 * @param distillation how a parent teaches
 */
public record AlsFamily(AlsHyperparameters parameters, DistillationOptions distillation)
    implements ModelFamily<AlsModel> {
  /** As in the pipeline file. */
  public static final String NAME = "als";

  public AlsFamily {
    Objects.requireNonNull(parameters, "parameters");
    Objects.requireNonNull(distillation, "distillation");
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Feedback feedback() {
    return parameters.implicitPrefs() ? Feedback.IMPLICIT : Feedback.EXPLICIT;
  }

  @Override
  public Trainer<AlsModel> trainer() {
    return new AlsTrainer(parameters, distillation);
  }

  @Override
  public ModelCodec<AlsModel> codec() {
    return new AlsCodec(parameters.placeOfItems());
  }

  @Override
  public ModelCodec<AlsModel> codecOfMany() {
    return new AlsCodec(Place.EXECUTORS);
  }

  @Override
  public DecayPolicy decay() {
    return parameters.decay();
  }

  @Override
  public Set<HistoryUse> historyUses() {
    Set<HistoryUse> uses = EnumSet.noneOf(HistoryUse.class);
    if (distillation.users() == Update.EXACT) {
      uses.add(HistoryUse.TRAINING);
    }
    if (parameters.serving().users() == Serving.Users.FRESH) {
      uses.add(HistoryUse.SERVING);
    }
    return uses;
  }

  /** From scratch nobody teaches; sums of items are kept for later nights. */
  @Override
  public AlsFamily first() {
    return new AlsFamily(
        parameters.first(), DistillationOptions.NONE.withItems(distillation.items()));
  }

  @Override
  public AlsModel asOf(AlsModel model, ItemStatistics statistics, Instant now) {
    return parameters
        .itemHalfLife()
        .map(halfLife -> model.asOf(statistics, halfLife, now))
        .orElse(model);
  }

  @Override
  public AlsModel narrowed(AlsModel model, int[] sortedItems) {
    return model.narrowed(sortedItems);
  }

  @Override
  public FoldIn foldIn(AlsModel model, Instant now) {
    return AlsFoldIn.of(model, model.items(), parameters.served(), now);
  }

  @Override
  public Optional<FoldIn> serving(AlsModel model, Instant now) {
    return servesFresh(model, now) ? Optional.of(foldIn(model, now)) : Optional.empty();
  }

  @Override
  public boolean servesFresh(AlsModel model, Instant now) {
    return parameters.serving().users() == Serving.Users.FRESH;
  }

  /** Of items that lie on executors, those come to the driver that these users had. */
  @Override
  public Scorer served(AlsModel model, int[] sortedUsers, List<Past> pasts, Instant now) {
    if (!servesFresh(model, now)) {
      return model.scorer(sortedUsers);
    }
    int[] had =
        pasts.stream()
            .flatMapToInt(past -> Arrays.stream(past.items()))
            .sorted()
            .distinct()
            .toArray();
    FoldIn fresh = AlsFoldIn.of(model, model.itemsWith(had), parameters.served(), now);
    return model.scorer(
        fresh.vectors(InteractionHistory.of(sortedUsers, pasts, now.toEpochMilli())));
  }
}
