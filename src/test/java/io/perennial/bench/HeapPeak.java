package io.perennial.bench;

import java.lang.management.ManagementFactory;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The most heap in use at one time, garbage included, looked up a hundred times a second. The peaks
 * that the pools of a heap keep fall at different times, and their sum may exceed the heap.
 */
final class HeapPeak implements AutoCloseable {
  private static final long MILLIS = 10;
  private final AtomicLong peak = new AtomicLong();
  private final ScheduledExecutorService watch =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "heap-peak");
            thread.setDaemon(true);
            return thread;
          });

  HeapPeak() {
    watch.scheduleAtFixedRate(this::look, 0, MILLIS, TimeUnit.MILLISECONDS);
  }

  private void look() {
    peak.accumulateAndGet(
        ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(), Math::max);
  }

  long megabytes() {
    look();
    return peak.get() >> 20;
  }

  @Override
  public void close() {
    watch.shutdownNow();
  }
}
