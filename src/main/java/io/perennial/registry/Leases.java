package io.perennial.registry;

import io.perennial.Warehouse;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;

/**
 * The right to write a pipeline's versions, one row of {@code leases} for each pipeline. It is
 * taken by a Delta transaction that reads the row and replaces it: of two that try at once, one
 * commit conflicts and sees the other's row when it tries again.
 *
 * <p>An owner that lives says so every 20 s. One that died on the same machine is replaced at once,
 * any other after {@link #SILENCE}.
 */
public final class Leases {
  /** An owner that said nothing for so long has lost its lease. */
  public static final Duration SILENCE = Duration.ofSeconds(60);

  private static final Duration HEARTBEAT = Duration.ofSeconds(20);

  private final DeltaTables tables;
  private final SparkSession spark;
  private final Clock clock;
  private final LeaseHolder self;

  public Leases(SparkSession spark, Warehouse warehouse, Clock clock) {
    this(spark, warehouse, clock, LeaseHolder.current());
  }

  Leases(SparkSession spark, Warehouse warehouse, Clock clock, LeaseHolder self) {
    this.tables = new DeltaTables(spark, warehouse, WriteListener.NONE);
    this.spark = spark;
    this.clock = clock;
    this.self = self;
  }

  /**
   * Takes a pipeline's lease until it is closed.
   *
   * @param owner run that wants it, shown to others that are turned away
   * @throws LeaseHeldException while another owner lives
   */
  public Lease acquire(String pipeline, String owner) {
    Names.pipeline(pipeline);
    Names.run(owner);
    transact(
        pipeline,
        owner,
        before -> {
          stored(before.records()).ifPresent(held -> refuseWhileAlive(pipeline, held));
          return replaced(pipeline, owner, "no");
        });
    return new Held(pipeline, owner);
  }

  private void refuseWhileAlive(String pipeline, Stored held) {
    if (held.released) {
      return;
    }
    boolean sameHost = held.holder.host().equals(self.host());
    Instant until = held.heartbeat.plus(SILENCE);
    if ((sameHost && held.holder.isDead()) || !clock.instant().isBefore(until)) {
      return;
    }
    throw new LeaseHeldException(
        "Cannot work on "
            + pipeline
            + ": run "
            + held.owner
            + " is at work on it (process "
            + held.holder.process()
            + " on "
            + held.holder.host()
            + ", last sign of life "
            + held.heartbeat
            + "). Try again when it has ended; if it died, after "
            + until
            + ".");
  }

  private record Stored(String owner, LeaseHolder holder, Instant heartbeat, boolean released) {}

  private static Optional<Stored> stored(List<Row> rows) {
    return rows.stream()
        .findFirst()
        .map(Cells::new)
        .map(
            cells ->
                new Stored(
                    cells.text("owner"),
                    new LeaseHolder(
                        cells.text("host"), cells.number("process"), cells.number("process_start")),
                    cells.instant("heartbeat"),
                    "yes".equals(cells.text("released"))));
  }

  private DeltaTables.Change replaced(String pipeline, String owner, String released) {
    Row row =
        RowFactory.create(
            pipeline, owner, self.host(), self.process(), self.start(), clock.instant(), released);
    return new DeltaTables.Change(new Content.Records(List.of(row)), DeltaTables.Scope.REPLACE);
  }

  private void transact(
      String pipeline,
      String owner,
      java.util.function.Function<DeltaTables.Before, DeltaTables.Change> change) {
    tables.transact(
        Tables.LEASES, Map.of("pipeline", pipeline), CommitNote.of(pipeline, owner), change);
  }

  /** A lease of this process, with its heartbeat. */
  private final class Held implements Lease {
    private final String pipeline;
    private final String owner;
    private final ScheduledExecutorService heart;
    private boolean closed;

    Held(String pipeline, String owner) {
      this.pipeline = pipeline;
      this.owner = owner;
      this.heart =
          Executors.newSingleThreadScheduledExecutor(
              task -> {
                Thread thread = new Thread(task, "perennial-lease-" + pipeline);
                thread.setDaemon(true);
                return thread;
              });
      heart.scheduleAtFixedRate(
          this::beat, HEARTBEAT.toMillis(), HEARTBEAT.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** A beat that fails is made up for by the next one: three fit into the silence. */
    private void beat() {
      try {
        SparkSession.setActiveSession(spark);
        write("no");
      } catch (RuntimeException missed) {
        System.getLogger(Leases.class.getName())
            .log(System.Logger.Level.WARNING, "Heartbeat of " + pipeline + " missed", missed);
      }
    }

    private synchronized void write(String released) {
      if (closed) {
        return;
      }
      closed = "yes".equals(released);
      transact(
          pipeline,
          owner,
          before ->
              stored(before.records()).filter(this::isMine).isPresent()
                  ? replaced(pipeline, owner, released)
                  : DeltaTables.Change.NOTHING);
    }

    private boolean isMine(Stored stored) {
      return !stored.released && stored.owner.equals(owner) && stored.holder.equals(self);
    }

    @Override
    public void close() {
      heart.shutdownNow();
      write("yes");
    }
  }
}
