package io.perennial.model.als;

import io.perennial.distillation.DistillationOptions;
import io.perennial.distillation.DistillationOptions.Update;
import io.perennial.distillation.ScoreDistillation;
import io.perennial.distillation.ScoreDistillation.Weighting;
import io.perennial.model.FactorTable;
import io.perennial.model.IncompatibleParentException;
import io.perennial.model.MemoryFactorTable;
import io.perennial.model.NoTrainingEventsException;
import io.perennial.model.OverlaidFactorTable;
import io.perennial.model.Trainer;
import io.perennial.model.TrainingTask;
import io.perennial.model.als.Sweeps.Summing;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Learns ALS models: from scratch, alternating over all users and items, or from a parent, over the
 * entities that tonight's events touch, with the parent as teacher.
 *
 * <p>Implicit feedback follows Hu, Koren and Volinsky (2008) with the parameters of Spark MLlib, or
 * iALS (Rendle et al. 2021). The teacher's term is {@link ScoreDistillation}.
 */
public final class AlsTrainer implements Trainer<AlsModel> {
  private final AlsHyperparameters parameters;
  private final DistillationOptions distillation;
  private final Weighting weighting;
  private final double unobserved;

  public AlsTrainer(AlsHyperparameters parameters, DistillationOptions distillation) {
    this.parameters = Objects.requireNonNull(parameters, "parameters");
    this.distillation = Objects.requireNonNull(distillation, "distillation");
    this.weighting = parameters.implicitPrefs() ? Weighting.PLAIN : Weighting.POPULARITY;
    this.unobserved = parameters.implicitPrefs() ? parameters.unobservedWeight() : 0;
  }

  /**
   * @throws NoTrainingEventsException from scratch, without events
   * @throws IncompatibleParentException where the parent has another rank or kind of feedback
   * @throws NotPositiveDefiniteException for want of regularisation
   * @throws DivergedTrainingException where values overflow
   * @throws TooManySumsException where items are to be kept on sums and there are too many
   */
  @Override
  public AlsModel train(TrainingTask<AlsModel> task) {
    task.parent().ifPresent(this::checkParent);
    if (task.parent().isPresent()
        && task.statistics().isPresent()
        && parameters.itemHalfLife().isPresent()) {
      AlsModel parent = task.parent().get();
      AlsModel faded =
          parent.asOf(task.statistics().get(), parameters.itemHalfLife().get(), task.now());
      return learn(task.from(faded)).keeping(parent);
    }
    return learn(task);
  }

  private AlsModel learn(TrainingTask<AlsModel> task) {
    int sweeps = task.parent().isPresent() ? parameters.nightlySweeps() : parameters.maxIter();
    task.progress().begin("learning factors", 1 + 2L * sweeps);
    try (Sweeps engine = new EngineChoice(parameters, distillation).open(task)) {
      task.progress().advance(1);
      if (engine.touchedItems() == 0) {
        return task.parent().orElseThrow(NoTrainingEventsException::new).unchanged();
      }
      return sweep(task, engine, sweeps);
    } finally {
      task.progress().end();
    }
  }

  private AlsModel sweep(TrainingTask<AlsModel> task, Sweeps engine, int sweeps) {
    Optional<AlsModel> parent = task.parent();
    int rank = parameters.rank();
    Gramian itemGramian = parent.map(AlsModel::itemGramian).orElse(Gramian.zero(rank));
    Gramian userGramian = parent.map(AlsModel::userGramian).orElse(Gramian.zero(rank));
    long itemCount = parent.map(p -> p.itemTable().size()).orElse(0L) + engine.newItems();
    long userCount = parent.map(p -> p.users().size()).orElse(0L) + engine.newUsers();

    double mean = parent.map(p -> p.meanRating().orElse(0)).orElseGet(engine::meanValue);
    Bias userBias = parameters.biases().ofUsers(rank);
    Bias itemBias = parameters.biases().ofItems(rank, mean);
    boolean summing = distillation.items() == Update.SUMS;
    boolean exact = distillation.users() == Update.EXACT;
    // From scratch nobody teaches, and solving need not be prepared for it.
    boolean alone = parent.isEmpty();
    if (summing && itemCount > Integer.MAX_VALUE / ItemSums.width(rank)) {
      throw new TooManySumsException(itemCount, rank);
    }

    SideSums itemSums = engine.begin(itemBias);
    SideSums userSums = SideSums.zero(rank);
    for (int n = 0; n < sweeps; n++) {
      userSums =
          engine.solveUsers(
              half("user", itemGramian, itemSums, itemCount, alone || exact, userBias));
      task.progress().advance(1);
      itemSums =
          engine.solveItems(
              half("item", userGramian, userSums, userCount, alone || summing, itemBias),
              summing && n == sweeps - 1 ? Summing.KEPT : Summing.FORGOTTEN);
      task.progress().advance(1);
    }

    FactorTable items = engine.items();
    FactorTable users = engine.users();
    boolean popular = weighting == Weighting.POPULARITY;
    Gramian nextUsers = userGramian.after(userSums, popular ? engine.events() : engine.newUsers());
    Gramian nextItems = itemGramian.after(itemSums, popular ? engine.events() : engine.newItems());
    Optional<ItemSums> summed = summing ? Optional.of(kept(task, engine)) : Optional.empty();
    OptionalDouble meanRating =
        parameters.biases().learnt() ? OptionalDouble.of(mean) : OptionalDouble.empty();
    return parent
        .map(
            before ->
                new AlsModel(
                    overlaid(before.users(), users, engine.newUsers()),
                    overlaid(before.itemTable(), items, engine.newItems()),
                    Optional.of(users),
                    Optional.of(items),
                    nextUsers,
                    nextItems,
                    parameters.implicitPrefs(),
                    before.begun(),
                    summed,
                    meanRating))
        .orElseGet(
            () ->
                new AlsModel(
                    users,
                    items,
                    Optional.empty(),
                    Optional.empty(),
                    nextUsers,
                    nextItems,
                    parameters.implicitPrefs(),
                    task.now().toEpochMilli(),
                    summed,
                    meanRating));
  }

