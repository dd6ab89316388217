package io.perennial.model.embedding;

import io.perennial.Behaviours;
import io.perennial.model.FactorRows;
import io.perennial.model.FactorTable;
import io.perennial.model.IncompatibleParentException;
import io.perennial.model.MemoryFactorTable;
import io.perennial.model.NoTrainingEventsException;
import io.perennial.model.OverlaidFactorTable;
import io.perennial.model.RememberedEvents;
import io.perennial.model.Trainer;
import io.perennial.model.TrainingLoss;
import io.perennial.model.TrainingTask;
import io.perennial.model.embedding.EmbeddingModel.Changed;
import io.perennial.model.embedding.EmbeddingOptions.Training;
import io.perennial.model.embedding.replay.Exemplars;
import io.perennial.model.embedding.replay.Replay;
import io.perennial.model.embedding.replay.ReplayWeight;
import io.perennial.model.embedding.rounds.Beginning;
import io.perennial.model.embedding.rounds.Course;
import io.perennial.model.embedding.rounds.EarlyStopping;
import io.perennial.model.embedding.rounds.HeldBack;
import io.perennial.model.embedding.rounds.LocalSgd;
import io.perennial.model.embedding.rounds.LocalSgd.Trained;
import io.perennial.model.embedding.rounds.PastPairs;
import io.perennial.model.embedding.rounds.RoundInput.Shared;
import io.perennial.model.embedding.rounds.TaughtItems;
import io.perennial.model.embedding.rounds.TowerShift;
import io.perennial.model.embedding.rounds.TowerShift.Direction;
import io.perennial.model.embedding.rounds.UserRows;
import io.perennial.model.embedding.rounds.UserTower;
import io.perennial.model.embedding.rounds.Workers;
import io.perennial.model.embedding.step.ExplodedLossException;
import io.perennial.model.embedding.step.Heads;
import io.perennial.model.embedding.step.ParameterRows;
import io.perennial.model.embedding.step.Parameters;
import io.perennial.model.embedding.step.Recipe;
import io.perennial.model.embedding.step.SideFeatures;
import io.perennial.model.embedding.step.Similarity;
import io.perennial.model.embedding.step.Towers;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Learns embeddings: from scratch, or from a parent with its parameters, its moments and what it
 * teaches. A night moves the rows of users and items that its events touch and nothing else: the
 * dense units of all heads and towers stay what the training from scratch made them, and rows that
 * are only replayed, sampled or taught are looked at.
 */
public final class EmbeddingTrainer implements Trainer<EmbeddingModel> {
  private final EmbeddingOptions options;
  private final EmbeddingDistillation distillation;
  private final Behaviours behaviours;
  private final Recipe recipe;
  private final Heads heads;

  /** Of one kind of feedback. */
  public EmbeddingTrainer(EmbeddingOptions options, EmbeddingDistillation distillation) {
    this(options, distillation, Behaviours.NONE);
  }

  /**
   * @param behaviours of which each has a head where they are several
   */
  public EmbeddingTrainer(
      EmbeddingOptions options, EmbeddingDistillation distillation, Behaviours behaviours) {
    this.behaviours = Objects.requireNonNull(behaviours, "behaviours");
    this.options = Objects.requireNonNull(options, "options");
    this.distillation = Objects.requireNonNull(distillation, "distillation");
    this.recipe = options.recipe();
    this.heads = EmbeddingFamily.heads(options, behaviours);
  }

  /**
   * @throws NoTrainingEventsException from scratch, without events
   * @throws IncompatibleParentException where the parent has other rows, another objective or other
   *     features
   * @throws UnusableRatingException where a value is no number
   * @throws ExplodedLossException where training leaves the range of numbers
   */
  @Override
  public EmbeddingModel train(TrainingTask<EmbeddingModel> task) {
    task.parent().ifPresent(this::checkParent);
    task.parent().ifPresent(p -> NightFeatures.check(p.towers(), task.features(), options.tower()));
    try (NightData night = NightData.of(task, options, distillation.replay(), behaviours, heads)) {
      if (night.counts().events() == 0) {
        return task.parent().orElseThrow(NoTrainingEventsException::new).unchanged();
      }
      NightFeatures features = NightFeatures.of(task, night, options);
      Training training = options.training();
      return task.parent().isPresent()
          ? learn(
              task,
              night,
              features,
              new Plan(training.nightlyEpochs(), EarlyStopping.NEVER),
              model(List.of()))
          : fromScratch(task, night, features);
    }
  }

