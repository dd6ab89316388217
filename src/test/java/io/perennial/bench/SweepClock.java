package io.perennial.bench;

import io.perennial.Progress;
import java.util.ArrayList;
import java.util.List;

/**
 * Listens to a training from scratch and takes the cost of each sweep, which begins when reading or
 * the sweep before has ended. Reading is known apart.
 */
final class SweepClock implements Progress {
  private final List<Cost> marks = new ArrayList<>();

  @Override
  public void begin(String phase, long total) {
    marks.clear();
    advance(1);
  }

  @Override
  public void advance(long steps) {
    marks.add(new Cost(System.nanoTime() / 1e9, Machine.processorSeconds()));
  }

  @Override
  public void end() {}

  /** Reading the events and laying them out by user and by item. */
  Cost reading() {
    return marks.get(1).less(marks.get(0), 1);
  }

  /** Each sweep: the half of the users and the half of the items. */
  List<Cost> sweeps() {
    List<Cost> sweeps = new ArrayList<>();
    for (int n = 1; n + 2 < marks.size(); n += 2) {
      sweeps.add(marks.get(n + 2).less(marks.get(n), 1));
    }
    return sweeps;
  }
}
