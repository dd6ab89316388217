package io.perennial.model.embedding;

import io.perennial.model.CorruptStateException;
import io.perennial.model.FactorRows;
import io.perennial.model.FactorTable;
import io.perennial.model.MemoryFactorTable;
import io.perennial.model.ModelCodec;
import io.perennial.model.ModelState;
import io.perennial.model.ModelState.Companion;
import io.perennial.model.RememberedEvents;
import io.perennial.model.StateReader;
import io.perennial.model.embedding.EmbeddingModel.Changed;
import io.perennial.model.embedding.step.Objective;
import io.perennial.model.embedding.step.ParameterRows;
import io.perennial.model.embedding.step.Parameters;
import io.perennial.model.embedding.step.Similarity;
import io.perennial.model.embedding.step.TowerRows;
import io.perennial.model.feature.FeatureEncoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Versions of embeddings: rows of both sides, their moments as companions, remembered events, and
 * as small arrays the dense units, the users' mean and towers.
 */
public final class EmbeddingCodec implements ModelCodec<EmbeddingModel> {
  /** Companion: moments of each user, with the number of his row's steps as events. */
  private static final String USER_MOMENTS = "user_moments";

  /** Companion, likewise of items. */
  private static final String ITEM_MOMENTS = "item_moments";

  /** Array that held remembered events before they had a table. */
  private static final String FORMER_EXEMPLARS = "exemplars";

  /** Array: of each head but the main one its parameters, both moments, its steps. */
  private static final String HEADS = "heads";

  /** Begin of the attributes with the names of behaviours, by place, where there are several. */
  private static final String BEHAVIOUR = "behaviour.";

  /** Begin of the attributes with the names of those whose heads learnt values. */
  private static final String RATED = "rated.";

  /** Array and attribute: the encoder of items, and what it was declared as. */
  private static final String ITEM_FEATURES = "item_features";

  /** Array and attribute, likewise of users. */
  private static final String USER_FEATURES = "user_features";

  /** Array: units of the hidden layer of the items' tower, then its parameters. */
  private static final String ITEM_TOWER = "item_tower";

  /** Array, likewise of users. */
  private static final String USER_TOWER = "user_tower";

  private static final String DENSE = "dense";
  private static final String USER_MEAN = "user_mean";
  private static final String OBJECTIVE = "objective";
  private static final String SIMILARITY = "similarity";
  private static final String DIMENSION = "dimension";
  private static final String BIASES = "biases";
  private static final String RANK = "rank";
  private static final String USERS = "users";
  private static final String ITEMS = "items";

  @Override
  public ModelState encode(EmbeddingModel model) {
    Map<String, double[]> arrays = new HashMap<>();
    arrays.put(DENSE, dense(model.dense()));
    arrays.put(USER_MEAN, mean(model.userMean()));
    if (model.form().heads() > 1) {
      arrays.put(HEADS, heads(model.dense()));
    }
    Map<String, String> attributes = new HashMap<>();
    model.towers().items().ifPresent(t -> put(t, ITEM_FEATURES, ITEM_TOWER, arrays, attributes));
    model.towers().users().ifPresent(t -> put(t, USER_FEATURES, USER_TOWER, arrays, attributes));
    attributes.putAll(attributes(model));
    return new ModelState(
        EmbeddingFamily.NAME,
        model.users(),
        new MemoryFactorTable(model.itemTable()),
        model.changed().map(Changed::users),
        model.changed().map(changed -> new MemoryFactorTable(changed.items())),
        Optional.empty(),
        Optional.empty(),
        Map.of(
            USER_MOMENTS,
            new Companion(model.userMoments(), model.changed().map(Changed::userMoments)),
            ITEM_MOMENTS,
            new Companion(
                new MemoryFactorTable(model.itemMoments()),
                model.changed().map(changed -> new MemoryFactorTable(changed.itemMoments())))),
        model.exemplars().size() == 0 ? Optional.empty() : Optional.of(model.exemplars()),
        arrays,
        attributes);
  }

