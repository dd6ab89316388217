package io.perennial.model.embedding;

import io.perennial.model.DatasetFactorTable;
import io.perennial.model.FactorRows;
import io.perennial.model.FactorTable;
import io.perennial.model.RememberedEvents;
import io.perennial.model.embedding.rounds.Beginning;
import io.perennial.model.embedding.rounds.EventRows;
import io.perennial.model.embedding.rounds.HeadMeans;
import io.perennial.model.embedding.rounds.HourCounts;
import io.perennial.model.embedding.rounds.ItemCounts;
import io.perennial.model.embedding.rounds.Partition;
import io.perennial.model.embedding.rounds.SparkWorkers;
import io.perennial.model.embedding.rounds.WorkerState;
import io.perennial.model.embedding.rounds.Workers;
import io.perennial.model.feature.EncodedFeatures;
import io.perennial.model.history.HistoryPieces;
import io.perennial.model.history.HistoryPieces.UserHistory;
import io.perennial.model.history.InteractionHistory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;
import scala.Tuple4;

/** Events on Spark: those of a worker's users come together by one shuffle. */
final class SparkNight implements NightData {
  private final JavaRDD<EventRows> pieces;
  private final Optional<EmbeddingModel> parent;
  private final int workers;
  private final ItemCounts counts;
  private final Optional<PastHistories> history;

  /**
   * @param history that is seen again; empty: what the parent remembers is
   */
  SparkNight(
      JavaRDD<EventRows> pieces,
      Optional<EmbeddingModel> parent,
      int workers,
      Optional<PastHistories> history) {
    this.history = history;
    this.pieces = pieces.persist(StorageLevel.MEMORY_AND_DISK());
    this.parent = parent;
    this.workers = workers;
    this.counts =
        this.pieces
            .map(ItemCounts::of)
            .treeAggregate(ItemCounts.NONE, ItemCounts::plus, ItemCounts::plus);
    if (!Double.isFinite(counts.values())) {
      this.pieces
          .filter(piece -> piece.firstWithoutValue() >= 0)
          .take(1)
          .forEach(UnusableRatingException::check);
    }
  }

  @Override
  public ItemCounts counts() {
    return counts;
  }

  @Override
  public ItemCounts counts(long before) {
    return pieces
        .map(piece -> ItemCounts.of(piece.where(n -> piece.times()[n] < before)))
        .treeAggregate(ItemCounts.NONE, ItemCounts::plus, ItemCounts::plus);
  }

  @Override
  public HeadMeans means(int heads) {
    return pieces
        .map(piece -> HeadMeans.of(piece, heads))
        .treeAggregate(HeadMeans.none(heads), HeadMeans::plus, HeadMeans::plus);
  }

  @Override
  public HourCounts hours() {
    return pieces
        .map(HourCounts::of)
        .treeAggregate(HourCounts.NONE, HourCounts::plus, HourCounts::plus);
  }

  @Override
  public BitSet users() {
    return pieces.treeAggregate(
        new BitSet(),
        (found, piece) -> {
          for (int user : piece.users()) {
            found.set(user);
          }
          return found;
        },
        (found, others) -> {
          found.or(others);
          return found;
        });
  }

