package io.perennial.model.embedding.step;

import io.perennial.model.kernel.Kernel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/**
 * Learns one batch after the other from the same tables: gathers the distinct rows, takes losses
 * and their gradients, moves the rows by Adam. All room is made once; for one thread.
 *
 * <p>Losses that look at one or two items an example run over primitive arrays by the loops of
 * {@link Kernel}: a batch of 64 embeddings of 16 is a few microseconds of arithmetic, less than one
 * call of a matrix library. Losses over all items of a batch are products of matrices, see {@link
 * ScoreBlock}.
 */
public final class TrainingStep implements AutoCloseable {
  private final Recipe recipe;
  private final StillRows still;
  private final Parameters parameters;
  private final BatchRows users;
  private final BatchRows items;
  private final List<Head> heads = new ArrayList<>();
  private final AdamRates rates;
  private final ItemChances chances;
  private final Kernel kernel = Kernel.active();
  private final double alone;
  private final ScoreBlock block;
  private final TaughtBatch taught;
  private final int[] probes;
  private final Adversary adversary;
  private final ImportanceAnchor userAnchor;
  private final ImportanceAnchor itemAnchor;
  private final double[] penalty = new double[1];
  private final double[] totals = new double[4];
  private float[] corrections = new float[64];
  private double taskLoss;
  private double teachingLoss;

  /** A step of one behaviour, without features. */
  public TrainingStep(
      Recipe recipe,
      Parameters parameters,
      StillRows still,
      RowEvidence evidence,
      ItemChances chances,
      Optional<Teacher> teacher,
      Teaching teaching,
      int[] probes) {
    this(
        recipe,
        parameters,
        still,
        evidence,
        BatchFeatures.NONE,
        chances,
        teacher,
        teaching,
        probes,
        Heads.ONE);
  }

  /**
   * @param parameters tables that the step moves
   * @param still what it must not move
   * @param evidence behind the rows
   * @param features of the rows
   * @param chances of items to come into a batch
   * @param teacher nobody: the weights of {@code teaching} are of no effect
   * @param probes item rows on which a discriminator looks; all known to the teacher
   * @param behaviours that have a head, a row of the dense table each. Examples bring their weight
   *     along; what the teacher says by a head counts with that of the head
   */
  public TrainingStep(
      Recipe recipe,
      Parameters parameters,
      StillRows still,
      RowEvidence evidence,
      BatchFeatures features,
      ItemChances chances,
      Optional<Teacher> teacher,
      Teaching teaching,
      int[] probes,
      Heads behaviours) {
    this.recipe = recipe;
    this.still = still;
    this.parameters = parameters;
    this.users =
        new BatchRows(
            parameters.users(),
            recipe,
            still.users(),
            evidence.users(),
            features.users(),
            parameters.towers().users(),
            64);
    this.items =
        new BatchRows(
            parameters.items(),
            recipe,
            still.items(),
            evidence.items(),
            features.items(),
            parameters.towers().items(),
            64);
    this.alone = features.alone();
    this.rates = new AdamRates(recipe.adam());
    this.chances = chances;
    this.block = new ScoreBlock(recipe);
    this.taught =
        teacher.isPresent() && teaching.scores()
            ? new TaughtBatch(teacher.get(), recipe, behaviours.size())
            : null;
    this.probes = probes;
    this.adversary =
        taught != null && teaching.adversarial() > 0 && probes.length > 1
            ? new Adversary(parameters.discriminator(), teaching, taught.users())
            : null;
    boolean anchored = teacher.isPresent() && teaching.anchor() > 0;
    this.userAnchor =
        anchored ? new ImportanceAnchor(teacher.get().users(), teaching.anchor()) : null;
    this.itemAnchor =
        anchored ? new ImportanceAnchor(teacher.get().items(), teaching.anchor()) : null;
    for (int row = 0; row < behaviours.size(); row++) {
      boolean rated = recipe.learnsRatings() || behaviours.rated()[row];
      heads.add(head(row, behaviours.weights()[row], rated, teaching));
    }
    if (adversary != null) {
      heads.get(0).teachers().add(adversary);
    }
  }

  private Head head(int row, double weight, boolean rated, Teaching teaching) {
    ParameterRows dense = parameters.dense();
    Optional<TaughtBatch> asked = Optional.ofNullable(taught);
    Head head =
        row == 0
            ? Head.main(dense, rated, users, items, asked, this::correction)
            : Head.other(dense, row, rated, recipe, users, items, asked, this::correction);
    if (taught != null && teaching.likelihood() > 0) {
      head.teachers()
          .add(
              new Likelihood(
                  taught.users(),
                  taught.items(),
                  weight * teaching.likelihood(),
                  teaching.temperature()));
    }
    if (taught != null && teaching.softTargets() > 0) {
      head.teachers()
          .add(new SoftTargets(taught.users(), taught.items(), weight * teaching.softTargets()));
    }
    return head;
  }

