package io.perennial.model.blend;

import io.perennial.model.FactorRows;
import io.perennial.model.history.ItemStatistics;
import io.perennial.model.history.Past;
import io.perennial.model.scoring.DistributedFactors;
import io.perennial.model.scoring.FactorScorer;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * What a few users chose from, small enough for the driver where the catalogue is not: what they
 * had and took, and a sample of the rest. Items are named anew, by their place among these.
 */
public final class ThinnedCatalogue {
  /** Items of the sample: 51 MB at rank 64, and that three times. */
  private static final int SHOWN = 200_000;

  private final BlendInputs inputs;
  private final List<Choice> choices;
  private final BlendFit.Shelf shelf;

  private ThinnedCatalogue(BlendInputs inputs, List<Choice> choices, BlendFit.Shelf shelf) {
    this.inputs = inputs;
    this.choices = choices;
    this.shelf = shelf;
  }

  /**
   * For a few users.
   *
   * @param model that knows them
   * @param sortedUsers those who chose
   * @param pasts what each had done before
   * @param choices what they took
   * @param statistics items as of before
   * @param seed of the sample
   */
  public static ThinnedCatalogue of(
      DistributedFactors model,
      int[] sortedUsers,
      List<Past> pasts,
      List<Choice> choices,
      ItemStatistics statistics,
      Instant now,
      long seed) {
    return of(model, sortedUsers, pasts, choices, statistics, now, seed, SHOWN);
  }

  /** The same with a sample of about so many items. */
  static ThinnedCatalogue of(
      DistributedFactors model,
      int[] sortedUsers,
      List<Past> pasts,
      List<Choice> choices,
      ItemStatistics statistics,
      Instant now,
      long seed,
      int shown) {
    int known = model.knownItems().cardinality();
    SplittableRandom random = new SplittableRandom(seed);
    double share = Math.min(1, (double) shown / Math.max(1, known));
    int[] sample =
        model.knownItems().stream()
            .filter(item -> share == 1 || random.nextDouble() < share)
            .toArray();
    IntStream own =
        IntStream.concat(
            pasts.stream().flatMapToInt(past -> Arrays.stream(past.items())),
            choices.stream().flatMapToInt(choice -> Arrays.stream(choice.items())));
    int[] all = IntStream.concat(Arrays.stream(sample), own).sorted().distinct().toArray();
    FactorRows found = model.table().rows(Arrays.stream(all).filter(model::knowsItem).toArray());
    FactorRows rows =
        new FactorRows(
            found.rank(), places(found.indices(), all), found.values(), found.eventCounts());
    BlendInputs inputs =
        BlendInputs.of(
            new FactorScorer(model.users(sortedUsers), rows),
            rows,
            sortedUsers,
            pasts.stream().map(past -> renamed(past, all)).toList(),
            statistics.ofSome(all),
            now);
    return new ThinnedCatalogue(
        inputs,
        choices.stream()
            .map(choice -> new Choice(choice.user(), places(choice.items(), all)))
            .toList(),
        new BlendFit.Shelf(places(sample, all), known == 0 ? 1 : (double) sample.length / known));
  }

  private static Past renamed(Past past, int[] all) {
    return new Past(places(past.items(), all), past.counts(), past.events(), past.lastTimes());
  }

  private static int[] places(int[] items, int[] all) {
    return Arrays.stream(items).map(item -> Arrays.binarySearch(all, item)).toArray();
  }

  /**
   * Weights after the choices.
   *
   * @param prior what earlier nights knew
   * @param seed of the samples
   */
  public BlendWeights fit(BlendWeights prior, long seed) {
    return BlendFit.fit(prior, inputs, choices, seed, shelf);
  }
}
