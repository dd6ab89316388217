package io.perennial.model.als;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.max;

import io.perennial.distillation.DistillationOptions;
import io.perennial.distillation.DistillationOptions.Update;
import io.perennial.distillation.ScoreDistillation.Weighting;
import io.perennial.event.EventColumns;
import io.perennial.model.FactorRows;
import io.perennial.model.TrainingTask;
import io.perennial.model.history.HistoryTable;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Row;

/** Reads what a task needs and opens the engine for it. */
final class EngineChoice {
  /** Pairs that the driver solves by itself, memory permitting. */
  static final long LOCAL_PAIRS = 20_000_000;

  /** Setting of Spark: most bytes of item rows that are broadcast each sweep. */
  static final String MOST_BROADCAST = "spark.perennial.broadcastBytes";

  /** A million items of rank 64. */
  private static final long DEFAULT_BROADCAST_BYTES = 256L << 20;

  private static final long PAIR_BYTES = 96;
  private final AlsHyperparameters parameters;
  private final DistillationOptions distillation;

  EngineChoice(AlsHyperparameters parameters, DistillationOptions distillation) {
    this.parameters = parameters;
    this.distillation = distillation;
  }

  /** Reads the events and whatever they touch; the caller closes the engine. */
  Sweeps open(TrainingTask<AlsModel> task) {
    return switch (parameters.solver()) {
      case LOCAL -> local(task, Long.MAX_VALUE);
      case SPARK -> spark(task);
      case BLOCKS -> blocks(task);
      case AUTO -> {
        long limit = localPairs(parameters.rank(), Runtime.getRuntime().maxMemory());
        yield task.events().count() <= limit ? local(task, limit) : distributed(task);
      }
    };
  }

  /** On Spark: items broadcast where all their rows are within the limit, else in blocks. */
  private Sweeps distributed(TrainingTask<AlsModel> task) {
    Row highest = task.events().agg(max(col(EventColumns.ITEM_INDEX))).head();
    long items = highest.isNullAt(0) ? 0 : highest.getInt(0) + 1L;
    items = Math.max(items, task.parent().map(parent -> parent.itemTable().capacity()).orElse(0));
    return items * parameters.rank() * Float.BYTES <= broadcastBytes(task)
        ? spark(task)
        : blocks(task);
  }

  private static long broadcastBytes(TrainingTask<AlsModel> task) {
    return Long.parseLong(
        task.events()
            .sparkSession()
            .conf()
            .get(MOST_BROADCAST, Long.toString(DEFAULT_BROADCAST_BYTES)));
  }

  /**
   * Up to how many pairs the driver solves by itself: {@value #LOCAL_PAIRS}, or as many as fill
   * half of its heap, each with a row of its own on either side.
   */
  static long localPairs(int rank, long heapBytes) {
    long bytesEach = PAIR_BYTES + 2L * rank * Float.BYTES;
    return Math.min(LOCAL_PAIRS, heapBytes / 2 / bytesEach);
  }

  private Sweeps spark(TrainingTask<AlsModel> task) {
    FactorRows teacher = teacher(task);
    PairWeighting weighting = PairWeighting.of(parameters);
    return started(
        task,
        new SparkEngine(
            userBlocks(task, teacher.capacity(), weighting),
            teacher,
            items -> past(task, items),
            parameters.numBlocks(),
            weighting,
            rowWeighting()));
  }

  private Sweeps blocks(TrainingTask<AlsModel> task) {
    if (distillation.items() == Update.SUMS) {
      throw TooManySumsException.inBlocks();
    }
    PairWeighting weighting = PairWeighting.of(parameters);
    JavaSparkContext context =
        JavaSparkContext.fromSparkContext(task.events().sparkSession().sparkContext());
    int itemLimit = task.parent().map(parent -> parent.itemTable().capacity()).orElse(0);
    return new BlockSweeps(
        userBlocks(task, itemLimit, weighting),
        task.parent().map(AlsModel::itemPieces).orElseGet(context::emptyRDD),
        parameters.numBlocks(),
        weighting,
        rowWeighting(),
        new ItemHome.Begin(
            parameters.rank(), task.seed(), parameters.initialScale(), task.parent().isEmpty()),
        parameters.placeOfItems());
  }