  private static Map<String, String> attributes(EmbeddingModel model) {
    ScoreForm form = model.form();
    Map<String, String> attributes = new HashMap<>();
    attributes.put(OBJECTIVE, form.objective().name());
    attributes.put(SIMILARITY, form.similarity().name());
    attributes.put(DIMENSION, Integer.toString(form.dimension()));
    attributes.put(BIASES, Boolean.toString(form.biases()));
    attributes.put(RANK, Integer.toString(form.width()));
    attributes.put(USERS, Long.toString(model.users().size()));
    attributes.put(ITEMS, Integer.toString(model.itemTable().size()));
    put(BEHAVIOUR, form.behaviours(), attributes);
    put(RATED, form.rated(), attributes);
    return attributes;
  }

  private static void put(String key, List<String> names, Map<String, String> attributes) {
    for (int place = 0; place < names.size(); place++) {
      attributes.put(key + place, names.get(place));
    }
  }

  private static double[] heads(ParameterRows dense) {
    int width = dense.width();
    double[] all = new double[(dense.count() - 1) * (3 * width + 1)];
    int at = 0;
    for (int row = 1; row < dense.count(); row++) {
      for (float[] part : List.of(dense.values(), dense.first(), dense.second())) {
        for (int c = 0; c < width; c++) {
          all[at++] = part[row * width + c];
        }
      }
      all[at++] = dense.steps()[row];
    }
    return all;
  }

  /** Units of all heads: the main one's seven numbers, and those that {@link #heads} wrote. */
  private static ParameterRows units(StateReader read, double[] main, int heads, int dimension) {
    ParameterRows units = Parameters.denseUnits(main[0], main[1], heads, dimension);
    for (int c = 0; c < 2; c++) {
      units.first()[c] = (float) main[2 + c];
      units.second()[c] = (float) main[4 + c];
    }
    units.steps()[0] = (int) main[6];
    int width = units.width();
    double[] others = heads > 1 ? read.array(HEADS, (heads - 1) * (3 * width + 1)) : new double[0];
    int at = 0;
    for (int row = 1; row < heads; row++) {
      for (float[] part : List.of(units.values(), units.first(), units.second())) {
        for (int c = 0; c < width; c++) {
          part[row * width + c] = (float) others[at++];
        }
      }
      units.steps()[row] = (int) others[at++];
    }
    return units;
  }

  private static List<String> names(StateReader read, String key) {
    List<String> names = new ArrayList<>();
    while (read.has(key + names.size())) {
      names.add(read.attribute(key + names.size()));
    }
    return names;
  }

  private static void put(
      SideTower tower,
      String features,
      String rows,
      Map<String, double[]> arrays,
      Map<String, String> attributes) {
    attributes.put(features, tower.encoder().shape());
    arrays.put(features, tower.encoder().toArray());
    float[] inputs = tower.rows().inputs().values();
    float[] outputs = tower.rows().outputs().values();
    double[] all = new double[1 + inputs.length + outputs.length];
    all[0] = tower.rows().hidden();
    for (int n = 0; n < inputs.length; n++) {
      all[1 + n] = inputs[n];
    }
    for (int n = 0; n < outputs.length; n++) {
      all[1 + inputs.length + n] = outputs[n];
    }
    arrays.put(rows, all);
  }

  private static Optional<SideTower> tower(
      StateReader read, String features, String rows, int width) {
    if (!read.has(features)) {
      return Optional.empty();
    }
    FeatureEncoder encoder;
    try {
      encoder = FeatureEncoder.ofArray(read.attribute(features), read.array(features));
    } catch (IllegalArgumentException e) {
      throw new CorruptStateException(e.getMessage());
    }
    double[] all = read.array(rows);
    int hidden = all.length == 0 ? 0 : (int) all[0];
    int inputs = (encoder.columns() + 1) * (hidden == 0 ? width : hidden);
    int outputs = hidden == 0 ? 0 : (hidden + 1) * width;
    StateReader.check(rows, all.length, 1L + inputs + outputs);
    return Optional.of(
        new SideTower(
            encoder,
            new TowerRows(
                ParameterRows.fresh(hidden == 0 ? width : hidden, floats(all, 1, inputs)),
                ParameterRows.fresh(hidden == 0 ? 1 : width, floats(all, 1 + inputs, outputs)))));
  }