  @Override
  public Workers workers(Beginning beginning, Optional<JavaRDD<EncodedFeatures>> features) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(pieces.context());
    HashPartitioner partitioner = new HashPartitioner(workers);
    int width = beginning.recipe().width();
    int number = workers;
    Broadcast<Beginning> begin = context.broadcast(beginning);
    Broadcast<RememberedEvents> remembered =
        context.broadcast(
            history.isPresent()
                ? RememberedEvents.NONE
                : parent.map(EmbeddingModel::exemplars).orElse(RememberedEvents.NONE));
    JavaPairRDD<Integer, EventRows> events =
        pieces.flatMapToPair(piece -> split(piece, number).iterator());
    Broadcast<BitSet> wanted = context.broadcast(wanted(remembered.value()));
    JavaPairRDD<Integer, FactorRows> rows =
        shared(context, parent.map(EmbeddingModel::users), wanted, width);
    JavaPairRDD<Integer, FactorRows> moments =
        shared(context, parent.map(EmbeddingModel::userMoments), wanted, 2 * width);
    JavaPairRDD<Integer, EncodedFeatures> known =
        features
            .orElseGet(context::emptyRDD)
            .flatMapToPair(piece -> split(piece.where(wanted.value()::get), number));
    // Every worker is there, though it may have nothing to do.
    List<Tuple2<Integer, EventRows>> everybody = new ArrayList<>();
    for (int id = 0; id < workers; id++) {
      everybody.add(new Tuple2<>(id, EventRows.none()));
    }
    JavaRDD<WorkerState> states =
        events
            .union(context.parallelizePairs(everybody, 1))
            .cogroup(rows, moments, known, partitioner)
            .cogroup(histories(context, wanted), partitioner)
            .map(
                group ->
                    state(
                        group._1,
                        group._2._1().iterator().next(),
                        HistoryPieces.together(group._2._2()),
                        begin.value(),
                        remembered.value(),
                        number,
                        width));
    return new SparkWorkers(states);
  }

  @Override
  public void close() {
    pieces.unpersist(false);
  }

  private static WorkerState state(
      int id,
      Tuple4<
              Iterable<EventRows>,
              Iterable<FactorRows>,
              Iterable<FactorRows>,
              Iterable<EncodedFeatures>>
          group,
      InteractionHistory histories,
      Beginning beginning,
      RememberedEvents remembered,
      int workers,
      int width) {
    List<EventRows> parts = new ArrayList<>();
    group._1().forEach(parts::add);
    EventRows news = EventRows.concatenated(parts).sorted();
    EventRows again =
        histories.users().length > 0
            ? beginning.again(histories, user -> true)
            : beginning.again(
                news,
                remembered.where(p -> Partition.worker(remembered.users()[p], workers) == id));
    List<EncodedFeatures> features = new ArrayList<>();
    group._4().forEach(features::add);
    return beginning.worker(
        id,
        news,
        again,
        together(group._2(), width),
        together(group._3(), 2 * width),
        EncodedFeatures.together(features));
  }

  /** Histories of wanted users, with their workers. */
  private JavaPairRDD<Integer, UserHistory> histories(
      JavaSparkContext context, Broadcast<BitSet> wanted) {
    int number = workers;
    return history
        .map(past -> HistoryPieces.of(past.table().dataset(), 1))
        .orElseGet(context::emptyRDD)
        .filter(one -> wanted.value().get(one._2.user()))
        .mapToPair(one -> new Tuple2<>(Partition.worker(one._2.user(), number), one._2));
  }

  private static FactorRows together(Iterable<FactorRows> parts, int rank) {
    List<FactorRows> pieces = new ArrayList<>();
    parts.forEach(pieces::add);
    return FactorRows.together(pieces, rank);
  }

  /** Users whose rows a worker may need: of the events, and of what is seen again. A bit a user. */
  private BitSet wanted(RememberedEvents remembered) {
    BitSet tonight = users();
    BitSet users = history.map(past -> past.users(tonight)).orElse(tonight);
    for (int user : remembered.users()) {
      users.set(user);
    }
    return users;
  }

  /** The rows of wanted users, with their workers; all others stay where they are. */
  private JavaPairRDD<Integer, FactorRows> shared(
      JavaSparkContext context, Optional<FactorTable> table, Broadcast<BitSet> wanted, int rank) {
    int number = workers;
    JavaRDD<FactorRows> rows =
        table.map(t -> DatasetFactorTable.pieces(t.dataset(), rank)).orElseGet(context::emptyRDD);
    return rows.flatMapToPair(piece -> split(piece.where(wanted.value()::get), number));
  }

  private static List<Tuple2<Integer, EventRows>> split(EventRows piece, int workers) {
    int[][] rows = new int[workers][];
    int[] sizes = sizes(piece.users(), workers, rows);
    List<Tuple2<Integer, EventRows>> parts = new ArrayList<>();
    for (int id = 0; id < workers; id++) {
      if (sizes[id] > 0) {
        parts.add(new Tuple2<>(id, piece.some(rows[id])));
      }
    }
    return parts;
  }

  private static Iterator<Tuple2<Integer, FactorRows>> split(FactorRows piece, int workers) {
    int[][] rows = new int[workers][];
    int[] sizes = sizes(piece.indices(), workers, rows);
    List<Tuple2<Integer, FactorRows>> parts = new ArrayList<>();
    for (int id = 0; id < workers; id++) {
      if (sizes[id] > 0) {
        parts.add(new Tuple2<>(id, piece.at(rows[id])));
      }
    }
    return parts.iterator();
  }

  private static Iterator<Tuple2<Integer, EncodedFeatures>> split(
      EncodedFeatures piece, int workers) {
    List<Tuple2<Integer, EncodedFeatures>> parts = new ArrayList<>();
    for (int id = 0; id < workers; id++) {
      int worker = id;
      EncodedFeatures own = piece.where(user -> Partition.worker(user, workers) == worker);
      if (own.indices().length > 0) {
        parts.add(new Tuple2<>(id, own));
      }
    }
    return parts.iterator();
  }

  /** Which rows belong to which worker; how many each has. */
  private static int[] sizes(int[] users, int workers, int[][] rows) {
    int[] sizes = new int[workers];
    for (int user : users) {
      sizes[Partition.worker(user, workers)]++;
    }
    int[] filled = new int[workers];
    for (int id = 0; id < workers; id++) {
      rows[id] = new int[sizes[id]];
    }
    for (int n = 0; n < users.length; n++) {
      int id = Partition.worker(users[n], workers);
      rows[id][filled[id]++] = n;
    }
    return Arrays.copyOf(sizes, workers);
  }
}
