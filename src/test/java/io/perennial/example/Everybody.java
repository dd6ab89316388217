package io.perennial.example;

import io.perennial.model.FactorRows;
import io.perennial.model.FoldIn;
import io.perennial.model.history.InteractionHistory;
import java.util.Arrays;

/** The one vector that all users have: 1. */
record Everybody(int[] knownItems) implements FoldIn {
  /** The rows of some users. */
  static FactorRows of(int[] sortedUsers) {
    float[] ones = new float[sortedUsers.length];
    Arrays.fill(ones, 1);
    return new FactorRows(1, sortedUsers, ones, new float[sortedUsers.length]);
  }

  @Override
  public FactorRows vectors(InteractionHistory histories) {
    int[] users = new int[histories.users().length];
    int found = 0;
    for (int n = 0; n < users.length; n++) {
      int[] had =
          Arrays.copyOfRange(histories.items(), histories.offsets()[n], histories.offsets()[n + 1]);
      if (Arrays.stream(had).anyMatch(item -> Arrays.binarySearch(knownItems, item) >= 0)) {
        users[found++] = histories.users()[n];
      }
    }
    return of(Arrays.copyOf(users, found));
  }
}