  private static float[] floats(double[] all, int from, int count) {
    float[] floats = new float[count];
    for (int n = 0; n < count; n++) {
      floats[n] = (float) all[from + n];
    }
    return floats;
  }

  private static double[] dense(ParameterRows dense) {
    return new double[] {
      dense.values()[0],
      dense.values()[1],
      dense.first()[0],
      dense.first()[1],
      dense.second()[0],
      dense.second()[1],
      dense.steps()[0]
    };
  }

  private static double[] mean(RowMean mean) {
    double[] all = Arrays.copyOf(mean.sum(), mean.sum().length + 1);
    all[mean.sum().length] = mean.weight();
    return all;
  }

  /**
   * The model of a state; it counts as unchanged from itself.
   *
   * @throws CorruptStateException where arrays or attributes are missing or do not fit the rows
   */
  @Override
  public EmbeddingModel decode(ModelState state) {
    StateReader read = new StateReader(state);
    FactorRows items = state.items().all();
    double[] dense = read.array(DENSE, 7);
    ScoreForm form =
        new ScoreForm(
            read.constant(Objective.class, OBJECTIVE),
            read.constant(Similarity.class, SIMILARITY),
            (int) read.number(DIMENSION),
            Boolean.parseBoolean(read.attribute(BIASES)),
            (float) dense[0],
            (float) dense[1],
            names(read, BEHAVIOUR),
            names(read, RATED));
    int width = form.width();
    StateReader.check(RANK, items.rank(), width);
    StateReader.check(RANK, state.users().rank(), width);
    StateReader.check(ITEMS, items.size(), read.number(ITEMS));
    StateReader.checkNotMore(USERS, state.users().size(), read.number(USERS));
    FactorTable userMoments = companion(state, USER_MOMENTS, 2 * width);
    StateReader.checkNotMore(USERS, state.users().size(), userMoments.size());
    FactorRows itemMoments = companion(state, ITEM_MOMENTS, 2 * width).all();
    StateReader.check(ITEM_MOMENTS, itemMoments.size(), items.size());
    double[] mean = read.array(USER_MEAN, width + 1);
    return new EmbeddingModel(
        form,
        state.users(),
        items,
        userMoments,
        itemMoments,
        Optional.of(EmbeddingModel.nothing(form)),
        units(read, dense, form.heads(), form.dimension()),
        new RowMean(Arrays.copyOf(mean, width), mean[width]),
        exemplars(state, items, form.heads()),
        new ModelTowers(
            tower(read, USER_FEATURES, USER_TOWER, width),
            tower(read, ITEM_FEATURES, ITEM_TOWER, width)),
        List.of());
  }

  private static RememberedEvents exemplars(ModelState state, FactorRows items, int heads) {
    double[] former = state.arrays().get(FORMER_EXEMPLARS);
    if (former != null && former.length > 0) {
      throw new CorruptStateException(
          "its remembered events lie in an array, as a build before 0.1.0 kept them, and this one"
              + " reads them from the table exemplars. Give the pipeline another name, under which"
              + " it begins anew, or go on with the build that wrote the version");
    }
    if (state.remembered().isEmpty()) {
      return RememberedEvents.NONE;
    }
    RememberedEvents exemplars = state.remembered().get();
    for (int n = 0; n < exemplars.size(); n++) {
      if (exemplars.users()[n] < 0
          || items.position(exemplars.items()[n]) < 0
          || exemplars.behaviours()[n] < 0
          || exemplars.behaviours()[n] >= heads
          || !Float.isFinite(exemplars.values()[n])
          || !Float.isFinite(exemplars.keys()[n])) {
        throw new CorruptStateException(
            "it cannot have a remembered event of user "
                + exemplars.users()[n]
                + ", item "
                + exemplars.items()[n]
                + ", behaviour "
                + exemplars.behaviours()[n]
                + ", value "
                + exemplars.values()[n]
                + ", key "
                + exemplars.keys()[n]);
      }
    }
    return exemplars;
  }

  private static FactorTable companion(ModelState state, String name, int width) {
    Companion companion = state.companions().get(name);
    if (companion == null) {
      throw new CorruptStateException("it has no rows " + name);
    }
    StateReader.check(name, companion.all().rank(), width);
    return companion.all();
  }
}
