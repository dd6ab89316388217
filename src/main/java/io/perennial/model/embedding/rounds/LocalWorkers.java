package io.perennial.model.embedding.rounds;

import io.perennial.model.DriverThreads;
import io.perennial.model.FactorRows;
import io.perennial.model.FactorTable;
import io.perennial.model.MemoryFactorTable;
import io.perennial.model.embedding.rounds.Advance.Advanced;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;

/** Workers in threads of the driver; no Spark job. */
public final class LocalWorkers implements Workers {
  private final DriverThreads threads;
  private List<WorkerState> states;
  private List<WorkerState> kept;

  /**
   * @param states by id
   * @param threads at most so many work at once, 1 or more
   */
  public LocalWorkers(List<WorkerState> states, int threads) {
    this.states = List.copyOf(states);
    this.kept = this.states;
    this.threads = new DriverThreads(Math.max(1, Math.min(threads, states.size())));
  }

  @Override
  public <S, T> List<T> each(S shared, Work<S, T> work) {
    return all(state -> work.apply(state, shared));
  }

  @Override
  public <S, T> List<T> advance(S shared, Advance<S, T> work) {
    List<Advanced<T>> all = all(state -> work.apply(state, shared));
    states = all.stream().map(Advanced::next).toList();
    return all.stream().map(Advanced::result).toList();
  }

  private <T> List<T> all(Function<WorkerState, T> work) {
    List<T> results = new ArrayList<>(Collections.nCopies(states.size(), null));
    threads.each(states.size(), () -> work, (task, n) -> results.set(n, task.apply(states.get(n))));
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
    return new MemoryFactorTable(
        FactorRows.together(
            states.stream().map(state -> rows.apply(state, width)).toList(), width));
  }

  @Override
  public void close() {
    threads.close();
  }
}
