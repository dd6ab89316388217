package io.perennial.model;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ObjIntConsumer;
import java.util.function.Supplier;

/** Threads of the driver that share the chunks of a loop; every chunk is worked on once. */
public final class DriverThreads implements AutoCloseable {
  private final int threads;
  private final ExecutorService executor;

  /** So many daemon threads, at least 1. */
  public DriverThreads(int threads) {
    this.threads = threads;
    this.executor =
        Executors.newFixedThreadPool(
            threads,
            task -> {
              Thread thread = new Thread(task, "perennial-learning");
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Runs {@code body} for each chunk in [0, chunks), each thread with a context of its own, and
   * waits; the first exception of a chunk is thrown again.
   */
  public <C> void each(int chunks, Supplier<C> context, ObjIntConsumer<C> body) {
    AtomicInteger next = new AtomicInteger();
    List<Future<?>> running = new ArrayList<>();
    for (int t = 0; t < Math.min(threads, chunks); t++) {
      running.add(
          executor.submit(
              () -> {
                C own = context.get();
                for (int c = next.getAndIncrement(); c < chunks; c = next.getAndIncrement()) {
                  body.accept(own, c);
                }
              }));
    }
    RuntimeException failure = null;
    for (Future<?> future : running) {
      try {
        future.get();
      } catch (ExecutionException e) {
        next.set(chunks);
        if (failure == null) {
          failure =
              e.getCause() instanceof RuntimeException cause
                  ? cause
                  : new IllegalStateException(e.getCause());
        }
      } catch (InterruptedException e) {
        next.set(chunks);
        Thread.currentThread().interrupt();
        throw new IllegalStateException("Interrupted while learning", e);
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
