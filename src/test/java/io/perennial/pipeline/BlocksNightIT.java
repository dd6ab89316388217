package io.perennial.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.perennial.Place;
import io.perennial.TestSession;
import io.perennial.config.PipelineDefinition;
import io.perennial.config.PipelineReader;
import io.perennial.evaluation.Measurement;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What nights of a large catalogue bring to the driver, measured by Spark itself. */
@Tag("system")
final class BlocksNightIT {
  private static final int RANK = 64;
  private static final int ITEMS = 4_000;
  private static final int USERS = 120;

  /** Bytes of the catalogue's vectors. */
  private static final long VECTORS = (long) ITEMS * RANK * Float.BYTES;

  @TempDir static Path prepared;
  private static final SparkSession SPARK = TestSession.get();
  private static Shop base;

  @TempDir Path folder;

  @BeforeAll
  static void prepare() {
    SPARK.conf().set(Place.MOST_EVENTS, "0"); // as a night that no driver could hold
    base = Shop.in(prepared.resolve("base"));
    Random random = new Random(5);
    List<Row> rows = new ArrayList<>();
    for (int item = 0; item < ITEMS; item++) {
      rows.add(event(random, item, random.nextInt(Shop.BASE_DAYS)));
      rows.add(event(random, item, random.nextInt(Shop.BASE_DAYS)));
    }
    for (int n = 0; n < 900; n++) {
      rows.add(event(random, random.nextInt(ITEMS + 50), Shop.BASE_DAYS));
    }
    base.deliver(rows);
  }

  /** Customers keep to one shelf in four. */
  private static Row event(Random random, int item, int day) {
    int user = random.nextInt(USERS / 4) * 4 + (random.nextInt(5) > 0 ? item % 4 : 0);
    return Shop.event(
        "u" + user, "i" + item, Shop.begin(day).plusSeconds(60L * random.nextInt(1_440)));
  }

  @AfterAll
  static void forgetTheSetting() {
    SPARK.conf().unset(Place.MOST_EVENTS);
  }

  private static PipelineDefinition pipeline(String solver, String... more) {
    return PipelineReader.read(
        "shop.yaml",
        """
        name: shop
        seed: 11
        model:
          rank: %d
          maxIter: 2
          solver: %s
          numBlocks: 2
        evaluation:
          replicates: 50
        gate:
          minimalUsers: 10
        """
                .formatted(RANK, solver)
            + String.join("\n", more));
  }

  /** Two nights, with the bytes of the largest result that a job of each brought to the driver. */
  private record Nights(RunOutcome first, RunOutcome second, long broughtFirst, long brought) {}

  private Nights nights(PipelineDefinition pipeline, String name) {
    Shop shop = base.copy(folder.resolve(name));
    Results first = new Results();
    RunOutcome one = first.of(() -> shop.night(pipeline, 0, Shop.BASE_DAYS));
    Results second = new Results();
    RunOutcome two = second.of(() -> shop.night(pipeline, Shop.BASE_DAYS));
    return new Nights(one, two, first.largest(), second.largest());
  }

  @Test
  void vectorsOfItemsStayOnExecutorsAndFiguresAreThoseOfTheDriver() {
    Nights far = nights(pipeline("blocks"), "far");
    Nights near = nights(pipeline("spark"), "near");
    assertThat(near.broughtFirst()).as("with items in the driver").isGreaterThan(VECTORS);
    assertThat(near.brought()).as("with items in the driver").isGreaterThan(VECTORS);
    assertThat(far.broughtFirst()).as("with items on executors").isLessThan(VECTORS / 2);
    assertThat(far.brought()).as("with items on executors").isLessThan(VECTORS / 2);
    assertSame(far.first(), near.first());
    assertSame(far.second(), near.second());
  }

  private static void assertSame(RunOutcome actual, RunOutcome expected) {
    assertThat(actual.kind()).as(actual.sentence()).isEqualTo(expected.kind());
    Map<String, Double> figures = figures(actual);
    assertThat(figures).hasSizeGreaterThan(20);
    assertThat(figures.keySet()).isEqualTo(figures(expected).keySet());
    figures(expected)
        .forEach(
            (key, value) -> assertThat(figures.get(key)).as(key).isCloseTo(value, within(1e-3)));
  }

  private static Map<String, Double> figures(RunOutcome outcome) {
    return outcome.measurements().stream()
        .filter(m -> !Double.isNaN(m.estimate().value()))
        .collect(
            Collectors.toMap(
                BlocksNightIT::name, m -> m.estimate().value(), (a, b) -> a, TreeMap::new));
  }

  private static String name(Measurement m) {
    return m.window()
        + "/"
        + m.subject()
        + "/"
        + m.segment().label()
        + "/"
        + m.metric().label()
        + "/"
        + m.k().orElse(0);
  }

  /** Adds up what the tasks of each stage send to the driver. */
  private static final class Results extends SparkListener {
    private final Map<Integer, Long> byStage = new ConcurrentHashMap<>();

    <T> T of(Supplier<T> work) {
      SPARK.sparkContext().addSparkListener(this);
      try {
        T done = work.get();
        SPARK.sparkContext().listenerBus().waitUntilEmpty();
        return done;
      } catch (TimeoutException e) {
        throw new IllegalStateException(e);
      } finally {
        SPARK.sparkContext().removeSparkListener(this);
      }
    }

    @Override
    public void onTaskEnd(SparkListenerTaskEnd end) {
      if (end.taskMetrics() != null) {
        byStage.merge(end.stageId(), end.taskMetrics().resultSize(), Long::sum);
      }
    }

    long largest() {
      return byStage.values().stream().mapToLong(Long::longValue).max().orElse(0);
    }
  }
}
