package io.perennial.model.als;

import io.perennial.distillation.DistillationOptions;
import io.perennial.distillation.DistillationOptions.Update;
import io.perennial.distillation.ScoreDistillation;
import io.perennial.distillation.ScoreDistillation.Weighting;
import io.perennial.model.FactorRows;
import io.perennial.model.FactorTable;
import io.perennial.model.MemoryFactorTable;
import io.perennial.model.OverlaidFactorTable;
import io.perennial.model.Trainer;
import io.perennial.model.TrainingTask;
import io.perennial.model.kernel.NormalEquations;
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
    try (SweepEngine engine = new EngineChoice(parameters, distillation).open(task)) {
      task.progress().advance(1);
      if (engine.items().size() == 0) {
        return task.parent().orElseThrow(NoTrainingEventsException::new).unchanged();
      }
      return sweep(task, engine, sweeps);
    } finally {
      task.progress().end();
    }
  }

  private AlsModel sweep(TrainingTask<AlsModel> task, SweepEngine engine, int sweeps) {
    Optional<AlsModel> parent = task.parent();
    int rank = parameters.rank();
    TouchedRows touched = engine.items();
    FactorRows taught = parent.map(AlsModel::items).orElse(FactorRows.empty(rank));
    Gramian itemGramian = parent.map(AlsModel::itemGramian).orElse(Gramian.zero(rank));
    Gramian userGramian = parent.map(AlsModel::userGramian).orElse(Gramian.zero(rank));
    long itemCount = (long) taught.size() + touched.newcomers();
    long userCount = parent.map(p -> p.users().size()).orElse(0L) + engine.newUsers();

    double mean = parent.map(p -> p.meanRating().orElse(0)).orElseGet(engine::meanValue);
    Bias userBias = parameters.biases().ofUsers(rank);
    Bias itemBias = parameters.biases().ofItems(rank, mean);
    float[] touchedRows =
        parent.isPresent()
            ? touched.teacher().clone()
            : InitialFactors.of(touched.indices(), rank, task.seed(), parameters.initialScale());
    for (int n = 0; n < touched.size(); n++) {
      if (!touched.hasTeacher(n)) {
        itemBias.begin(touchedRows, n * rank);
      }
    }
    boolean summing = distillation.items() == Update.SUMS;
    if (summing && itemCount > Integer.MAX_VALUE / ItemSums.width(rank)) {
      throw new TooManySumsException(itemCount, rank);
    }
    PastSums sums = PastSums.zero(summing ? NormalEquations.packedLength(rank) : 0, touched.size());
    float[] itemRows = dense(taught, touched);
    scatter(touched, touchedRows, itemRows);
    SideSums itemSums = engine.sumItems(touchedRows);
    SideSums userSums = SideSums.zero(rank);
    for (int n = 0; n < sweeps; n++) {
      HalfSweep users =
          half(
              "user",
              itemGramian,
              itemSums,
              itemCount,
              distillation.users() == Update.EXACT,
              userBias);
      userSums = engine.solveUsers(users, itemRows);
      task.progress().advance(1);
      touchedRows =
          engine.solveItems(
              half("item", userGramian, userSums, userCount, summing, itemBias),
              n == sweeps - 1 ? sums : PastSums.NONE);
      scatter(touched, touchedRows, itemRows);
      itemSums = engine.sumItems(touchedRows);
      task.progress().advance(1);
    }

    FactorRows items = touched.learnt(touchedRows);
    FactorTable users = engine.users();
    boolean popular = weighting == Weighting.POPULARITY;
    Gramian nextUsers = userGramian.after(userSums, popular ? engine.events() : engine.newUsers());
    Gramian nextItems =
        itemGramian.after(itemSums, popular ? engine.events() : touched.newcomers());
    Optional<ItemSums> summed = summing ? Optional.of(kept(task, touched, sums)) : Optional.empty();
    OptionalDouble meanRating =
        parameters.biases().learnt() ? OptionalDouble.of(mean) : OptionalDouble.empty();
    return parent
        .map(
            before ->
                new AlsModel(
                    overlaid(before.users(), users, engine.newUsers()),
                    taught.overlaidBy(items),
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
  private static ItemSums kept(TrainingTask<AlsModel> task, TouchedRows touched, PastSums sums) {
    long now = task.now().toEpochMilli();
    long begun = task.parent().map(AlsModel::begun).orElse(now);
    FactorTable tonight =
        new MemoryFactorTable(ItemSums.rows(touched.indices(), sums, touched.rank(), begun, now));
    return task.parent()
        .flatMap(AlsModel::itemSums)
        .map(
            before ->
                new ItemSums(
                    overlaid(before.all(), tonight, touched.newcomers()), Optional.of(tonight)))
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

  /** Every item by dense index; rows of unknown items are zero. */
  private static float[] dense(FactorRows taught, TouchedRows touched) {
    int rank = taught.rank();
    int last = touched.indices()[touched.size() - 1] + 1;
    float[] rows = new float[Math.multiplyExact(Math.max(taught.capacity(), last), rank)];
    for (int n = 0; n < taught.size(); n++) {
      System.arraycopy(taught.values(), n * rank, rows, taught.indices()[n] * rank, rank);
    }
    return rows;
  }

  private static void scatter(TouchedRows touched, float[] from, float[] to) {
    int rank = touched.rank();
    for (int n = 0; n < touched.size(); n++) {
      System.arraycopy(from, n * rank, to, touched.indices()[n] * rank, rank);
    }
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
