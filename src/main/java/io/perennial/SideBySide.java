package io.perennial;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Independent work of the driver, some pieces at once: most of the time each waits for Spark or for
 * a file system. Threads live as long as this object, so that they see the caller's Spark session
 * and its settings.
 */
public final class SideBySide implements AutoCloseable {
  private static final int AT_ONCE = 3;

  private final ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
  private final List<Future<?>> begun = new ArrayList<>();

  /** Begins a piece of work; the supplier waits for its result, and throws what it threw. */
  public <T> Supplier<T> begin(Supplier<T> piece) {
    Future<T> future = threads.submit(piece::get);
    begun.add(future);
    return () -> result(future);
  }

  /** Waits for everything that was begun, and throws what the first piece that failed threw. */
  public void join() {
    RuntimeException failure = null;
    for (Future<?> piece : begun) {
      try {
        result(piece);
      } catch (RuntimeException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    begun.clear();
    if (failure != null) {
      throw failure;
    }
  }

  /** Nothing begins any more; returns when what is at work has ended. */
  @Override
  public void close() {
    begun.forEach(piece -> piece.cancel(false));
    threads.shutdown();
    boolean interrupted = false;
    while (true) {
      try {
        if (threads.awaitTermination(1, TimeUnit.MINUTES)) {
          break;
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static <T> T result(Future<T> piece) {
    try {
      return piece.get();
    } catch (ExecutionException e) {
      throw SideBySide.<RuntimeException>asThrown(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while work of the driver was going on", e);
    }
  }

  /** Spark's Scala code throws checked exceptions that its Java signatures do not name. */
  @SuppressWarnings("unchecked")
  private static <E extends Throwable> E asThrown(Throwable thrown) throws E {
    throw (E) thrown;
  }
}