  /** The sums of tonight's items, laid over the parent's. */
  private static ItemSums kept(TrainingTask<AlsModel> task, Sweeps engine) {
    long now = task.now().toEpochMilli();
    long begun = task.parent().map(AlsModel::begun).orElse(now);
    FactorTable tonight = new MemoryFactorTable(engine.itemSums(begun, now));
    return task.parent()
        .flatMap(AlsModel::itemSums)
        .map(
            before ->
                new ItemSums(
                    overlaid(before.all(), tonight, engine.newItems()), Optional.of(tonight)))
        .orElseGet(() -> new ItemSums(tonight, Optional.empty()));
  }

  /**
   * What the entities of one side share.
   *
   * @param gramian of the opposite side of the parent
   * @param sums over the touched rows of the opposite side
   * @param opposite number of rows of the opposite side, with tonight's new ones
   */
  private HalfSweep half(
      String side,
      Gramian gramian,
      SideSums sums,
      long opposite,
      boolean withoutTeacher,
      Bias bias) {
    double[] untouched = SideSums.plus(gramian.values(), sums.before(), -1);
    double[] known = SideSums.plus(untouched, sums.known(), 1);
    double[] cross = SideSums.plus(untouched, sums.cross(), 1);
    boolean byCatalogue =
        parameters.regScaling() == AlsHyperparameters.RegScaling.COUNT_AND_CATALOGUE;
    return new HalfSweep(
        side,
        parameters.rank(),
        SideSums.times(SideSums.plus(known, sums.fresh(), 1), unobserved),
        SideSums.times(sums.fresh(), unobserved),
        new ScoreDistillation(
            withoutTeacher ? DistillationOptions.NONE : distillation,
            known,
            cross,
            gramian.weight(),
            weighting),
        parameters.regParam(),
        byCatalogue ? parameters.regParam() * unobserved * opposite : 0,
        parameters.regParam() * distillation.shrink(),
        parameters.regParam() * distillation.anchor(),
        byCatalogue ? unobserved * gramian.weight() : 0,
        byCatalogue,
        bias);
  }

  private static FactorTable overlaid(FactorTable base, FactorTable changed, long newcomers) {
    return base instanceof MemoryFactorTable && changed instanceof MemoryFactorTable
        ? new MemoryFactorTable(base.all().overlaidBy(changed.all()))
        : new OverlaidFactorTable(base, changed, newcomers);
  }

  private void checkParent(AlsModel parent) {
    if (parent.rank() != parameters.rank()) {
      throw new IncompatibleParentException("model.rank", parent.rank(), parameters.rank());
    }
    if (parent.implicitPrefs() != parameters.implicitPrefs()) {
      throw new IncompatibleParentException(
          "model.implicitPrefs", parent.implicitPrefs(), parameters.implicitPrefs());
    }
    if (parent.meanRating().isPresent() != parameters.biases().learnt()) {
      throw new IncompatibleParentException(
          "model.biases.learnt", parent.meanRating().isPresent(), parameters.biases().learnt());
    }
    if (distillation.items() == Update.SUMS && parent.itemSums().isEmpty()) {
      throw new IncompatibleParentException("distillation.items", "distilled", "sums");
    }
  }
}
