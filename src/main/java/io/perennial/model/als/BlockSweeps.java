package io.perennial.model.als;

import io.perennial.PerennialException;
import io.perennial.Place;
import io.perennial.distillation.ScoreDistillation.Weighting;
import io.perennial.model.DatasetFactorTable;
import io.perennial.model.FactorRows;
import io.perennial.model.FactorTable;
import io.perennial.model.MemoryFactorTable;
import io.perennial.model.als.ItemBlock.Load;
import io.perennial.model.als.ItemHome.Begin;
import io.perennial.model.als.ItemHome.Want;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/**
 * Sweeps on Spark with both sides in blocks: each half sends every block of the other side the rows
 * that it needs, once, through one shuffle, as in the ALS of Spark MLlib. Nothing is broadcast but
 * what entities share (5 × rank² doubles), and no row passes through the driver between sweeps.
 *
 * <p>Each half depends on the one before, so that the lineage grows by a shuffle a half-sweep; rows
 * are kept on executors, and every {@value #CHECKPOINT_EVERY} sweeps on the file system where Spark
 * was given a folder for checkpoints.
 */
final class BlockSweeps implements Sweeps {
  private static final StorageLevel STORAGE = StorageLevel.MEMORY_AND_DISK();
  private static final int CHECKPOINT_EVERY = 5;
  private final JavaSparkContext context;
  private final HashPartitioner partitioner;
  private final Weighting weighting;
  private final Place place;
  private final int rank;
  private final JavaPairRDD<Integer, ShippedUsers> users;
  private final JavaPairRDD<Integer, ItemHome> items;
  private final Totals totals;
  private JavaPairRDD<Integer, Solved> solvedUsers;
  private JavaPairRDD<Integer, Solved> solvedItems;
  private int sweeps;
  private boolean givenAway;

  /** Rows of a block as solved last, or the condition that prevented it. */
  private record Solved(float[] rows, SideSums sums, List<PerennialException> conditions)
      implements Serializable {}

  /** What the driver is told of a block. */
  private record Report(int id, SideSums sums, List<PerennialException> conditions)
      implements Serializable {}

  /** Counts over all blocks. */
  private record Totals(
      long users, long newUsers, double events, long pairs, double values, int items, int newItems)
      implements Serializable {
    static final Totals NOTHING = new Totals(0, 0, 0, 0, 0, 0, 0);

    Totals plus(Totals other) {
      return new Totals(
          users + other.users,
          newUsers + other.newUsers,
          events + other.events,
          pairs + other.pairs,
          values + other.values,
          Math.addExact(items, other.items),
          newItems + other.newItems);
    }
  }