  /**
   * One training of a task.
   *
   * @param epochs at most
   * @param stopping when it ends before
   * @param from epoch milliseconds from which on events are held back; nothing: none are
   */
  private record Plan(int epochs, EarlyStopping stopping, OptionalLong from) {
    Plan(int epochs, EarlyStopping stopping) {
      this(epochs, stopping, OptionalLong.empty());
    }
  }

  /** What is made of a training while its workers are still there. */
  private interface Outcome<T> {
    T of(Learnt learnt);
  }

  /**
   * A training that is over.
   *
   * @param rows whole rows of the items
   */
  private record Learnt(
      Optional<EmbeddingModel> parent,
      ItemSide items,
      ParameterRows rows,
      ModelTowers towers,
      Workers workers,
      Trained trained) {}

  /** Stops by the newest events where that is wanted, then learns them as well. */
  private EmbeddingModel fromScratch(
      TrainingTask<EmbeddingModel> task, NightData night, NightFeatures features) {
    int epochs = options.training().epochs();
    EarlyStopping stopping = options.training().stopping();
    OptionalLong newest =
        stopping.share() > 0 ? night.hours().newest(stopping.share()) : OptionalLong.empty();
    Plan plan = new Plan(epochs, stopping, newest);
    if (newest.isEmpty() || !stopping.refit()) {
      return learn(task, night, features, plan, model(List.of()));
    }
    Trained trial = learn(task, night, features, plan, Learnt::trained);
    return learn(
        task,
        night,
        features,
        new Plan(Math.max(1, trial.best()), EarlyStopping.NEVER),
        model(trial.losses()));
  }

  private <T> T learn(
      TrainingTask<EmbeddingModel> task,
      NightData night,
      NightFeatures features,
      Plan plan,
      Outcome<T> outcome) {
    task.progress().begin("learning embeddings", plan.epochs());
    try {
      return withWorkers(task, night, features, plan, outcome);
    } finally {
      task.progress().end();
    }
  }

  private <T> T withWorkers(
      TrainingTask<EmbeddingModel> task,
      NightData night,
      NightFeatures features,
      Plan plan,
      Outcome<T> outcome) {
    Optional<EmbeddingModel> parent = task.parent();
    Towers towers = features.towers().rows();
    ItemSide items = ItemSide.of(night.counts(), parent, recipe.width(), features.items());
    HeldBack held =
        plan.from().isPresent()
            ? new HeldBack(
                plan.from().getAsLong(), items.among(night.counts(plan.from().getAsLong())))
            : HeldBack.NOTHING;
    Beginning beginning = beginning(task, items, towers, held);
    ParameterRows itemRows =
        items.begin(beginning, parent, towers.items().rows(items.inputs(), recipe.width()));
    SideFeatures itemFeatures = itemFeatures(items, towers, parent.isPresent());
    ParameterRows dense = parent.map(p -> p.dense().copy()).orElseGet(() -> firstDense(night));
    try (Workers workers = night.workers(beginning, features.users())) {
      if (recipe.learnsRatings() && recipe.biases()) {
        new FirstBiases(recipe, items, itemFeatures.prior())
            .find(
                workers,
                itemRows,
                dense,
                parent.isPresent() ? FirstBiases.NIGHTLY : FirstBiases.FROM_SCRATCH);
      }
      if (parent.isEmpty()) {
        itemRows = shifted(workers, items, itemRows, towers, Direction.TO_OWN);
      }
      Course course = course(task, night, items, itemFeatures, plan.epochs());
      Trained trained =
          new LocalSgd(course, plan.stopping())
              .train(
                  workers,
                  new Shared(itemRows, dense, discriminator(task, course), towers),
                  task.progress());
      ParameterRows whole =
          parent.isPresent()
              ? trained.shared().items()
              : shifted(
                  workers,
                  items,
                  trained.shared().items(),
                  trained.shared().towers(),
                  Direction.TO_WHOLE);
      return outcome.of(
          new Learnt(
              parent,
              items,
              whole,
              features.towers().with(trained.shared().towers()),
              workers,
              trained));
    }
  }

  /** From scratch towers are learnt; at night they stay, and rows are held to what they make. */
  private SideFeatures itemFeatures(ItemSide items, Towers towers, boolean night) {
    if (!towers.items().isPresent()) {
      return SideFeatures.NONE;
    }
    return night
        ? SideFeatures.held(towers.items(), items.inputs(), recipe)
        : SideFeatures.learning(items.inputs());
  }

