package io.perennial.simulation;

import io.perennial.Progress;
import io.perennial.event.EventColumns;
import java.sql.Date;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.LongAccumulator;

/**
 * Makes stores. A day is made by one task from the definition alone, so the events do not depend on
 * partitions, order or retries, and memory does not grow with the number of events.
 */
public final class StoreGenerator {
  private static final long POLL_MILLIS = 250;

  private StoreGenerator() {}

  /** What a call of {@link #generate} found or did. */
  public enum Outcome {
    /** The store was written. */
    WRITTEN,
    /** The folder held the same store already; nothing was touched. */
    ALREADY_THERE
  }

  /**
   * A store in its folder.
   *
   * @param folder as it was given
   * @param events folder of the raw files
   * @param outcome written now, or found
   * @param rows raw rows in all, bad ones included
   * @param bad malformed rows
   * @param late rows that were delivered in a later day's file
   */
  public record GeneratedStore(
      String folder, String events, Outcome outcome, long rows, long bad, long late) {}

  /**
   * Writes a store: {@code events/events-DATE.csv.gz} (or another format) for each day, {@code
   * truth/} with the tables of {@link GroundTruth}, {@code attributes/} with those of {@link
   * StoreAttributes}, and {@code store.properties}.
   *
   * @param folder a path or URI of any Hadoop file system; new, empty, or holding this very store
   * @throws OutputFolderException where the folder holds something else or cannot be written
   */
  public static GeneratedStore generate(
      SparkSession spark, StoreDefinition definition, String folder, Progress progress) {
    return generate(spark, definition, folder, progress, tasks(spark, definition));
  }

  /** As above, in a given number of tasks, which changes nothing in the files. */
  static GeneratedStore generate(
      SparkSession spark, StoreDefinition definition, String folder, Progress progress, int tasks) {
    StoreFolder target = StoreFolder.at(spark, folder);
    if (target.holds(definition)) {
      return found(spark, target, folder);
    }
    target.begin(definition);
    Store store = new Store(definition);
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    Broadcast<Store> shared = context.broadcast(store);
    LongAccumulator done = spark.sparkContext().longAccumulator("generated days");
    JavaFutureAction<List<RawDay.Delivery>> job =
        days(context, definition, tasks)
            .map(day -> writeDay(shared, day, target, done))
            .collectAsync();
    progress.begin("generating events", definition.days());
    List<RawDay.Delivery> deliveries = new ArrayList<>(await(job, done, progress));
    progress.end();
    deliveries.sort(Comparator.comparingInt(RawDay.Delivery::day));
    progress.begin("writing the truth", 0);
    GroundTruth.write(spark, store, shared, deliveries, target);
    StoreAttributes.write(spark, shared, definition, target);
    progress.end();
    target.complete(definition);
    shared.destroy();
    long events = deliveries.stream().mapToLong(RawDay.Delivery::events).sum();
    long bad = deliveries.stream().mapToLong(RawDay.Delivery::bad).sum();
    long late = deliveries.stream().mapToLong(RawDay.Delivery::late).sum();
    return new GeneratedStore(folder, target.events(), Outcome.WRITTEN, events + bad, bad, late);
  }

  /**
   * The good events of a store with the columns {@link EventColumns#EVENTS}, without files: as an
   * ingest of its raw files would give them, but for the source (null) and the order. Made anew
   * each time it is read.
   */
  public static Dataset<Row> events(SparkSession spark, StoreDefinition definition) {
    return events(spark, definition, tasks(spark, definition));
  }