  /**
   * Learns from {@code examples[order[from]], …, examples[order[to − 1]]}.
   *
   * @param rate learning rate of this step
   * @param random of samples and of what is left out
   * @throws ExplodedLossException where the loss or its gradient is not finite; nothing has moved
   */
  public StepLoss learn(
      Examples examples, int[] order, int from, int to, double rate, SplittableRandom random) {
    double length =
        Math.sqrt(differentiate(examples, order, from, to, recipe.dropout(), alone, random));
    if (!Double.isFinite(length) || !Double.isFinite(taskLoss + teachingLoss)) {
      throw new ExplodedLossException(taskLoss + teachingLoss);
    }
    float factor =
        recipe.clip() > 0 && length > recipe.clip() ? (float) (recipe.clip() / length) : 1f;
    Adam adam = recipe.adam();
    users.apply(adam, rates, rate, factor);
    items.apply(adam, rates, rate, factor);
    if (!still.dense()) {
      for (Head head : heads) {
        head.apply(recipe, rates, rate, factor);
      }
    }
    if (adversary != null) {
      ParameterRows network = parameters.discriminator();
      kernel.adam(
          network.values(),
          network.first(),
          network.second(),
          0,
          adversary.gradient(),
          0,
          network.width(),
          1f,
          (float) (rate * rates.correction(network.step(0))),
          (float) adam.beta1(),
          (float) adam.beta2(),
          (float) adam.epsilon());
    }
    int n = to - from;
    return new StepLoss(n, taskLoss * n, teachingLoss * n);
  }

  /** The losses of examples as {@link #learn} takes them, with nothing left out; nothing moves. */
  public StepLoss measure(
      Examples examples, int[] order, int from, int to, SplittableRandom random) {
    differentiate(examples, order, from, to, 0, 0, random);
    int n = to - from;
    return new StepLoss(n, taskLoss * n, teachingLoss * n);
  }

  /**
   * Leaves the gradients of a batch with its rows; nothing moves.
   *
   * @return sum of the squares of the gradients of all that may move, the discriminator apart
   */
  double differentiate(
      Examples examples,
      int[] order,
      int from,
      int to,
      double dropout,
      double withoutOwn,
      SplittableRandom random) {
    users.begin(dropout, withoutOwn, random);
    items.begin(dropout, withoutOwn, random);
    for (Head head : heads) {
      head.begin(to - from);
    }
    for (int n = from; n < to; n++) {
      int example = order[n];
      int user = users.slot(examples.users()[example]);
      int item = items.slot(examples.items()[example]);
      users.meet(user);
      items.meet(item);
      heads
          .get(examples.heads()[example])
          .batch()
          .add(user, item, examples.targets()[example], examples.weights()[example]);
    }
    taskLoss = 0;
    teachingLoss = 0;
    penalty[0] = 0;
    exampleLosses(Head::rated, this::squaredError);
    switch (recipe.objective()) {
      case BPR -> {
        oppose(random);
        exampleLosses(head -> !head.rated(), this::pairwise);
      }
      case SOFTMAX -> heads.forEach(head -> head.batch().group(users.size()));
      case RATING -> {
        // Every head learns values.
      }
    }
    if (!heads.get(0).teachers().isEmpty() || recipe.objective() == Objective.SOFTMAX) {
      matrixLosses(to - from, random);
    }
    double share = 1.0 / (to - from);
    double squares =
        users.complete(recipe.l2(), recipe.biasL2(), share, userAnchor, penalty)
            + items.complete(recipe.l2(), recipe.biasL2(), share, itemAnchor, penalty);
    teachingLoss += penalty[0];
    if (!still.dense()) {
      for (Head head : heads) {
        squares += head.squares();
      }
    }
    return squares;
  }

  /** As above, with every row whole. */
  double differentiate(
      Examples examples, int[] order, int from, int to, double dropout, SplittableRandom random) {
    return differentiate(examples, order, from, to, dropout, 0, random);
  }

  /** Loss of the batch last differentiated, without penalties. */
  double taskLoss() {
    return taskLoss;
  }

  /** Teacher's terms and penalties of the batch last differentiated. */
  double teachingLoss() {
    return teachingLoss;
  }

  BatchRows users() {
    return users;
  }

  BatchRows items() {
    return items;
  }

  /** The unit of the main head. */
  Dense dense() {
    return heads.get(0).unit();
  }

  /** Gradient by a row of the dense table. */
  double[] denseGradient(int row) {
    return heads.get(row).gradient();
  }

  Adversary adversary() {
    return adversary;
  }

  /** Samples and probes join the items of the batch, then all is multiplied out. */
  private void matrixLosses(int size, SplittableRandom random) {
    if (chances.any()) {
      for (int n = 0; n < recipe.negatives(); n++) {
        items.slot(chances.draw(random));
      }
    }
    if (adversary != null) {
      adversary.begin();
      for (int n = 0; n < probes.length; n++) {
        adversary.probe(n, items.slot(probes[n]));
      }
    }
    TaughtBatch teacher = null;
    if (taught != null) {
      taught.gather(users, items);
      teacher = taught.knowsAny() ? taught : null;
    }
    boolean ranking = recipe.objective() == Objective.SOFTMAX;
    if (teacher == null && !ranking) {
      return;
    }
    if (ranking) {
      correct(size);
    }
    for (Head head : heads) {
      matrixLosses(head, teacher == null ? null : head.taught().orElseThrow(), ranking);
    }
  }