  /** Rows of users and items, from whole ones to what they have of their own or back. */
  private ParameterRows shifted(
      Workers workers, ItemSide items, ParameterRows itemRows, Towers towers, Direction direction) {
    if (towers.users().isPresent()) {
      workers.advance(new TowerShift.Input(towers.users(), direction), new TowerShift());
    }
    return towers.items().isPresent()
        ? TowerShift.shifted(
            itemRows, towers.items().rows(items.inputs(), recipe.width()), direction)
        : itemRows;
  }

  private Beginning beginning(
      TrainingTask<EmbeddingModel> task, ItemSide items, Towers towers, HeldBack held) {
    return new Beginning(
        recipe,
        options.start().spread(),
        task.parent()
            .map(EmbeddingModel::userMean)
            .filter(RowMean::any)
            .map(ItemSide::mean)
            .orElse(new float[0]),
        items.indices(),
        held,
        recipe.learnsRatings()
            ? ReplayWeight.constant(distillation.replay().weight())
            : ReplayWeight.at(task.now(), distillation.replay(), options.decay()),
        items.touched(),
        new UserTower(
            towers.users(), task.parent().isPresent() ? UserTower.Use.KEPT : UserTower.Use.LEARNT),
        task.seed(),
        heads,
        new PastPairs(behaviours.byPlace()[0], distillation.replay().most()));
  }

  /** Names of the behaviours that have a head; of one nobody needs to know. */
  private List<String> named() {
    return behaviours.size() > 1 ? behaviours.names() : List.of();
  }

  /** Dense units of a training from scratch: all heads begin alike, but those that learn values. */
  private ParameterRows firstDense(NightData night) {
    double scale = options.firstScale();
    ParameterRows units =
        Parameters.denseUnits(
            scale,
            firstBias(scale, night.counts().meanValue()),
            behaviours.size(),
            recipe.dimension());
    if (heads.anyRated()) {
      double[] means = night.means(heads.size()).values();
      for (int head = 1; head < heads.size(); head++) {
        if (heads.rated()[head]) {
          Parameters.beginRated(units, head, options.start().scale(), means[head]);
        }
      }
    }
    return units;
  }

  private double firstBias(double scale, double meanValue) {
    if (!recipe.learnsRatings() || options.start().denseBias() == EmbeddingOptions.DenseBias.ZERO) {
      return 0;
    }
    double alike =
        recipe.common() == 0
            ? 0
            : recipe.similarity() == Similarity.COSINE ? 1 : recipe.common() * recipe.common();
    return meanValue - scale * alike;
  }

  private Course course(
      TrainingTask<EmbeddingModel> task,
      NightData night,
      ItemSide items,
      SideFeatures itemFeatures,
      int epochs) {
    Optional<EmbeddingModel> parent = task.parent();
    double factor =
        parent
            .map(
                p ->
                    distillation.factor(
                        p.itemTable().size(),
                        items.indices().length,
                        p.exemplars().size(),
                        night.counts().events()))
            .orElse(0.0);
    return new Course(
        recipe,
        distillation.teaching().times(factor),
        parent.map(items::taught).orElse(TaughtItems.NOBODY),
        parent.isPresent() ? items.probes(distillation.teaching().probes()) : new int[0],
        options.training().schedule(),
        epochs,
        options.sharing().roundsPerEpoch(),
        options.training().batch(),
        task.seed(),
        items.chances(recipe.popularityPower()),
        items.evidence(),
        itemFeatures,
        options.tower().alone(),
        items.still(parent.isPresent()),
        heads);
  }

  private ParameterRows discriminator(TrainingTask<EmbeddingModel> task, Course course) {
    int probes = course.probes().length;
    return probes < 2 || distillation.teaching().adversarial() == 0
        ? ParameterRows.fresh(1, new float[1])
        : Parameters.discriminator(probes, distillation.teaching().hidden(), task.seed());
  }

  /**
   * The model of a training.
   *
   * @param trial losses of the training that found how many epochs are best; empty: there was none
   */
  private Outcome<EmbeddingModel> model(List<TrainingLoss> trial) {
    return learnt -> model(learnt, trial.isEmpty() ? learnt.trained().losses() : trial);
  }