  /**
   * @param blocks one block of users an element
   * @param teacher every item row of the parent, in pieces
   * @param place where the items solved last are kept
   */
  BlockSweeps(
      JavaRDD<UserBlock> blocks,
      JavaRDD<FactorRows> teacher,
      int count,
      PairWeighting pairWeighting,
      Weighting weighting,
      Begin begin,
      Place place) {
    this.place = place;
    this.context = JavaSparkContext.fromSparkContext(blocks.context());
    this.partitioner = new HashPartitioner(count);
    this.weighting = weighting;
    this.rank = begin.rank();
    this.users =
        blocks
            .mapToPair(block -> new Tuple2<>(block.id(), ShippedUsers.of(block, count)))
            .partitionBy(partitioner)
            .persist(STORAGE);
    this.items =
        users
            .values()
            .flatMapToPair(BlockSweeps::loads)
            .cogroup(
                users.values().flatMapToPair(BlockSweeps::wants),
                teacher.flatMapToPair(piece -> BlockSplit.of(piece, count)),
                partitioner)
            .mapValues(
                group -> home(group._1(), group._2(), group._3(), count, pairWeighting, begin))
            .persist(STORAGE);
    try {
      this.totals =
          users
              .values()
              .map(BlockSweeps::counted)
              .union(items.values().map(BlockSweeps::counted))
              .fold(Totals.NOTHING, Totals::plus);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private static Totals counted(ShippedUsers shipped) {
    TouchedRows users = shipped.block().equations().entities();
    double events = 0;
    for (float count : users.events()) {
      events += count;
    }
    Pairs night = shipped.block().night();
    return new Totals(
        users.size(), users.newcomers(), events, night.size(), NightPairs.sumOfValues(night), 0, 0);
  }

  private static Totals counted(ItemHome home) {
    TouchedRows items = home.block().equations().entities();
    return new Totals(0, 0, 0, 0, 0, items.size(), items.newcomers());
  }

  private static Iterator<Tuple2<Integer, Load>> loads(ShippedUsers shipped) {
    List<Tuple2<Integer, Load>> loads = new ArrayList<>();
    UserBlock block = shipped.block();
    for (int q = 0; q < block.routes().length; q++) {
      if (block.routes()[q].length > 0) {
        loads.add(new Tuple2<>(q, new Load(block.id(), block.pairsOf(q))));
      }
    }
    return loads.iterator();
  }

  private static Iterator<Tuple2<Integer, Want>> wants(ShippedUsers shipped) {
    List<Tuple2<Integer, Want>> wants = new ArrayList<>();
    for (int q = 0; q < shipped.wanted().length; q++) {
      if (shipped.wanted()[q].length > 0) {
        wants.add(new Tuple2<>(q, new Want(shipped.block().id(), shipped.wanted()[q])));
      }
    }
    return wants.iterator();
  }

  private static ItemHome home(
      Iterable<Load> loads,
      Iterable<Want> wants,
      Iterable<FactorRows> teachers,
      int blocks,
      PairWeighting weighting,
      Begin begin) {
    List<FactorRows> pieces = new ArrayList<>();
    teachers.forEach(pieces::add);
    FactorRows teacher = FactorRows.together(pieces, begin.rank());
    ItemBlock block =
        ItemBlock.of(
            loads,
            (entities, pairs) ->
                TouchedRows.of(
                    entities, NightPairs.events(entities, pairs.items(), pairs.events()), teacher),
            blocks,
            weighting);
    return ItemHome.of(block, wants, teacher, blocks, begin);
  }

  @Override
  public int touchedItems() {
    return totals.items();
  }

  @Override
  public int newItems() {
    return totals.newItems();
  }

  @Override
  public long newUsers() {
    return totals.newUsers();
  }

  @Override
  public double events() {
    return totals.events();
  }

  @Override
  public double meanValue() {
    return totals.values() / Math.max(1, totals.pairs());
  }

  @Override
  public SideSums begin(Bias bias) {
    int k = rank;
    Weighting weights = weighting;
    solvedItems =
        items
            .mapValues(
                home -> solved(home.block().equations().entities(), home.begin(k, bias), weights))
            .persist(STORAGE);
    return reported(solvedItems);
  }

  @Override
  public SideSums solveUsers(HalfSweep sweep) {
    Weighting weights = weighting;
    SweepBasis basis = SweepBasis.of(sweep);
    JavaPairRDD<Integer, ShippedUsers.Shipment> shipments =
        items.join(solvedItems).flatMapToPair(block -> toUsers(block, basis));
    JavaPairRDD<Integer, Solved> next =
        users
            .cogroup(shipments, partitioner)
            .mapValues(
                group -> {
                  ShippedUsers block = group._1.iterator().next();
                  TouchedRows entities = block.block().equations().entities();
                  try {
                    return solved(entities, block.solve(basis, group._2), weights);
                  } catch (PerennialException condition) {
                    return unsolved(sweep, condition);
                  }
                })
            .persist(STORAGE);
    SideSums sums = reported(next);
    forget(solvedUsers);
    solvedUsers = next;
    return sums;
  }

  @Override
  public SideSums solveItems(HalfSweep sweep, Summing summing) {
    Weighting weights = weighting;
    SweepBasis basis = SweepBasis.of(sweep);
    JavaPairRDD<Integer, ItemBlock.Shipment> shipments =
        users.join(solvedUsers).flatMapToPair(block -> toItems(block, basis));
    JavaPairRDD<Integer, Solved> next =
        items
            .cogroup(shipments, partitioner)
            .mapValues(
                group -> {
                  ItemBlock block = group._1.iterator().next().block();
                  try {
                    return solved(
                        block.equations().entities(),
                        block.solve(basis, group._2, PastSums.NONE),
                        weights);
                  } catch (PerennialException condition) {
                    return unsolved(sweep, condition);
                  }
                })
            .persist(STORAGE);
    if (++sweeps % CHECKPOINT_EVERY == 0 && context.getCheckpointDir().isPresent()) {
      next.checkpoint();
    }
    SideSums sums = reported(next);
    forget(solvedItems);
    solvedItems = next;
    return sums;
  }

  private static Iterator<Tuple2<Integer, ShippedUsers.Shipment>> toUsers(
      Tuple2<Integer, Tuple2<ItemHome, Solved>> block, SweepBasis basis) {
    List<Tuple2<Integer, ShippedUsers.Shipment>> shipments = new ArrayList<>();
    ItemHome home = block._2._1;
    Solved solved = block._2._2;
    int rank = solved.sums.rank();
    for (int b = 0; b < home.routes().length; b++) {
      if (home.routes()[b].length > 0) {
        float[] rows = basis.turned(home.shipment(b, solved.rows, rank));
        shipments.add(new Tuple2<>(b, new ShippedUsers.Shipment(block._1, rows)));
      }
    }
    return shipments.iterator();
  }

  private static Iterator<Tuple2<Integer, ItemBlock.Shipment>> toItems(
      Tuple2<Integer, Tuple2<ShippedUsers, Solved>> pair, SweepBasis basis) {
    List<Tuple2<Integer, ItemBlock.Shipment>> shipments = new ArrayList<>();
    UserBlock block = pair._2._1.block();
    float[] turned = basis.turned(pair._2._2.rows);
    for (int q = 0; q < block.routes().length; q++) {
      if (block.routes()[q].length > 0) {
        float[] rows = block.shipment(q, turned);
        shipments.add(new Tuple2<>(q, new ItemBlock.Shipment(block.id(), rows)));
      }
    }
    return shipments.iterator();
  }

  private static Solved solved(TouchedRows entities, float[] rows, Weighting weighting) {
    return new Solved(rows, SideSums.of(entities, rows, 0, entities.size(), weighting), List.of());
  }

  private static Solved unsolved(HalfSweep sweep, PerennialException condition) {
    return new Solved(new float[0], SideSums.zero(sweep.rank()), List.of(condition));
  }

  /** Sums over the blocks in the order of their numbers. */
  private SideSums reported(JavaPairRDD<Integer, Solved> blocks) {
    List<Report> reports =
        new ArrayList<>(
            blocks
                .map(block -> new Report(block._1, block._2.sums, block._2.conditions))
                .collect());
    reports.sort(Comparator.comparingInt(Report::id));
    SideSums all = SideSums.zero(rank);
    for (Report report : reports) {
      if (!report.conditions.isEmpty()) {
        blocks.unpersist(false);
        throw report.conditions.get(0);
      }
      all = all.plus(report.sums);
    }
    return all;
  }

  private static void forget(JavaPairRDD<Integer, Solved> blocks) {
    if (blocks != null) {
      blocks.unpersist(false);
    }
  }

  /** They stay cached for as long as somebody holds the table. */
  @Override
  public FactorTable users() {
    return DatasetFactorTable.of(
        users
            .join(solvedUsers)
            .values()
            .map(pair -> pair._1.block().equations().entities().learnt(pair._2.rows)),
        rank,
        totals.users());
  }

  /** Those of executors stay cached for as long as somebody holds the table. */
  @Override
  public FactorTable items() {
    JavaRDD<FactorRows> learnt =
        items
            .join(solvedItems)
            .values()
            .map(pair -> pair._1.block().equations().entities().learnt(pair._2.rows));
    if (place == Place.DRIVER) {
      return new MemoryFactorTable(FactorRows.together(learnt.collect(), rank));
    }
    givenAway = true;
    return DatasetFactorTable.of(learnt, rank, totals.items());
  }

  /** No block keeps sums: {@link EngineChoice} takes another engine for them. */
  @Override
  public FactorRows itemSums(long begun, long now) {
    throw new IllegalStateException("Items in blocks keep no sums");
  }

  /**
   * Drops the items, unless somebody was given them; what the users solved last are made of stays
   * for those who read them, until nobody holds their table.
   */
  @Override
  public void close() {
    if (items != null && !givenAway) {
      items.unpersist(false);
      forget(solvedItems);
    }
  }
}
