package io.perennial.model.als;

import io.perennial.PerennialException;
import io.perennial.distillation.ScoreDistillation.Weighting;
import io.perennial.model.DatasetFactorTable;
import io.perennial.model.FactorRows;
import io.perennial.model.FactorTable;
import io.perennial.model.als.ItemBlock.Load;
import io.perennial.model.als.ItemBlock.Shipment;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/**
 * Half-sweeps on Spark, one job each. Item rows are broadcast; the users of a sweep are a function
 * of the cached blocks and of the broadcast rows, never of the sweep before, so that the lineage
 * does not grow and nothing is checkpointed. For the item half, each user block sends each item
 * block the rows that it needs, once.
 *
 * <p>Sums over users come back block by block, 5 × rank² doubles each, and are added in the order
 * of blocks.
 */
final class SparkEngine implements SweepEngine {
  private static final StorageLevel STORAGE = StorageLevel.MEMORY_AND_DISK();
  private final JavaSparkContext context;
  private final JavaRDD<UserBlock> users;
  private final JavaPairRDD<Integer, ItemBlock> itemBlocks;
  private final NightSummary summary;
  private final TouchedRows items;
  private final Broadcast<TouchedRows> sharedItems;
  private final Weighting weighting;
  private final HashPartitioner partitioner;
  private final int rank;
  private JavaRDD<SolvedUsers> solved;
  private final List<Broadcast<?>> ofSolved = new ArrayList<>();

  /**
   * The users of a block as solved last, or the condition that prevented it: thrown on an executor,
   * it would be tried again and come back as text.
   */
  record SolvedUsers(int id, FactorRows rows, SideSums sums, List<PerennialException> conditions)
      implements Serializable {}

  /** What the driver is told of a block of users. */
  record UserReport(int id, SideSums sums, List<PerennialException> conditions)
      implements Serializable {}

  /** A block's items as solved last, or the condition that prevented it. */
  record SolvedItems(
      int[] indices, float[] rows, PastSums sums, List<PerennialException> conditions)
      implements Serializable {}

  /**
   * @param users one block an element; cached here
   * @param teacher every item row of the parent
   * @param past what the equations of items have summed up before tonight
   */
  SparkEngine(
      JavaRDD<UserBlock> users,
      FactorRows teacher,
      Function<int[], PastSums> past,
      int blocks,
      PairWeighting pairWeighting,
      Weighting weighting) {
    this.context = JavaSparkContext.fromSparkContext(users.context());
    this.users = users.persist(STORAGE);
    this.weighting = weighting;
    this.rank = teacher.rank();
    this.partitioner = new HashPartitioner(blocks);
    this.summary =
        run(
            () ->
                users
                    .map(NightSummary::of)
                    .treeAggregate(NightSummary.NOTHING, NightSummary::plus, NightSummary::plus));
    this.items =
        TouchedRows.of(summary.items(), narrow(summary.itemEvents()), teacher)
            .with(past.apply(summary.items()));
    this.sharedItems = context.broadcast(items);
    this.itemBlocks = itemBlocks(users, sharedItems, blocks, pairWeighting).persist(STORAGE);
  }

  private JavaPairRDD<Integer, ItemBlock> itemBlocks(
      JavaRDD<UserBlock> from,
      Broadcast<TouchedRows> touched,
      int blocks,
      PairWeighting pairWeighting) {
    return from.flatMapToPair(SparkEngine::loads)
        .groupByKey(partitioner)
        .mapValues(loads -> ItemBlock.of(loads, touched.value(), blocks, pairWeighting));
  }

  private static Iterator<Tuple2<Integer, Load>> loads(UserBlock block) {
    List<Tuple2<Integer, Load>> loads = new ArrayList<>();
    for (int q = 0; q < block.routes().length; q++) {
      if (block.routes()[q].length > 0) {
        loads.add(new Tuple2<>(q, new Load(block.id(), block.pairsOf(q))));
      }
    }
    return loads.iterator();
  }

  @Override
  public TouchedRows items() {
    return items;
  }

  @Override
  public long newUsers() {
    return summary.newUsers();
  }

  @Override
  public double meanValue() {
    return summary.values() / Math.max(1, summary.pairs());
  }

  @Override
  public double events() {
    return summary.events();
  }

  @Override
  public SideSums solveUsers(HalfSweep sweep, float[] itemRows) {
    SweepBasis basis = SweepBasis.of(sweep);
    Broadcast<SweepBasis> shared = context.broadcast(basis);
    Broadcast<float[]> fixed = context.broadcast(basis.turned(itemRows));
    Weighting weights = weighting;
    JavaRDD<SolvedUsers> next =
        users.map(block -> solve(block, shared.value(), fixed.value(), weights)).persist(STORAGE);
    forgetSolved();
    solved = next;
    ofSolved.add(shared);
    ofSolved.add(fixed);
    List<UserReport> parts =
        new ArrayList<>(
            run(
                () ->
                    next.map(block -> new UserReport(block.id(), block.sums(), block.conditions()))
                        .collect()));
    parts.sort((a, b) -> Integer.compare(a.id(), b.id()));
    parts.forEach(part -> throwAny(part.conditions()));
    SideSums all = SideSums.zero(rank);
    for (UserReport part : parts) {
      all = all.plus(part.sums());
    }
    return all;
  }