  private EmbeddingModel model(Learnt learnt, List<TrainingLoss> losses) {
    Optional<EmbeddingModel> parent = learnt.parent();
    ItemSide items = learnt.items();
    Workers workers = learnt.workers();
    int width = recipe.width();
    long touched = 0;
    long newcomers = 0;
    RowMean change = RowMean.zero(width);
    for (UserSummary summary : workers.each(width, UserSummary::of)) {
      if (!summary.finite()) {
        throw new ExplodedLossException(Double.NaN);
      }
      touched += summary.touched();
      newcomers += summary.newcomers();
      change = change.plus(summary.change());
    }
    FactorTable users = workers.rows(UserRows::values, width, touched);
    FactorTable userMoments = workers.rows(UserRows::moments, 2 * width, touched);
    FactorRows itemTable = items.table(learnt.rows());
    FactorRows itemMoments = items.moments(learnt.rows());
    ParameterRows dense = learnt.trained().shared().dense();
    ScoreForm form =
        new ScoreForm(
            recipe.objective(),
            recipe.similarity(),
            recipe.dimension(),
            recipe.biases(),
            dense.values()[0],
            dense.values()[1],
            named(),
            options.rated());
    RememberedEvents exemplars = remembered(parent, items, workers, form, itemTable);
    RowMean mean = parent.map(EmbeddingModel::userMean).orElse(RowMean.zero(width)).plus(change);
    if (parent.isEmpty()) {
      return new EmbeddingModel(
          form,
          users,
          itemTable,
          userMoments,
          itemMoments,
          Optional.empty(),
          dense,
          mean,
          exemplars,
          learnt.towers(),
          losses);
    }
    EmbeddingModel before = parent.get();
    return new EmbeddingModel(
        form,
        overlaid(before.users(), users, newcomers),
        itemTable,
        overlaid(before.userMoments(), userMoments, newcomers),
        itemMoments,
        Optional.of(
            new Changed(users, userMoments, items.moved(itemTable), items.moved(itemMoments))),
        dense,
        mean,
        exemplars,
        before.towers(),
        losses);
  }

  private RememberedEvents remembered(
      Optional<EmbeddingModel> parent,
      ItemSide items,
      Workers workers,
      ScoreForm form,
      FactorRows itemTable) {
    Replay replay = distillation.replay();
    RememberedEvents before = parent.map(EmbeddingModel::exemplars).orElse(RememberedEvents.NONE);
    if (replay.remembered() == 0) {
      return RememberedEvents.NONE;
    }
    List<RememberedEvents> chosen = new ArrayList<>();
    BitSet lookedAt = new BitSet();
    for (ExemplarChoice.Chosen part :
        workers.each(
            new ExemplarChoice.Input(
                replay, form, items.indices(), form.itemRows(itemTable).values(), before),
            new ExemplarChoice())) {
      chosen.add(part.exemplars());
      for (int place : part.lookedAt()) {
        lookedAt.set(place);
      }
    }
    // What was looked at again has a new key, or is to go.
    chosen.add(before.where(place -> !lookedAt.get(place)));
    return Exemplars.bounded(RememberedEvents.concatenated(chosen), replay.owner(), replay.most());
  }

  private static FactorTable overlaid(FactorTable base, FactorTable changed, long newcomers) {
    return base instanceof MemoryFactorTable && changed instanceof MemoryFactorTable
        ? new MemoryFactorTable(base.all().overlaidBy(changed.all()))
        : new OverlaidFactorTable(base, changed, newcomers);
  }

  private void checkParent(EmbeddingModel parent) {
    ScoreForm form = parent.form();
    if (form.dimension() != recipe.dimension()) {
      throw new IncompatibleParentException(
          "model.recipe.dimension", form.dimension(), recipe.dimension());
    }
    if (form.objective() != recipe.objective()) {
      throw new IncompatibleParentException(
          "model.recipe.objective", form.objective(), recipe.objective());
    }
    if (form.similarity() != recipe.similarity()) {
      throw new IncompatibleParentException(
          "model.recipe.similarity", form.similarity(), recipe.similarity());
    }
    if (!form.behaviours().equals(named())) {
      throw new IncompatibleParentException(
          "behaviours (the main one first, each with a head)", form.behaviours(), named());
    }
    if (!Set.copyOf(form.rated()).equals(Set.copyOf(options.rated()))) {
      throw new IncompatibleParentException("model.rated", form.rated(), options.rated());
    }
    if (form.biases() != recipe.biases()) {
      throw new IncompatibleParentException("model.recipe.biases", form.biases(), recipe.biases());
    }
  }
}
