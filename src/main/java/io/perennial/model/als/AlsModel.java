package io.perennial.model.als;

import io.perennial.model.FactorRows;
import io.perennial.model.FactorTable;
import io.perennial.model.Feedback;
import io.perennial.model.MemoryFactorTable;
import io.perennial.model.Model;
import io.perennial.model.Scorer;
import io.perennial.model.history.ItemStatistics;
import io.perennial.model.scoring.FactorScorer;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * User and item factors whose dot product is the score. All item rows are in memory, items × rank ×
 * 4 bytes (a million items of rank 64: 256 MB); user rows may lie anywhere.
 */
public final class AlsModel implements Model {
  private final FactorTable users;
  private final FactorRows items;
  private final Optional<FactorTable> changedUsers;
  private final Optional<FactorRows> changedItems;
  private final Gramian userGramian;
  private final Gramian itemGramian;
  private final boolean implicit;
  private final long begun;
  private final Optional<ItemSums> itemSums;
  private final OptionalDouble meanRating;

  /** Without sums of items, and without biases. */
  AlsModel(
      FactorTable users,
      FactorRows items,
      Optional<FactorTable> changedUsers,
      Optional<FactorRows> changedItems,
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
      FactorRows items,
      Optional<FactorTable> changedUsers,
      Optional<FactorRows> changedItems,
      Gramian userGramian,
      Gramian itemGramian,
      boolean implicit,
      long begun,
      Optional<ItemSums> itemSums,
      OptionalDouble meanRating) {
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
        items,
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

  @Override
  public FactorRows items() {
    return items;
  }

  /** The user rows that tonight's training changed or added; empty from scratch: all. */
  public Optional<FactorTable> changedUsers() {
    return changedUsers;
  }

  /** The item rows that tonight's training changed or added; empty from scratch: all. */
  public Optional<FactorRows> changedItems() {
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
    float[] values = items.values().clone();
    for (int n = 0; n < items.size(); n++) {
      int item = items.indices()[n];
      if (item < statistics.capacity() && statistics.eventCounts()[item] > 0) {
        long since = Math.max(begun, statistics.lastTimes()[item]);
        double age = Math.max(0, now.toEpochMilli() - since);
        float fade = (float) Math.pow(0.5, age / halfLife.toMillis());
        for (int c = n * rank(); c < (n + 1) * rank(); c++) {
          values[c] *= fade;
        }
      }
    }
    FactorRows faded = new FactorRows(rank(), items.indices(), values, items.eventCounts());
    return new AlsModel(
        users,
        faded,
        changedUsers,
        changedItems,
        userGramian,
        Gramian.of(faded, implicit ? Feedback.IMPLICIT : Feedback.EXPLICIT),
        implicit,
        begun,
        itemSums,
        meanRating);
  }

  /** This model with the vectors of another for the items that it did not change. */
  AlsModel keeping(AlsModel unfaded) {
    FactorRows all = unfaded.items.overlaidBy(changedItems.orElse(items));
    return new AlsModel(
        users,
        all,
        changedUsers,
        changedItems,
        userGramian,
        Gramian.of(all, implicit ? Feedback.IMPLICIT : Feedback.EXPLICIT),
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
        Optional.of(FactorRows.empty(rank())),
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
    return new FactorScorer(users.rows(sortedUsers), items);
  }

  @Override
  public Scorer scorer(FactorRows given) {
    return new FactorScorer(given, items);
  }

  /**
   * Item rows and their sums, user rows in memory, and the sum of squares of all user rows: the
   * trainer refuses to return rows on Spark that are not finite.
   */
  @Override
  public boolean isFinite() {
    double sum = userGramian.weight() + itemGramian.weight();
    for (int n = 0; n < userGramian.values().length; n++) {
      sum += userGramian.values()[n] + itemGramian.values()[n];
    }
    FactorTable learnt = changedUsers.orElse(users);
    return Double.isFinite(sum)
        && items.isFinite()
        && (!(learnt instanceof MemoryFactorTable) || learnt.all().isFinite())
        && itemSums
            .map(sums -> sums.changed().orElse(sums.all()))
            .filter(MemoryFactorTable.class::isInstance)
            .map(sums -> sums.all().isFinite())
            .orElse(true);
  }
}
