package io.perennial.simulation;

import io.perennial.simulation.RandomStream.Purpose;
import java.io.Serializable;
import java.util.Arrays;

/**
 * Every item the store ever sells: features, popularity, the days on which it is sold, and the
 * choice of one by a taste.
 *
 * <p>An item is chosen with a chance in proportion to popularity · exp(β·taste·feature). Drawing by
 * popularity from an alias table (Walker 1977; Vose 1991) and keeping the item with probability
 * exp(β(taste·feature − 1)) ≤ 1 gives exactly that without looking at the whole catalogue: some
 * tens of tries, whatever the number of items.
 */
final class ItemCatalogue implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final int MOST_TRIES = 20_000;
  private static final int NEVER = Integer.MAX_VALUE;

  private final int dimensions;
  private final double strength;
  private final int count;

  /** Row-major, count × dimensions; each row of length 1. */
  private final float[] features;

  private final double[] popularity;
  private final int[] launch;
  private final int[] retirement;
  private final double[] keep;
  private final int[] alias;

  ItemCatalogue(StoreDefinition definition) {
    this.dimensions = definition.tasteDimensions();
    this.strength = definition.tasteStrength();
    this.count = definition.launched(definition.days() - 1);
    this.features = new float[Math.multiplyExact(count, dimensions)];
    this.popularity = new double[count];
    this.launch = new int[count];
    this.retirement = new int[count];
    this.keep = new double[count];
    this.alias = new int[count];
    drawFeatures(definition.seed());
    drawPopularity(definition);
    drawLives(definition);
    fillAlias();
  }

  /** Number of items, sold or not. */
  int count() {
    return count;
  }

  /** Chance of an item when tastes do not count and all items are on sale. */
  double popularity(int item) {
    return popularity[item];
  }

  /** First day on sale, counted from 0. */
  int launchDay(int item) {
    return launch[item];
  }

  /** First day no longer on sale; {@link Integer#MAX_VALUE} where that never comes. */
  int retirementDay(int item) {
    return retirement[item];
  }

  /** Whether an item is on sale on a day. */
  boolean onSale(int item, int day) {
    return launch[item] <= day && day < retirement[item];
  }

  /** Features of an item, a copy. */
  float[] features(int item) {
    return Arrays.copyOfRange(features, item * dimensions, (item + 1) * dimensions);
  }

  /** taste·feature, from −1 to 1. */
  double match(double[] taste, int item) {
    double sum = 0;
    int at = item * dimensions;
    for (int k = 0; k < dimensions; k++) {
      sum += taste[k] * features[at + k];
    }
    return sum;
  }

  /** Draws an item that is on sale on the day, by popularity and taste. */
  int choose(RandomStream stream, double[] taste, int day) {
    for (int attempt = 0; attempt < MOST_TRIES; attempt++) {
      int item = draw(stream);
      if (onSale(item, day)
          && stream.nextUnit() < StrictMath.exp(strength * (match(taste, item) - 1))) {
        return item;
      }
    }
    return chooseByCounting(stream, taste, day);
  }

  /** Draws an item by popularity alone, whether on sale or not. */
  int draw(RandomStream stream) {
    int slot = stream.nextBelow(count);
    return stream.nextUnit() < keep[slot] ? slot : alias[slot];
  }

  /** The same choice by summing over the catalogue: for a taste that hardly any item meets. */
  int chooseByCounting(RandomStream stream, double[] taste, int day) {
    double[] upTo = new double[count];
    double sum = 0;
    for (int item = 0; item < count; item++) {
      if (onSale(item, day)) {
        sum += popularity[item] * StrictMath.exp(strength * (match(taste, item) - 1));
      }
      upTo[item] = sum;
    }
    double target = stream.nextUnit() * sum;
    int low = 0;
    int high = count - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (upTo[middle] > target) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /** Natural id of an item: any string, as in a real shop. */
  static String id(int item) {
    String number = number(item);
    if (item % 97 == 13) {
      return "café-" + number;
    }
    if (item % 211 == 40) {
      return "set 2,5 l-" + number;
    }
    return "i-" + number;
  }

  /** A number with at least six digits. */
  static String number(int value) {
    String digits = Integer.toString(value);
    return digits.length() >= 6 ? digits : "000000".substring(digits.length()) + digits;
  }

  private void drawFeatures(long seed) {
    double[] direction = new double[dimensions];
    for (int item = 0; item < count; item++) {
      Shoppers.direction(RandomStream.of(seed, Purpose.ITEM_FEATURE, item, 0, 0), direction);
      for (int k = 0; k < dimensions; k++) {
        features[item * dimensions + k] = (float) direction[k];
      }
    }
  }

  private void drawPopularity(StoreDefinition definition) {
    int[] ranked = permutation(definition.seed(), Purpose.ITEM_RANK, 0, count);
    double sum = 0;
    for (int rank = 0; rank < count; rank++) {
      double weight = StrictMath.pow(rank + 1, -definition.zipfExponent());
      popularity[ranked[rank]] = weight;
      sum += weight;
    }
    for (int item = 0; item < count; item++) {
      popularity[item] /= sum;
    }
  }

  private void drawLives(StoreDefinition definition) {
    Arrays.fill(retirement, NEVER);
    RandomStream stream = RandomStream.of(definition.seed(), Purpose.RETIREMENT, 0, 0, 0);
    int retired = 0;
    for (int day = 1; day < definition.days(); day++) {
      for (int item = definition.launched(day - 1); item < definition.launched(day); item++) {
        launch[item] = day;
      }
      for (; retired < (int) (definition.retirementsPerDay() * day); retired++) {
        int item = stream.nextBelow(definition.launched(day - 1));
        while (retirement[item] != NEVER) {
          item = stream.nextBelow(definition.launched(day - 1));
        }
        retirement[item] = day;
      }
    }
  }

  private void fillAlias() {
    double[] scaled = new double[count];
    int[] queue = new int[count];
    int small = 0;
    int large = count;
    for (int item = 0; item < count; item++) {
      scaled[item] = popularity[item] * count;
      if (scaled[item] < 1) {
        queue[small++] = item;
      } else {
        queue[--large] = item;
      }
    }
    Arrays.fill(keep, 1);
    for (int item = 0; item < count; item++) {
      alias[item] = item;
    }
    while (small > 0 && large < count) {
      int low = queue[--small];
      int high = queue[large];
      keep[low] = scaled[low];
      alias[low] = high;
      scaled[high] -= 1 - scaled[low];
      if (scaled[high] < 1) {
        large++;
        queue[small++] = high;
      }
    }
  }

  /** A random order of 0 to count − 1. */
  static int[] permutation(long seed, Purpose purpose, long key, int count) {
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      order[i] = i;
    }
    RandomStream stream = RandomStream.of(seed, purpose, key, 0, 0);
    for (int i = count - 1; i > 0; i--) {
      int j = stream.nextBelow(i + 1);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
    return order;
  }
}
