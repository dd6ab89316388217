package io.perennial.model.embedding.rounds;

import io.perennial.PerennialException;
import io.perennial.model.DatasetFactorTable;
import io.perennial.model.FactorRows;
import io.perennial.model.FactorTable;
import io.perennial.model.embedding.rounds.Advance.Advanced;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.StorageLevel;

/**
 * Workers on Spark, one a partition, each in the memory of an executor between rounds. A round is
 * one job: what all share is broadcast, results are collected.
 */
public final class SparkWorkers implements Workers {
  private static final StorageLevel STORAGE = StorageLevel.MEMORY_AND_DISK();
  private final JavaSparkContext context;
  private final JavaRDD<WorkerState> first;
  private JavaRDD<WorkerState> states;
  private JavaRDD<WorkerState> kept;

  /**
   * @param states one a partition, in the order of ids; cached here
   */
  public SparkWorkers(JavaRDD<WorkerState> states) {
    this.context = JavaSparkContext.fromSparkContext(states.context());
    this.first = states.persist(STORAGE);
    this.states = first;
    this.kept = first;
  }

  @Override
  public <S, T> List<T> each(S shared, Work<S, T> work) {
    Broadcast<S> everywhere = context.broadcast(shared);
    JavaRDD<WorkerState> now = states;
    List<Outcome<T>> outcomes =
        run(() -> now.map(state -> outcome(work, state, everywhere.value())).collect());
    everywhere.unpersist(false);
    return results(outcomes);
  }

  @Override
  public <S, T> List<T> advance(S shared, Advance<S, T> work) {
    // Not destroyed: a lost partition is made again with it. Spark frees it with the lineage.
    Broadcast<S> everywhere = context.broadcast(shared);
    JavaRDD<Step<T>> steps =
        states.map(state -> step(work, state, everywhere.value())).persist(STORAGE);
    JavaRDD<WorkerState> next = steps.map(Step::next).persist(STORAGE);
    List<Outcome<T>> outcomes = run(() -> next.zip(steps).map(pair -> pair._2.outcome()).collect());
    steps.unpersist(false);
    JavaRDD<WorkerState> before = states;
    states = next;
    drop(before);
    return results(outcomes);
  }

  private static <S, T> Outcome<T> outcome(Work<S, T> work, WorkerState state, S shared) {
    try {
      return new Outcome<>(work.apply(state, shared), null);
    } catch (PerennialException condition) {
      return new Outcome<>(null, condition);
    }
  }

  private static <S, T> Step<T> step(Advance<S, T> work, WorkerState state, S shared) {
    try {
      Advanced<T> advanced = work.apply(state, shared);
      return new Step<>(advanced.next(), new Outcome<>(advanced.result(), null));
    } catch (PerennialException condition) {
      return new Step<>(state, new Outcome<>(null, condition));
    }
  }

  private static <T> List<T> results(List<Outcome<T>> outcomes) {
    List<T> results = new ArrayList<>();
    for (Outcome<T> outcome : outcomes) {
      if (outcome.condition() != null) {
        throw outcome.condition();
      }
      results.add(outcome.result());
    }
    return results;
  }

  @Override
  public void keep() {
    JavaRDD<WorkerState> before = kept;
    kept = states;
    drop(before);
  }

  @Override
  public void restore() {
    JavaRDD<WorkerState> before = states;
    states = kept;
    drop(before);
  }

  /** What is neither needed now nor remembered leaves the memory; it could be made again. */
  private void drop(JavaRDD<WorkerState> rdd) {
    if (rdd != states && rdd != kept && rdd != first) {
      rdd.unpersist(false);
    }
  }

  /** They stay cached for as long as somebody holds the table. */
  @Override
  public FactorTable rows(Work<Integer, FactorRows> rows, int width, long count) {
    return DatasetFactorTable.of(states.map(state -> rows.apply(state, width)), width, count);
  }

  private <T> T run(Supplier<T> job) {
    try {
      return job.get();
    } catch (RuntimeException e) {
      close();
      states.unpersist(false);
      kept.unpersist(false);
      throw e;
    }
  }

  /** Drops all but the workers as they are now, whose rows may still be read. */
  @Override
  public void close() {
    if (kept != states) {
      kept.unpersist(false);
    }
    if (first != states) {
      first.unpersist(false);
    }
  }

  /** Conditions are results: Spark would try a failed task again. */
  private record Outcome<T>(T result, PerennialException condition) implements Serializable {}

  private record Step<T>(WorkerState next, Outcome<T> outcome) implements Serializable {}
}