  /**
   * As above, but only the events of some days of the store's life.
   *
   * @param firstDay first of them, counted from 0
   * @param count how many days; those after the store's end are empty
   */
  public static Dataset<Row> events(
      SparkSession spark, StoreDefinition definition, int firstDay, int count) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    int end = Math.min(definition.days(), firstDay + count);
    List<Integer> days = IntStream.range(firstDay, end).boxed().toList();
    int partitions = Math.max(1, Math.min(days.size(), tasks(spark, definition)));
    return events(spark, definition, context.parallelize(new ArrayList<>(days), partitions));
  }

  /** What the shop knows of every item: {@link StoreAttributes#ITEM_COLUMNS}, without files. */
  public static Dataset<Row> itemAttributes(SparkSession spark, StoreDefinition definition) {
    return StoreAttributes.items(spark, shared(spark, definition), definition);
  }

  /** What the shop knows of every user: {@link StoreAttributes#USER_COLUMNS}, without files. */
  public static Dataset<Row> userAttributes(SparkSession spark, StoreDefinition definition) {
    return StoreAttributes.users(spark, shared(spark, definition), definition);
  }

  private static Broadcast<Store> shared(SparkSession spark, StoreDefinition definition) {
    return JavaSparkContext.fromSparkContext(spark.sparkContext()).broadcast(new Store(definition));
  }

  /** As above, in a given number of partitions, which changes nothing in the rows. */
  static Dataset<Row> events(SparkSession spark, StoreDefinition definition, int partitions) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    return events(spark, definition, days(context, definition, partitions));
  }

  private static Dataset<Row> events(
      SparkSession spark, StoreDefinition definition, JavaRDD<Integer> days) {
    Broadcast<Store> shared = shared(spark, definition);
    JavaRDD<Row> rows = days.flatMap(day -> eventsOf(shared.value(), day));
    return spark.createDataFrame(rows, EventColumns.EVENTS);
  }

  private static int tasks(SparkSession spark, StoreDefinition definition) {
    return Math.min(definition.days(), Math.max(16, 8 * spark.sparkContext().defaultParallelism()));
  }

  private static JavaRDD<Integer> days(
      JavaSparkContext context, StoreDefinition definition, int tasks) {
    List<Integer> days = IntStream.range(0, definition.days()).boxed().toList();
    return context.parallelize(new ArrayList<>(days), tasks);
  }

  private static RawDay.Delivery writeDay(
      Broadcast<Store> store, int day, StoreFolder target, LongAccumulator done) {
    RawDay.Delivery delivery = RawDay.write(store.value(), day, PoisonedDay.Kind.NONE, target);
    done.add(1);
    return delivery;
  }

  private static Iterator<Row> eventsOf(Store store, int day) {
    Date date = Date.valueOf(store.definition().firstDay().plusDays(day));
    return store.happened(
        day,
        event ->
            RowFactory.create(
                Shoppers.id(event.user),
                ItemCatalogue.id(event.item),
                event.type,
                event.value,
                new Timestamp(event.time),
                date,
                null,
                null));
  }

  private static List<RawDay.Delivery> await(
      JavaFutureAction<List<RawDay.Delivery>> job, LongAccumulator done, Progress progress) {
    long told = 0;
    while (true) {
      try {
        List<RawDay.Delivery> deliveries = job.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
        progress.advance(deliveries.size() - told);
        return deliveries;
      } catch (TimeoutException e) {
        long now = Math.min(done.value(), Integer.MAX_VALUE);
        if (now > told) {
          progress.advance(now - told);
          told = now;
        }
      } catch (InterruptedException e) {
        job.cancel(true);
        Thread.currentThread().interrupt();
        throw new IllegalStateException("Interrupted while generating events", e);
      } catch (ExecutionException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
          if (cause instanceof OutputFolderException folder) {
            throw folder;
          }
        }
        throw new IllegalStateException("Generating events failed: " + e.getMessage(), e);
      }
    }
  }

  private static GeneratedStore found(SparkSession spark, StoreFolder target, String folder) {
    Row sums = GroundTruth.deliveries(spark, target);
    return new GeneratedStore(
        folder,
        target.events(),
        Outcome.ALREADY_THERE,
        sums.getLong(0) + sums.getLong(1),
        sums.getLong(1),
        sums.getLong(2));
  }
}
