package io.perennial.model.als;

import io.perennial.Place;
import io.perennial.model.CorruptStateException;
import io.perennial.model.FactorRows;
import io.perennial.model.FactorTable;
import io.perennial.model.MemoryFactorTable;
import io.perennial.model.ModelCodec;
import io.perennial.model.ModelState;
import io.perennial.model.StateReader;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** ALS versions: rows of both sides, their Gramians, and what kind of feedback they learnt from. */
public final class AlsCodec implements ModelCodec<AlsModel> {
  private static final String USER_GRAMIAN = "user_gramian";
  private static final String ITEM_GRAMIAN = "item_gramian";
  private static final String WEIGHTS = "gramian_weights";
  private static final String RANK = "rank";
  private static final String USERS = "users";
  private static final String ITEMS = "items";
  private static final String IMPLICIT = "implicit_prefs";
  private static final String BEGUN = "begun";
  private static final String MEAN_RATING = "mean_rating";
  private static final String SUMS = ModelState.ITEM_SUMS_WIDTH;
  private final Place place;

  /** Reads item rows into the driver. */
  public AlsCodec() {
    this(Place.DRIVER);
  }

  /**
   * With a choice of where the item rows of decoded models lie.
   *
   * @param place the driver, or where the state has them
   */
  AlsCodec(Place place) {
    this.place = place;
  }

  @Override
  public ModelState encode(AlsModel model) {
    return new ModelState(
        AlsFamily.NAME,
        model.users(),
        model.itemTable(),
        model.changedUsers(),
        model.changedItems(),
        model.itemSums().map(ItemSums::all),
        model.itemSums().flatMap(ItemSums::changed),
        arrays(model),
        Map.of(
            SUMS,
            model.itemSums().map(sums -> ItemSums.width(model.rank())).orElse(0).toString(),
            RANK,
            Integer.toString(model.rank()),
            USERS,
            Long.toString(model.users().size()),
            ITEMS,
            Long.toString(model.itemTable().size()),
            IMPLICIT,
            Boolean.toString(model.implicitPrefs()),
            BEGUN,
            Long.toString(model.begun())));
  }

  private static Map<String, double[]> arrays(AlsModel model) {
    Map<String, double[]> arrays = new HashMap<>();
    arrays.put(USER_GRAMIAN, model.userGramian().values().clone());
    arrays.put(ITEM_GRAMIAN, model.itemGramian().values().clone());
    arrays.put(WEIGHTS, new double[] {model.userGramian().weight(), model.itemGramian().weight()});
    model.meanRating().ifPresent(mean -> arrays.put(MEAN_RATING, new double[] {mean}));
    return arrays;
  }

  /**
   * The model of a state; it counts as unchanged from itself.
   *
   * @throws CorruptStateException where arrays or attributes are missing or do not fit the rows
   */
  @Override
  public AlsModel decode(ModelState state) {
    FactorTable items =
        place == Place.DRIVER ? new MemoryFactorTable(state.items().all()) : state.items();
    StateReader read = new StateReader(state);
    int rank = (int) read.number(RANK);
    StateReader.check(RANK, items.rank(), rank);
    StateReader.check(RANK, state.users().rank(), rank);
    StateReader.check(ITEMS, items.size(), read.number(ITEMS));
    double[] weights = read.array(WEIGHTS, 2);
    return new AlsModel(
        state.users(),
        items,
        Optional.of(new MemoryFactorTable(FactorRows.empty(rank))),
        Optional.of(new MemoryFactorTable(FactorRows.empty(rank))),
        new Gramian(read.array(USER_GRAMIAN, rank * rank), weights[0]),
        new Gramian(read.array(ITEM_GRAMIAN, rank * rank), weights[1]),
        Boolean.parseBoolean(read.attribute(IMPLICIT)),
        read.has(BEGUN) ? read.number(BEGUN) : Long.MIN_VALUE,
        sums(state, read, rank),
        state.arrays().containsKey(MEAN_RATING)
            ? OptionalDouble.of(read.array(MEAN_RATING, 1)[0])
            : OptionalDouble.empty());
  }

  private static Optional<ItemSums> sums(ModelState state, StateReader read, int rank) {
    long width = read.has(SUMS) ? read.number(SUMS) : 0;
    if (width == 0) {
      return Optional.empty();
    }
    StateReader.check(SUMS, ItemSums.width(rank), width);
    FactorTable all =
        state
            .itemSums()
            .orElseThrow(() -> new CorruptStateException("the sums of items are missing"));
    StateReader.check(SUMS, all.rank(), width);
    FactorTable none = new MemoryFactorTable(FactorRows.empty(ItemSums.width(rank)));
    return Optional.of(new ItemSums(all, Optional.of(none)));
  }
}
