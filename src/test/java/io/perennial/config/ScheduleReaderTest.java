package io.perennial.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScheduleReaderTest {
  private static final String BEGIN =
      """
      name: shop
      schedule:
        cron: "30 2 * * *"
        startDate: 2026-11-01
      """;

  private static Schedule read(String more) {
    return PipelineReader.read("shop.yaml", BEGIN + more).schedule().orElseThrow();
  }

  @Test
  void cronAndStartDateAreEnough() {
    Schedule schedule = read("");

    assertThat(schedule.cron()).isEqualTo("30 2 * * *");
    assertThat(schedule.startDate()).isEqualTo(LocalDate.of(2026, 11, 1));
    assertThat(schedule.interval()).isEqualTo(Schedule.Cut.DAY);
    assertThat(schedule.submit()).isEqualTo(Schedule.Submission.SPARK_SUBMIT);
    assertThat(schedule.maximalChampionAge()).contains(Duration.ofDays(3));
    assertThat(schedule.pool()).isEmpty();
  }

  @Test
  void everyKeyIsRead() {
    Schedule schedule =
        read(
            """
              interval: exact
              retries: 4
              retryDelay: 10m
              maximalRetryDelay: 2h
              executionTimeout: PT90M
              pool: heavy
              submit: embedded
              connection: spark_lake
              sparkConf: conf/spark-defaults.conf
              warehouse: s3a://lake/perennial
              inbox: /data/inbox
              recommend: touched
              maximalRejections: 2
              maximalChampionAge: none
              notifications:
                email:
                  - data@example.org
                webhook: chat
              tags:
                - shop
              maintenance:
                cron: "0 5 * * mon"
                keepVersions: 12
                backtestDays: 0
                backtestArms:
                  - frozen
            """);

    assertThat(schedule)
        .isEqualTo(
            new Schedule(
                "30 2 * * *",
                LocalDate.of(2026, 11, 1),
                Schedule.Cut.EXACT,
                4,
                Duration.ofMinutes(10),
                Duration.ofHours(2),
                Duration.ofMinutes(90),
                Optional.of("heavy"),
                Schedule.Submission.EMBEDDED,
                "spark_lake",
                Optional.of("conf/spark-defaults.conf"),
                Optional.of("s3a://lake/perennial"),
                Optional.of("/data/inbox"),
                Schedule.Renewal.TOUCHED,
                2,
                Optional.empty(),
                new Schedule.Notifications(List.of("data@example.org"), Optional.of("chat")),
                List.of("shop"),
                new Schedule.Maintenance("0 5 * * mon", 12, 0, List.of("frozen"))));
  }

  @Test
  void aScheduleIsNoPartOfTheDigest() {
    PipelineDefinition plain = PipelineReader.read("shop.yaml", "name: shop\n");

    assertThat(plain.schedule()).isEmpty();
    assertThat(PipelineReader.read("shop.yaml", BEGIN).digest()).isEqualTo(plain.digest());
  }

  @Test
  void theDemoIsScheduled() {
    assertThat(PipelineReader.read(Path.of("pipelines", "demo.yaml")).schedule())
        .hasValueSatisfying(s -> assertThat(s.inbox()).contains("inbox/demo"));
  }

  @Test
  void cronAndStartDateMustBeGiven() {
    assertThatThrownBy(
            () -> PipelineReader.read("shop.yaml", "name: shop\nschedule:\n  retries: 1"))
        .isInstanceOf(InvalidPipelineException.class)
        .hasMessageContaining("schedule.cron is missing")
        .hasMessageContaining("schedule.startDate is missing");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "retires: 3 | schedule.retires is not known",
        "retries: -1 | schedule.retries must lie between 0 and 20",
        "retryDelay: 2h | schedule.maximalRetryDelay must not lie below retryDelay",
        "interval: hour | schedule.interval must be one of day, exact",
        "pool: my pool | schedule.pool must consist of",
        "maximalRejections: 0 | schedule.maximalRejections must lie between 1 and 365",
        "notifications: all | schedule.notifications must be a section"
      })
  void whatCannotBeIsRefusedWithItsKey(String line, String problem) {
    assertThatThrownBy(() -> read("  " + line + "\n"))
        .isInstanceOf(InvalidPipelineException.class)
        .hasMessageContaining(problem);
  }

  @Test
  void aTableOfOthersHasNoInbox() {
    String source =
        "source:\n  table: lake.sales\n  columns:\n    user_id: a\n    item_id: b\n    event_time: c\n";
    assertThatThrownBy(() -> read("  inbox: in\n" + source))
        .hasMessageContaining("schedule.inbox names files to ingest");
  }

  @Test
  void anAddressAndAnArmAreLookedAt() {
    assertThatThrownBy(() -> read("  notifications:\n    email: data at example\n"))
        .hasMessageContaining("'data at example'");
    assertThatThrownBy(() -> read("  maintenance:\n    backtestArms: ourz\n"))
        .hasMessageContaining("'ourz'")
        .hasMessageContaining("ours-model");
  }

  @ParameterizedTest
  @ValueSource(strings = {"* * * * *", "*/5 0-6 1,15 * 1-5", "0 2 * jan-mar sun", "59 23 31 12 7"})
  void cronFieldsAreAccepted(String cron) {
    CronFields.require("schedule.cron", cron);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "30 2 * * | five fields",
        "@daily | five fields",
        "60 2 * * * | minute '60'",
        "0 24 * * * | hour '24'",
        "0 2 0 * * | day of month '0'",
        "0 2 * 13 * | month '13'",
        "0 2 * * 8 | day of week '8'",
        "0 6-2 * * * | hour '6-2'",
        "*/0 2 * * * | minute '*/0'",
        "0 2, * * * | hour '2,'",
        "0 2 * * mond | day of week 'mond'"
      })
  void otherCronFieldsAreRefusedByName(String cron, String problem) {
    assertThatThrownBy(() -> CronFields.require("schedule.cron", cron))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(problem);
  }
}
