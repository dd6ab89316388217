package io.perennial.bench;

import java.util.Arrays;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * What some work took.
 *
 * @param seconds of the clock
 * @param processorSeconds of all threads of this process together; other work on the machine does
 *     not stretch them
 */
record Cost(double seconds, double processorSeconds) {
  private static final double FILLED = 0.5;
  private static final Cost NOTHING = new Cost(0, 0);

  static Cost of(Runnable work) {
    double processor = Machine.processorSeconds();
    long begin = System.nanoTime();
    work.run();
    double seconds = (System.nanoTime() - begin) / 1e9;
    return new Cost(seconds, Machine.processorSeconds() - processor);
  }

  /**
   * The work once to warm up, then as often as is said. Short work is done again until it fills
   * half a second, since the processor clock ticks in hundredths; the cost is that of one time.
   */
  static Cost[] several(int runs, Runnable work) {
    work.run();
    double once = of(work).seconds();
    int times = (int) Math.min(1000, Math.max(1, Math.ceil(FILLED / Math.max(once, 1e-6))));
    Runnable repeated =
        () -> {
          for (int n = 0; n < times; n++) {
            work.run();
          }
        };
    return IntStream.range(0, runs)
        .mapToObj(n -> of(repeated).less(NOTHING, times))
        .toArray(Cost[]::new);
  }

  /** A difference of two costs, shared out. */
  Cost less(Cost other, int among) {
    return new Cost(
        (seconds - other.seconds) / among, (processorSeconds - other.processorSeconds) / among);
  }

  static Samples samples(Cost[] costs, ToDoubleFunction<Cost> figure) {
    return new Samples(Arrays.stream(costs).mapToDouble(figure).toArray());
  }
}
