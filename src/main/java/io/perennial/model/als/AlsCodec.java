package io.perennial.model.als;

import io.perennial.Place;
import io.perennial.model.FactorRows;
import io.perennial.model.FactorTable;
import io.perennial.model.MemoryFactorTable;
import io.perennial.model.ModelCodec;
import io.perennial.model.ModelState;
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
    int rank = (int) number(state, RANK);
    check(RANK, items.rank(), rank);
    check(RANK, state.users().rank(), rank);
    check(ITEMS, items.size(), number(state, ITEMS));
    double[] weights = array(state, WEIGHTS, 2);
    return new AlsModel(
        state.users(),
        items,
        Optional.of(new MemoryFactorTable(FactorRows.empty(rank))),
        Optional.of(new MemoryFactorTable(FactorRows.empty(rank))),
        new Gramian(array(state, USER_GRAMIAN, rank * rank), weights[0]),
        new Gramian(array(state, ITEM_GRAMIAN, rank * rank), weights[1]),
        Boolean.parseBoolean(attribute(state, IMPLICIT)),
        state.attributes().containsKey(BEGUN) ? number(state, BEGUN) : Long.MIN_VALUE,
        sums(state, rank),
        state.arrays().containsKey(MEAN_RATING)
            ? OptionalDouble.of(array(state, MEAN_RATING, 1)[0])
            : OptionalDouble.empty());
  }

  private static Optional<ItemSums> sums(ModelState state, int rank) {
    long width = state.attributes().containsKey(SUMS) ? number(state, SUMS) : 0;
    if (width == 0) {
      return Optional.empty();
    }
    check(SUMS, ItemSums.width(rank), width);
    FactorTable all =
        state
            .itemSums()
            .orElseThrow(() -> new CorruptStateException("the sums of items are missing"));
    check(SUMS, all.rank(), width);
    FactorTable none = new MemoryFactorTable(FactorRows.empty(ItemSums.width(rank)));
    return Optional.of(new ItemSums(all, Optional.of(none)));
  }

  private static String attribute(ModelState state, String name) {
    String value = state.attributes().get(name);
    if (value == null) {
      throw new CorruptStateException("attribute " + name + " is missing");
    }
    return value;
  }

  private static long number(ModelState state, String name) {
    String value = attribute(state, name);
    try {
      return Long.parseLong(value);
    } catch (NumberFormatException e) {
      throw new CorruptStateException("attribute " + name + " is no number: " + value);
    }
  }

  private static double[] array(ModelState state, String name, int length) {
    double[] values = state.arrays().get(name);
    if (values == null || values.length != length) {
      throw new CorruptStateException(
          "array "
              + name
              + (values == null ? " is missing" : " has " + values.length + " values")
              + ", expected "
              + length);
    }
    return values.clone();
  }

  private static void check(String what, long found, long wanted) {
    if (found != wanted) {
      throw new CorruptStateException(what + " is " + found + " in the rows, noted as " + wanted);
    }
  }
}