  private FactorRows teacher(TrainingTask<AlsModel> task) {
    return task.parent().map(AlsModel::items).orElse(FactorRows.empty(parameters.rank()));
  }

  private JavaRDD<UserBlock> userBlocks(
      TrainingTask<AlsModel> task, int itemLimit, PairWeighting weighting) {
    UserBlocks blocks =
        new UserBlocks(
            parameters.rank(),
            parameters.numBlocks(),
            itemLimit,
            weighting,
            Fading.of(parameters.decay()),
            task.now().toEpochMilli());
    return blocks.of(
        task,
        parameters.decay(),
        needsHistory(task) ? Optional.of(history(task)) : Optional.empty());
  }

  /** An engine with the items as they begin: the teacher's, or from scratch the seed's. */
  private Sweeps started(TrainingTask<AlsModel> task, SweepEngine engine) {
    TouchedRows items = engine.items();
    float[] start =
        task.parent().isPresent()
            ? items.teacher().clone()
            : InitialFactors.of(
                items.indices(), parameters.rank(), task.seed(), parameters.initialScale());
    return new DriverItems(engine, teacher(task), start);
  }

  /**
   * @param limit most pairs of history that the driver takes
   */
  private Sweeps local(TrainingTask<AlsModel> task, long limit) {
    PairWeighting weighting = PairWeighting.of(parameters);
    Pairs night =
        Pairs.concatenated(
            PairAggregation.pairs(task.events(), weighting, parameters.decay(), task.now())
                .collect());
    int[] touchedUsers = night.distinctUsers();
    int[] touchedItems = NightPairs.items(night);
    FactorRows none = FactorRows.empty(parameters.rank());
    TouchedRows users =
        TouchedRows.of(
            touchedUsers,
            NightPairs.events(touchedUsers, night.users(), night.events()),
            task.parent().map(parent -> parent.users().rows(touchedUsers)).orElse(none));
    TouchedRows items =
        TouchedRows.of(
                touchedItems,
                NightPairs.events(touchedItems, night.items(), night.events()),
                task.parent().map(AlsModel::items).orElse(none))
            .with(past(task, touchedItems));
    Pairs userPairs = night;
    if (needsHistory(task) && night.size() > 0) {
      if (users.eventsSoFar() > limit) {
        return distributed(task);
      }
      userPairs =
          night.after(
              history(task).rows(touchedUsers),
              task.parent().map(AlsModel::items).orElse(none).capacity(),
              weighting,
              Fading.of(parameters.decay()),
              task.now().toEpochMilli());
    }
    return started(
        task, new LocalEngine(night, userPairs, users, items, weighting, rowWeighting()));
  }

  private Fading itemFading() {
    return parameters
        .itemHalfLife()
        .map(halfLife -> new Fading(halfLife.toMillis()))
        .orElseGet(() -> Fading.of(parameters.decay()));
  }

  /** What the equations of items have summed up, where the night builds on it. */
  private PastSums past(TrainingTask<AlsModel> task, int[] items) {
    return distillation.items() != Update.SUMS
        ? PastSums.NONE
        : task.parent()
            .flatMap(
                parent ->
                    parent
                        .itemSums()
                        .map(
                            sums ->
                                sums.of(
                                    items,
                                    parameters.rank(),
                                    parent.begun(),
                                    task.now().toEpochMilli(),
                                    itemFading())))
            .orElse(PastSums.NONE);
  }

  private Weighting rowWeighting() {
    return parameters.implicitPrefs() ? Weighting.PLAIN : Weighting.POPULARITY;
  }

  private boolean needsHistory(TrainingTask<AlsModel> task) {
    return task.parent().isPresent() && distillation.users() == Update.EXACT;
  }

  private static HistoryTable history(TrainingTask<AlsModel> task) {
    return task.history()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "Exact users need the parent's history; set distillation.users: distilled"
                        + " where none is kept"));
  }
}