  private void matrixLosses(Head head, TaughtRows teacher, boolean ranking) {
    List<TileLoss> present = new ArrayList<>(teacher == null ? List.of() : head.teachers());
    if (ranking && !head.rated() && head.batch().size() > 0) {
      present.add(head.softmax());
    }
    if (present.isEmpty()) {
      return;
    }
    Arrays.fill(totals, 0);
    head.open();
    block.learn(head.users(), head.items(), head.unit(), teacher, present, totals);
    head.close();
    for (int n = 0; n < present.size(); n++) {
      if (present.get(n) == head.softmax()) {
        taskLoss += totals[n];
      } else {
        teachingLoss += totals[n];
      }
    }
  }

  /** Losses that look at one or two items an example, head by head. */
  private void exampleLosses(Predicate<Head> which, ToDoubleFunction<Head> loss) {
    for (Head head : heads) {
      if (which.test(head) && head.batch().size() > 0) {
        head.open();
        taskLoss += loss.applyAsDouble(head);
        head.close();
      }
    }
  }

  /** Draws an item for each example that its user may not want. */
  private void oppose(SplittableRandom random) {
    for (Head head : heads) {
      Batch batch = head.batch();
      for (int n = 0; n < batch.size() && !head.rated(); n++) {
        batch.oppose(n, chances.any() ? items.slot(chances.draw(random)) : batch.item(n));
      }
    }
  }

  private void correct(int size) {
    if (corrections.length < items.size()) {
      corrections = new float[2 * items.size()];
    }
    for (int slot = 0; slot < items.size(); slot++) {
      corrections[slot] = chances.logChance(items.row(slot), size, recipe.negatives());
    }
  }

  private float[] correction() {
    return corrections;
  }

  /** {@code 1/n Σ w (s − y)²}. */
  private double squaredError(Head head) {
    LearntRows users = head.users();
    LearntRows items = head.items();
    Batch batch = head.batch();
    double loss = 0;
    double byScale = 0;
    double byBias = 0;
    int stride = users.stride();
    float scale = head.unit().scale();
    float bias = head.unit().bias();
    float share = 1f / batch.total();
    float[] u = users.vectors();
    float[] v = items.vectors();
    for (int n = 0; n < batch.size(); n++) {
      int user = batch.user(n);
      int item = batch.item(n);
      float like = kernel.dot(u, user * stride, v, item * stride, stride);
      float away = scale * like + users.bias()[user] + items.bias()[item] + bias - batch.target(n);
      float weight = share * batch.weight(n);
      loss += (double) weight * away * away;
      float byScore = 2 * weight * away;
      pull(head, user, item, byScore);
      if (recipe.biases()) {
        users.biasGradients()[user] += byScore;
        items.biasGradients()[item] += byScore;
      }
      byScale += byScore * like;
      byBias += byScore;
    }
    head.unit().add(byScale, byBias);
    return loss;
  }

  /** {@code 1/n Σ −w log σ(s − s')}, s' being the score of an item that was drawn. */
  private double pairwise(Head head) {
    LearntRows users = head.users();
    LearntRows items = head.items();
    Batch batch = head.batch();
    double loss = 0;
    int stride = users.stride();
    float scale = head.unit().scale();
    float share = 1f / batch.total();
    float[] u = users.vectors();
    float[] v = items.vectors();
    for (int n = 0; n < batch.size(); n++) {
      int user = batch.user(n);
      int item = batch.item(n);
      int other = batch.other(n);
      if (item == other) {
        continue;
      }
      double ahead =
          scale
                  * ((double) kernel.dot(u, user * stride, v, item * stride, stride)
                      - kernel.dot(u, user * stride, v, other * stride, stride))
              + items.bias()[item]
              - items.bias()[other];
      float weight = share * batch.weight(n);
      loss += weight * (Math.max(-ahead, 0) + Math.log1p(Math.exp(-Math.abs(ahead))));
      float byScore = (float) (-weight / (1 + Math.exp(ahead)));
      pull(head, user, item, byScore);
      pull(head, user, other, -byScore);
      if (recipe.biases()) {
        items.biasGradients()[item] += byScore;
        items.biasGradients()[other] -= byScore;
      }
    }
    return loss;
  }

  private void pull(Head head, int user, int item, float byScore) {
    LearntRows ofUsers = head.users();
    LearntRows ofItems = head.items();
    int stride = ofUsers.stride();
    float by = byScore * head.unit().scale();
    kernel.add(ofUsers.gradients(), user * stride, ofItems.vectors(), item * stride, by, stride);
    kernel.add(ofItems.gradients(), item * stride, ofUsers.vectors(), user * stride, by, stride);
  }

  /** Frees what lies outside the heap. */
  @Override
  public void close() {
    block.close();
  }
}
