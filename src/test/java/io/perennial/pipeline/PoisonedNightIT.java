package io.perennial.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.Progress;
import io.perennial.TestSession;
import io.perennial.config.PipelineDefinition;
import io.perennial.config.PipelineReader;
import io.perennial.event.Ingest;
import io.perennial.registry.ModelVersion;
import io.perennial.registry.SliceState.State;
import io.perennial.simulation.PoisonedDay;
import io.perennial.simulation.PoisonedDay.Kind;
import io.perennial.simulation.StoreDefinition;
import io.perennial.simulation.StoreGenerator;
import io.perennial.slice.Interval;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One and the same night, honest and poisoned in four ways, after nights that were all honest. */
@Tag("system")
final class PoisonedNightIT {
  private static final int BASE_DAYS = 14;
  private static final int HONEST_NIGHTS = 4;
  private static final StoreDefinition STORE =
      StoreDefinition.small()
          .with(
              Map.of(
                  "users", "300",
                  "items", "150",
                  "eventsPerDay", "900",
                  "newUsersPerDay", "3",
                  "days", Integer.toString(BASE_DAYS + HONEST_NIGHTS + 1)));
  private static final LocalDate NIGHT = day(BASE_DAYS + HONEST_NIGHTS);

  @TempDir static Path prepared;
  private static PipelineDefinition pipeline;
  private static Shop base;
  private static String store;

  @TempDir Path folder;

  @BeforeAll
  static void prepare() throws IOException {
    String yaml = Files.readString(Path.of("pipelines", "demo.yaml"));
    pipeline = PipelineReader.read("demo.yaml", yaml.replace("rank: 16", "rank: 8"));
    store = prepared.resolve("store").toString();
    Path events =
        Path.of(StoreGenerator.generate(TestSession.get(), STORE, store, Progress.SILENT).events());
    Path earlier = Files.createDirectories(prepared.resolve("earlier"));
    try (var files = Files.newDirectoryStream(events, "events-*")) {
      for (Path file : files) {
        if (!file.getFileName().toString().contains(NIGHT.toString())) {
          Files.copy(file, earlier.resolve(file.getFileName()));
        }
      }
    }
    base = Shop.in(prepared.resolve("base"));
    ingest(base, earlier.toString());
    List<RunOutcome> nights = new ArrayList<>();
    nights.add(night(base, day(0), day(BASE_DAYS)));
    new Backfill(base.nights(pipeline), pipeline.zone())
        .run(day(BASE_DAYS), NIGHT.minusDays(1), nights::add);
    assertThat(nights)
        .hasSize(1 + HONEST_NIGHTS)
        .allSatisfy(
            night ->
                assertThat(night.kind()).as(night.sentence()).isEqualTo(RunOutcome.Kind.PROMOTED));
  }

  @ParameterizedTest
  @EnumSource
  void honestNightIsPromotedAndEachPoisonedOneIsRefusedByARuleThatNamesIt(Kind kind) {
    Shop shop = base.copy(folder.resolve("shop"));
    long champion = shop.champion(pipeline);
    ingest(shop, new PoisonedDay(NIGHT, kind).rewrite(TestSession.get(), store));
    RunOutcome night = night(shop, NIGHT, NIGHT.plusDays(1));

    ModelVersion version = shop.registry().version("demo", champion + 1).orElseThrow();
    if (kind == Kind.NONE) {
      assertThat(night.kind()).as(night.sentence()).isEqualTo(RunOutcome.Kind.PROMOTED);
      assertThat(version.status()).isEqualTo(ModelVersion.Status.PROMOTED);
      assertThat(shop.champion(pipeline)).isEqualTo(champion + 1);
      return;
    }
    assertThat(night.kind()).as(figures(night)).isEqualTo(RunOutcome.Kind.REJECTED);
    assertThat(Shop.failed(night)).as(figures(night)).containsAnyElementsOf(naming(kind));
    assertThat(version.status()).isEqualTo(ModelVersion.Status.REJECTED);
    assertThat(shop.champion(pipeline)).isEqualTo(champion);
    assertThat(shop.slices(pipeline)).containsEntry(Long.toString(champion + 1), State.PENDING);
  }

  /** Rules that say what went wrong, of which at least one has to fail. */
  private static List<String> naming(Kind kind) {
    return switch (kind) {
      case SHUFFLED_ITEMS ->
          List.of("drift.repeat_lift", "drift.item_divergence", "maximal_forgetting");
      case ONE_USER -> List.of("drift.top_user_share", "drift.users", "drift.rows_per_user");
      case ONE_ITEM_PUSHED -> List.of("drift.top_item_share", "drift.item_divergence");
      case HALF_MISSING ->
          List.of("drift.rows", "drift.users", "drift.rows_per_user", "drift.hours");
      case NONE -> List.of();
    };
  }

  private static String figures(RunOutcome night) {
    StringBuilder text = new StringBuilder(night.sentence());
    night.findings().forEach(f -> text.append("\n  ").append(f));
    return text.toString();
  }

  private static LocalDate day(int number) {
    return STORE.firstDay().plusDays(number);
  }

  private static void ingest(Shop shop, String input) {
    new Ingest(
            TestSession.get(),
            shop.warehouse(),
            pipeline.ingest().orElseThrow(),
            pipeline.zone(),
            Progress.SILENT)
        .run(input, "ingest-" + Path.of(input).getFileName(), Instant.EPOCH, Ingest.Mode.WRITE);
  }

  private static RunOutcome night(Shop shop, LocalDate from, LocalDate to) {
    return shop.nights(pipeline)
        .run(
            NightRequest.of(
                Optional.of(
                    new Interval(
                        from.atStartOfDay(pipeline.zone()).toInstant(),
                        to.atStartOfDay(pipeline.zone()).toInstant()))));
  }
}
