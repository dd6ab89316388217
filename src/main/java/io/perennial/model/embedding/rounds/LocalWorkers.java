package io.perennial.model.embedding.rounds;

import io.perennial.model.FactorRows;
import io.perennial.model.FactorTable;
import io.perennial.model.MemoryFactorTable;
import io.perennial.model.embedding.rounds.Advance.Advanced;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Workers in threads of the driver; no Spark job. */
public final class LocalWorkers implements Workers {
  private final ExecutorService executor;
  private List<WorkerState> states;
  private List<WorkerState> kept;

  /**
   * @param states by id
   * @param threads at most so many work at once, 1 or more
   */
  public LocalWorkers(List<WorkerState> states, int threads) {
    this.states = List.copyOf(states);
    this.kept = this.states;
    this.executor =
        Executors.newFixedThreadPool(
            Math.max(1, Math.min(threads, states.size())),
            task -> {
              Thread thread = new Thread(task, "embedding-worker");
              thread.setDaemon(true);
              return thread;
            });
  }

  @Override
  public <S, T> List<T> each(S shared, Work<S, T> work) {
    List<Callable<T>> tasks = new ArrayList<>();
    for (WorkerState state : states) {
      tasks.add(() -> work.apply(state, shared));
    }
    return all(tasks);
  }

  @Override
  public <S, T> List<T> advance(S shared, Advance<S, T> work) {
    List<Callable<Advanced<T>>> tasks = new ArrayList<>();
    for (WorkerState state : states) {
      tasks.add(() -> work.apply(state, shared));
    }
    List<T> results = new ArrayList<>();
    List<WorkerState> next = new ArrayList<>();
    for (Advanced<T> advanced : all(tasks)) {
      next.add(advanced.next());
      results.add(advanced.result());
    }
    states = next;
    return results;
  }

  private <T> List<T> all(List<Callable<T>> tasks) {
    List<Future<T>> running = new ArrayList<>();
    for (Callable<T> task : tasks) {
      running.add(executor.submit(task));
    }
    List<T> results = new ArrayList<>();
    RuntimeException failure = null;
    for (Future<T> future : running) {
      try {
        results.add(future.get());
      } catch (ExecutionException e) {
        if (failure == null) {
          failure =
              e.getCause() instanceof RuntimeException cause
                  ? cause
                  : new IllegalStateException(e.getCause());
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("Interrupted while learning embeddings", e);
      }
    }
    if (failure != null) {
      throw failure;
    }
    return results;
  }

  @Override
  public void keep() {
    kept = states;
  }

  @Override
  public void restore() {
    states = kept;
  }

  @Override
  public FactorTable rows(Work<Integer, FactorRows> rows, int width, long count) {
    FactorRows all = FactorRows.empty(width);
    for (WorkerState state : states) {
      all = all.overlaidBy(rows.apply(state, width));
    }
    return new MemoryFactorTable(all);
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
