package io.perennial.model.embedding.step;

import java.util.Arrays;

/** The examples of one head in a batch, by slot, and by user. */
final class Batch {
  private int size;
  private int total;
  private int[] users = new int[0];
  private int[] items = new int[0];
  private int[] others = new int[0];
  private float[] targets = new float[0];
  private float[] weights = new float[0];
  private int[] starts = new int[1];
  private int[] byUser = new int[0];

  /**
   * @param most examples of all heads
   */
  void begin(int most) {
    size = 0;
    total = most;
    if (users.length < most) {
      users = new int[most];
      items = new int[most];
      others = new int[most];
      targets = new float[most];
      weights = new float[most];
      byUser = new int[most];
    }
  }

  void add(int userSlot, int itemSlot, float target, float weight) {
    users[size] = userSlot;
    items[size] = itemSlot;
    targets[size] = target;
    weights[size++] = weight;
  }

  /** Gives an example an item that its user did not take. */
  void oppose(int example, int itemSlot) {
    others[example] = itemSlot;
  }

  /** Sorts the examples by user slot, in order of coming. */
  void group(int userSlots) {
    if (starts.length <= userSlots) {
      starts = new int[2 * userSlots + 1];
    }
    Arrays.fill(starts, 0, userSlots + 1, 0);
    for (int n = 0; n < size; n++) {
      starts[users[n] + 1]++;
    }
    for (int u = 0; u < userSlots; u++) {
      starts[u + 1] += starts[u];
    }
    for (int n = size - 1; n >= 0; n--) {
      byUser[--starts[users[n] + 1]] = n;
    }
    // Every start has moved to that of its own user, one place up.
    System.arraycopy(starts, 1, starts, 0, userSlots);
    starts[userSlots] = size;
  }

  int size() {
    return size;
  }

  /** Examples of all heads. */
  int total() {
    return total;
  }

  int user(int example) {
    return users[example];
  }

  int item(int example) {
    return items[example];
  }

  int other(int example) {
    return others[example];
  }

  float target(int example) {
    return targets[example];
  }

  float weight(int example) {
    return weights[example];
  }

  /** First place of a user slot among the grouped examples. */
  int first(int userSlot) {
    return starts[userSlot];
  }

  /** One past the last place of a user slot. */
  int end(int userSlot) {
    return starts[userSlot + 1];
  }

  /** The example at a place. */
  int grouped(int place) {
    return byUser[place];
  }
}
