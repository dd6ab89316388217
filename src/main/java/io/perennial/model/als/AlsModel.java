package io.perennial.model.als;

import io.perennial.model.DatasetFactorTable;
import io.perennial.model.FactorRows;
import io.perennial.model.FactorTable;
import io.perennial.model.Feedback;
import io.perennial.model.MemoryFactorTable;
import io.perennial.model.Model;
import io.perennial.model.OverlaidFactorTable;
import io.perennial.model.Scorer;
import io.perennial.model.history.ItemStatistics;
import io.perennial.model.scoring.DistributedFactors;
import io.perennial.model.scoring.DistributedItems;
import io.perennial.model.scoring.FactorScorer;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * User and item factors whose dot product is the score. Rows of either side may lie anywhere. Where
 * those of items are in memory they take items × rank × 4 bytes (a million items of rank 64: 256
 * MB); where they lie on executors, {@link #items()} is what brings them to the driver, and nothing
 * that a night needs of a model asks for it.
 */
public final class AlsModel implements Model {
  private final FactorTable users;
  private final FactorTable items;
  private final Optional<FactorTable> changedUsers;
  private final Optional<FactorTable> changedItems;
  private final Gramian userGramian;
  private final Gramian itemGramian;
  private final boolean implicit;
  private final long begun;
  private final Optional<ItemSums> itemSums;
  private final OptionalDouble meanRating;
  private final long catalogue;
  private FactorRows collected;
  private DistributedItems distributed;

  /** Without sums of items, and without biases. */
  AlsModel(
      FactorTable users,
      FactorTable items,
      Optional<FactorTable> changedUsers,
      Optional<FactorTable> changedItems,
      Gramian userGramian,
      Gramian itemGramian,
      boolean implicit,
      long begun) {
    this(
        users,
        items,
        changedUsers,
        changedItems,
        userGramian,
        itemGramian,
        implicit,
        begun,
        Optional.empty(),
        OptionalDouble.empty());
  }

  AlsModel(
      FactorTable users,
      FactorTable items,
      Optional<FactorTable> changedUsers,
      Optional<FactorTable> changedItems,
      Gramian userGramian,
      Gramian itemGramian,
      boolean implicit,
      long begun,
      Optional<ItemSums> itemSums,
      OptionalDouble meanRating) {
    this(
        users,
        items,
        changedUsers,
        changedItems,
        userGramian,
        itemGramian,
        implicit,
        begun,
        itemSums,
        meanRating,
        items.size());
  }

  private AlsModel(
      FactorTable users,
      FactorTable items,
      Optional<FactorTable> changedUsers,
      Optional<FactorTable> changedItems,
      Gramian userGramian,
      Gramian itemGramian,
      boolean implicit,
      long begun,
      Optional<ItemSums> itemSums,
      OptionalDouble meanRating,
      long catalogue) {
    this.users = Objects.requireNonNull(users, "users");
    this.items = Objects.requireNonNull(items, "items");
    this.changedUsers = changedUsers;
    this.changedItems = changedItems;
    this.userGramian = userGramian;
    this.itemGramian = itemGramian;
    this.implicit = implicit;
    this.begun = begun;
    this.itemSums = itemSums;
    this.meanRating = meanRating;
    this.catalogue = catalogue;
  }

  /**
   * A model of given factors, as learnt elsewhere; all rows count as changed.
   *
   * @param users every user row
   * @param items every item row, of the same rank
   * @param feedback what the factors were learnt from
   */
  public static AlsModel of(FactorRows users, FactorRows items, Feedback feedback) {
    if (users.rank() != items.rank()) {
      throw new IllegalArgumentException(
          "Users have rank " + users.rank() + ", items " + items.rank());
    }
    return new AlsModel(
        new MemoryFactorTable(users),
        new MemoryFactorTable(items),
        Optional.empty(),
        Optional.empty(),
        Gramian.of(users, feedback),
        Gramian.of(items, feedback),
        feedback == Feedback.IMPLICIT,
        Long.MIN_VALUE);
  }

  @Override
  public String family() {
    return AlsFamily.NAME;
  }

  /** Length of a factor. */
  public int rank() {
    return items.rank();
  }

  /** Every user row. */
  public FactorTable users() {
    return users;
  }

  /** Every item row. */
  public FactorTable itemTable() {
    return items;
  }

  /** {@inheritDoc} Where they lie on executors, they are brought here once and stay. */
  @Override
  public synchronized FactorRows items() {
    if (collected == null) {
      collected = items.all();
    }
    return collected;
  }

  /** How many items there are, of which {@link #itemTable()} may hold some only. */
  long catalogue() {
    return catalogue;
  }

  /**
   * The model with the rows of some items in the driver, and as if it knew no others but for what
   * it knows of all together: their number and their Gramian.
   */
  AlsModel narrowed(int[] sortedItems) {
    FactorRows some = isDistributed() ? collected(sortedItems) : items().among(sortedItems);
    return new AlsModel(
        users,
        new MemoryFactorTable(some),
        changedUsers,
        changedItems,
        userGramian,
        itemGramian,
        implicit,
        begun,
        itemSums,
        meanRating,
        catalogue);
  }

  /** In one Spark job, without those that are not wanted. */
  private FactorRows collected(int[] sortedItems) {
    Broadcast<int[]> sent =
        JavaSparkContext.fromSparkContext(itemPieces().context()).broadcast(sortedItems);
    try {
      return FactorRows.together(
          itemPieces().map(piece -> piece.among(sent.value())).collect(), rank());
    } finally {
      sent.destroy();
    }
  }

  /** The rows of some items; all of them where they are in memory anyway. */
  FactorRows itemsWith(int[] sortedItems) {
    return isDistributed() ? items.rows(sortedItems) : items();
  }

  /** Every item row in distributed pieces, which stay cached for as long as the model does. */
  JavaRDD<FactorRows> itemPieces() {
    return distributed().pieces();
  }

  private boolean isDistributed() {
    return !(items instanceof MemoryFactorTable);
  }

  private synchronized DistributedItems distributed() {
    if (distributed == null) {
      distributed = new DistributedItems(items);
    }
    return distributed;
  }

  /** The user rows that tonight's training changed or added; empty from scratch: all. */
  public Optional<FactorTable> changedUsers() {
    return changedUsers;
  }

  /** The item rows that tonight's training changed or added; empty from scratch: all. */
  public Optional<FactorTable> changedItems() {
    return changedItems;
  }

  /** Learnt from signs of interest rather than from ratings. */
  public boolean implicitPrefs() {
    return implicit;
  }

  /** Epoch milliseconds to which all events were faded when the line was learnt from scratch. */
  long begun() {
    return begun;
  }

  /** What the equations of items have summed up, where the model keeps it. */
  Optional<ItemSums> itemSums() {
    return itemSums;
  }

  /** Mean rating when the line was learnt from scratch, where vectors hold biases. */
  OptionalDouble meanRating() {
    return meanRating;
  }

  Gramian userGramian() {
    return userGramian;
  }

  Gramian itemGramian() {
    return itemGramian;
  }

  /**
   * The model as of an instant: the vector of an item fades since somebody took it last, as its
   * weights in a retrain would; or since the line was learnt from scratch, when they had faded.
   *
   * @param statistics items as of the model
   */
  AlsModel asOf(ItemStatistics statistics, Duration halfLife, Instant now) {
    ItemFades fades = ItemFades.of(statistics, begun, halfLife, now);
    if (isDistributed()) {
      Broadcast<ItemFades> sent =
          JavaSparkContext.fromSparkContext(itemPieces().context()).broadcast(fades);
      JavaRDD<FactorRows> faded = itemPieces().map(piece -> sent.value().of(piece));
      return with(DatasetFactorTable.of(faded, rank(), items.size()));
    }
    return with(new MemoryFactorTable(fades.of(items())));
  }

  /** This model with the vectors of another for the items that it did not change. */
  AlsModel keeping(AlsModel unfaded) {
    FactorTable changed = changedItems.orElse(items);
    if (isDistributed()) {
      long newcomers = items.size() - unfaded.items.size();
      return with(new OverlaidFactorTable(unfaded.items, changed, newcomers));
    }
    return with(new MemoryFactorTable(unfaded.items().overlaidBy(changed.all())));
  }

  /** This model with other item rows, whose Gramian is summed afresh. */
  private AlsModel with(FactorTable others) {
    Feedback feedback = implicit ? Feedback.IMPLICIT : Feedback.EXPLICIT;
    Gramian gramian =
        others instanceof MemoryFactorTable
            ? Gramian.of(others.all(), feedback)
            : Gramian.of(DatasetFactorTable.pieces(others.dataset(), rank()), rank(), feedback);
    return new AlsModel(
        users,
        others,
        changedUsers,
        changedItems,
        userGramian,
        gramian,
        implicit,
        begun,
        itemSums,
        meanRating);
  }

  /** The same model with nothing changed: what a night without events makes of its parent. */
  AlsModel unchanged() {
    return new AlsModel(
        users,
        items,
        Optional.of(new MemoryFactorTable(FactorRows.empty(rank()))),
        Optional.of(new MemoryFactorTable(FactorRows.empty(rank()))),
        userGramian,
        itemGramian,
        implicit,
        begun,
        itemSums.map(
            sums ->
                new ItemSums(
                    sums.all(),
                    Optional.of(new MemoryFactorTable(FactorRows.empty(ItemSums.width(rank())))))),
        meanRating);
  }

  @Override
  public Scorer scorer(int[] sortedUsers) {
    return scorer(users.rows(sortedUsers));
  }

  @Override
  public Scorer scorer(FactorRows given) {
    return isDistributed()
        ? new DistributedFactors(given, distributed())
        : new FactorScorer(given, items());
  }

  /**
   * Rows and sums in memory, and the sums of squares of all rows: the trainer refuses to return
   * rows on Spark that are not finite.
   */
  @Override
  public boolean isFinite() {
    double sum = userGramian.weight() + itemGramian.weight();
    for (int n = 0; n < userGramian.values().length; n++) {
      sum += userGramian.values()[n] + itemGramian.values()[n];
    }
    FactorTable learnt = changedUsers.orElse(users);
    return Double.isFinite(sum)
        && (isDistributed() || items().isFinite())
        && (!(learnt instanceof MemoryFactorTable) || learnt.all().isFinite())
        && itemSums
            .map(sums -> sums.changed().orElse(sums.all()))
            .filter(MemoryFactorTable.class::isInstance)
            .map(sums -> sums.all().isFinite())
            .orElse(true);
  }
}
