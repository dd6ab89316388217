package io.perennial.example;

import io.perennial.model.FactorRows;
import io.perennial.model.FactorTable;
import io.perennial.model.Model;
import io.perennial.model.Scorer;
import io.perennial.model.TrainingLoss;
import java.util.List;
import java.util.Optional;

/**
 * One number an item, and 1 for every user.
 *
 * @param begun epoch milliseconds as of which items are weighed: an event one half-life later
 *     weighs 2, so that the weights of untouched items stay as they are. Good for some hundred
 *     half-lives; then begin anew with {@code --full-rebuild}
 * @param changedUsers those that the parent did not have; empty from scratch
 * @param changedItems those that are not as in the parent; empty from scratch
 */
public record PopularityModel(
    FactorTable users,
    FactorRows items,
    Optional<FactorTable> changedUsers,
    Optional<FactorRows> changedItems,
    long begun,
    List<TrainingLoss> losses)
    implements Model {
  @Override
  public String family() {
    return PopularityFamily.NAME;
  }

  @Override
  public Scorer scorer(int[] sortedUsers) {
    return scorer(users.rows(sortedUsers));
  }

  @Override
  public Scorer scorer(FactorRows vectors) {
    return dotProduct().scorer(vectors);
  }

  @Override
  public boolean isFinite() {
    return items.isFinite();
  }
}