  private static SolvedUsers solve(
      UserBlock block, SweepBasis basis, float[] fixed, Weighting weighting) {
    TouchedRows entities = block.equations().entities();
    int rank = basis.sweep().rank();
    float[] rows = new float[Math.multiplyExact(entities.size(), rank)];
    try {
      new EntitySolver(basis)
          .solve(block.equations(), 0, entities.size(), fixed, rows, PastSums.NONE);
    } catch (PerennialException condition) {
      return new SolvedUsers(
          block.id(), FactorRows.empty(rank), SideSums.zero(1), List.of(condition));
    }
    return new SolvedUsers(
        block.id(),
        entities.learnt(rows),
        SideSums.of(entities, rows, 0, entities.size(), weighting),
        List.of());
  }

  @Override
  public float[] solveItems(HalfSweep sweep, PastSums sums) {
    int length = sums.length();
    Broadcast<SweepBasis> shared = context.broadcast(SweepBasis.of(sweep));
    List<SolvedItems> parts =
        run(
            () ->
                itemBlocks
                    .cogroup(
                        users.zip(solved).flatMapToPair(pair -> ship(pair, shared.value())),
                        partitioner)
                    .values()
                    .map(group -> solve(group, shared.value(), length))
                    .collect());
    shared.destroy();
    float[] rows = new float[Math.multiplyExact(items.size(), rank)];
    parts.forEach(part -> throwAny(part.conditions()));
    for (SolvedItems part : parts) {
      for (int n = 0; n < part.indices().length; n++) {
        int at = Arrays.binarySearch(items.indices(), part.indices()[n]);
        System.arraycopy(part.rows(), n * rank, rows, at * rank, rank);
        if (!sums.isEmpty()) {
          sums.put(at, part.sums(), n);
        }
      }
    }
    return rows;
  }

  private static Iterator<Tuple2<Integer, Shipment>> ship(
      Tuple2<UserBlock, SolvedUsers> pair, SweepBasis basis) {
    List<Tuple2<Integer, Shipment>> shipments = new ArrayList<>();
    UserBlock block = pair._1;
    float[] turned = basis.turned(pair._2.rows().values());
    for (int q = 0; q < block.routes().length; q++) {
      if (block.routes()[q].length > 0) {
        float[] rows = block.shipment(q, turned);
        shipments.add(new Tuple2<>(q, new Shipment(block.id(), rows)));
      }
    }
    return shipments.iterator();
  }

  private static SolvedItems solve(
      Tuple2<Iterable<ItemBlock>, Iterable<Shipment>> group, SweepBasis basis, int length) {
    ItemBlock block = group._1.iterator().next();
    int[] indices = block.equations().entities().indices();
    PastSums sums = PastSums.zero(length, indices.length);
    try {
      return new SolvedItems(indices, block.solve(basis, group._2, sums), sums, List.of());
    } catch (PerennialException condition) {
      return new SolvedItems(new int[0], new float[0], PastSums.NONE, List.of(condition));
    }
  }

  private static void throwAny(List<PerennialException> conditions) {
    if (!conditions.isEmpty()) {
      throw conditions.get(0);
    }
  }

  @Override
  public SideSums sumItems(float[] touchedRows) {
    return SideSums.of(items, touchedRows, 0, items.size(), weighting);
  }

  /** They stay cached for as long as somebody holds the table. */
  @Override
  public FactorTable users() {
    return DatasetFactorTable.of(solved.map(SolvedUsers::rows), rank, summary.users());
  }

  private void forgetSolved() {
    if (solved != null) {
      solved.unpersist(false);
      ofSolved.forEach(Broadcast::destroy);
      ofSolved.clear();
    }
  }

  private static float[] narrow(double[] values) {
    float[] narrow = new float[values.length];
    for (int n = 0; n < narrow.length; n++) {
      narrow[n] = (float) values[n];
    }
    return narrow;
  }

  /** Runs a job; where it fails, what was cached is dropped. */
  private <T> T run(Supplier<T> job) {
    try {
      return job.get();
    } catch (RuntimeException e) {
      forgetSolved();
      users.unpersist(false);
      throw e;
    }
  }

  /** Drops the blocks; the users solved last can still be read. */
  @Override
  public void close() {
    users.unpersist(false);
    itemBlocks.unpersist(false);
    sharedItems.unpersist(false);
  }
}
