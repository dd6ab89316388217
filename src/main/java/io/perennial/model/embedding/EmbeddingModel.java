package io.perennial.model.embedding;

import io.perennial.model.DotProduct;
import io.perennial.model.FactorRows;
import io.perennial.model.FactorTable;
import io.perennial.model.MemoryFactorTable;
import io.perennial.model.Model;
import io.perennial.model.RememberedEvents;
import io.perennial.model.Scorer;
import io.perennial.model.TrainingLoss;
import io.perennial.model.embedding.step.ParameterRows;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Embeddings of users and items with everything that a night needs to go on: Adam's moments, the
 * dense unit, remembered events.
 *
 * <p>A row is an embedding, with its bias last where there are biases. A row of moments is the mean
 * gradient, then the mean squared gradient, with the number of the row's steps as its event count.
 */
public final class EmbeddingModel implements Model {
  private final ScoreForm form;
  private final FactorTable users;
  private final FactorRows items;
  private final FactorTable userMoments;
  private final FactorRows itemMoments;
  private final Optional<Changed> changed;
  private final ParameterRows dense;
  private final RowMean userMean;
  private final RememberedEvents exemplars;
  private final ModelTowers towers;
  private final List<TrainingLoss> losses;

  /**
   * Rows that differ from the parent's.
   *
   * @param users with their moments in {@code userMoments}
   * @param items with their moments in {@code itemMoments}
   */
  public record Changed(
      FactorTable users, FactorTable userMoments, FactorRows items, FactorRows itemMoments) {}

  /**
   * @param users every user row
   * @param items every item row
   * @param changed empty: all rows are
   * @param dense a row a head: scale and b, then what {@link
   *     io.perennial.model.embedding.step.Parameters#denseUnits} says
   * @param userMean mean of the users' rows
   * @param towers of both sides; rows are whole, what towers make is in them
   * @param losses of the training that made the model; empty of one that was read back
   */
  EmbeddingModel(
      ScoreForm form,
      FactorTable users,
      FactorRows items,
      FactorTable userMoments,
      FactorRows itemMoments,
      Optional<Changed> changed,
      ParameterRows dense,
      RowMean userMean,
      RememberedEvents exemplars,
      ModelTowers towers,
      List<TrainingLoss> losses) {
    this.form = Objects.requireNonNull(form, "form");
    this.users = Objects.requireNonNull(users, "users");
    this.items = Objects.requireNonNull(items, "items");
    this.userMoments = Objects.requireNonNull(userMoments, "userMoments");
    this.itemMoments = Objects.requireNonNull(itemMoments, "itemMoments");
    this.changed = Objects.requireNonNull(changed, "changed");
    this.dense = Objects.requireNonNull(dense, "dense");
    this.userMean = Objects.requireNonNull(userMean, "userMean");
    this.exemplars = Objects.requireNonNull(exemplars, "exemplars");
    this.towers = Objects.requireNonNull(towers, "towers");
    this.losses = List.copyOf(losses);
  }

  @Override
  public String family() {
    return EmbeddingFamily.NAME;
  }

  /** How rows become scores. */
  public ScoreForm form() {
    return form;
  }

  /** Every user row. */
  public FactorTable users() {
    return users;
  }

  /** Every item row. */
  public FactorRows itemTable() {
    return items;
  }

  /** Moments of every user row. */
  public FactorTable userMoments() {
    return userMoments;
  }

  /** Moments of every item row. */
  public FactorRows itemMoments() {
    return itemMoments;
  }

  /** What tonight's training changed or added; empty from scratch: all. */
  public Optional<Changed> changed() {
    return changed;
  }

  ParameterRows dense() {
    return dense;
  }

  /** Mean of the users' rows: where new ones begin. */
  public RowMean userMean() {
    return userMean;
  }

  /** Events that are remembered. */
  public RememberedEvents exemplars() {
    return exemplars;
  }

  /** What makes rows of features. */
  ModelTowers towers() {
    return towers;
  }

  @Override
  public FactorRows items() {
    return form.itemVectors(items);
  }

  @Override
  public Scorer scorer(int[] sortedUsers) {
    return scorer(users.rows(sortedUsers));
  }

  @Override
  public Scorer scorer(FactorRows given) {
    return dotProduct().scorer(given);
  }

  @Override
  public DotProduct dotProduct() {
    return new DotProduct(form.itemRows(items), new EmbeddingProjection(form));
  }

  @Override
  public List<TrainingLoss> losses() {
    return losses;
  }

  /** The same model with nothing changed: what a night without events makes of its parent. */
  EmbeddingModel unchanged() {
    return new EmbeddingModel(
        form,
        users,
        items,
        userMoments,
        itemMoments,
        Optional.of(nothing(form)),
        dense,
        userMean,
        exemplars,
        towers,
        List.of());
  }

  /** No rows at all. */
  static Changed nothing(ScoreForm form) {
    FactorRows rows = FactorRows.empty(form.width());
    FactorRows moments = FactorRows.empty(2 * form.width());
    return new Changed(new MemoryFactorTable(rows), new MemoryFactorTable(moments), rows, moments);
  }

  /**
   * Item rows, the dense unit and user rows in memory; the trainer refuses to return rows on Spark
   * that are not finite.
   */
  @Override
  public boolean isFinite() {
    FactorTable learnt = changed.map(Changed::users).orElse(users);
    FactorTable moments = changed.map(Changed::userMoments).orElse(userMoments);
    return items.isFinite()
        && itemMoments.isFinite()
        && dense.isFinite()
        && towers.rows().isFinite()
        && Double.isFinite(userMean.weight())
        && Arrays.stream(userMean.sum()).allMatch(Double::isFinite)
        && (!(learnt instanceof MemoryFactorTable) || learnt.all().isFinite())
        && (!(moments instanceof MemoryFactorTable) || moments.all().isFinite());
  }
}
