package io.perennial.config;

import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * When nights run and who runs them: the section {@code schedule} of a pipeline file, read by the
 * DAGs in {@code airflow-dags}. It decides nothing that is learned.
 *
 * @param cron five fields, in the pipeline's zone: minute, hour, day of month, month, day of week
 * @param startDate first day that is scheduled
 * @param interval what a night learns: whole days, or exactly what lies between two firings
 * @param retries attempts after the first
 * @param retryDelay before the first of them; it doubles each time
 * @param maximalRetryDelay where that ends
 * @param executionTimeout after which an attempt is ended
 * @param pool of Airflow; empty: {@code perennial-NAME}
 * @param submit how commands run
 * @param connection of Airflow that names the cluster
 * @param sparkConf file of Spark settings
 * @param warehouse folder of all tables; empty: as the deployment says
 * @param inbox folder of files to ingest first; empty: others fill the table
 * @param recommend whose items are renewed after a promotion
 * @param maximalRejections rejected nights in a row that raise an alert
 * @param maximalChampionAge how far the champion's events may lie behind the night
 * @param notifications whom a notice, an alert or a failure is told
 * @param tags of the DAG besides its own
 * @param maintenance what is done once a week
 */
public record Schedule(
    String cron,
    LocalDate startDate,
    Cut interval,
    int retries,
    Duration retryDelay,
    Duration maximalRetryDelay,
    Duration executionTimeout,
    Optional<String> pool,
    Submission submit,
    String connection,
    Optional<String> sparkConf,
    Optional<String> warehouse,
    Optional<String> inbox,
    Renewal recommend,
    int maximalRejections,
    Optional<Duration> maximalChampionAge,
    Notifications notifications,
    List<String> tags,
    Maintenance maintenance) {
  /** Where an interval begins and ends. */
  public enum Cut {
    /** At the midnights before the firings. */
    DAY,
    /** At the firings themselves. */
    EXACT
  }

  /** How a command runs. */
  public enum Submission {
    /** By Airflow's SparkSubmitOperator. */
    SPARK_SUBMIT,
    /** By {@code bin/perennial} on the worker. */
    EMBEDDED
  }

  /** Whose recommendations a night writes. */
  public enum Renewal {
    ALL,
    TOUCHED,
    NONE
  }

  /**
   * Whom something is told.
   *
   * @param email addresses, by Airflow's connection {@code smtp_default}
   * @param webhook connection of Airflow whose URL gets a JSON object by POST
   */
  public record Notifications(List<String> email, Optional<String> webhook) {
    private static final Pattern ADDRESS = Pattern.compile("[^@\\s,;<>]+@[^@\\s,;<>]+");

    public Notifications {
      email = List.copyOf(email);
      for (String address : email) {
        if (!ADDRESS.matcher(address).matches()) {
          throw new IllegalArgumentException(
              "schedule.notifications.email must hold addresses such as data@example.org, got '"
                  + address
                  + "'");
        }
      }
      webhook.ifPresent(id -> requireId("schedule.notifications.webhook", id));
    }
  }

  /**
   * What is done once a week.
   *
   * @param cron when, as that of nights
   * @param keepVersions how many of the newest versions keep their rows
   * @param backtestDays the last so many days are replayed; 0: none
   * @param backtestArms for these ways of keeping up
   */
  public record Maintenance(
      String cron, int keepVersions, int backtestDays, List<String> backtestArms) {
    public Maintenance {
      CronFields.require("schedule.maintenance.cron", cron);
      backtestArms = List.copyOf(backtestArms);
      if (keepVersions < 1) {
        throw new IllegalArgumentException(
            "schedule.maintenance.keepVersions must be at least 1, got " + keepVersions);
      }
      if (backtestDays < 0 || backtestDays > 366) {
        throw new IllegalArgumentException(
            "schedule.maintenance.backtestDays must lie between 0 and 366, got " + backtestDays);
      }
      if (backtestDays > 0 && backtestArms.isEmpty()) {
        throw new IllegalArgumentException(
            "schedule.maintenance.backtestArms must name an arm, or backtestDays be 0");
      }
    }
  }

  private static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]{1,200}");

  /** What a section says that names nothing but when. */
  static final Schedule DEFAULT =
      new Schedule(
          "30 2 * * *",
          LocalDate.EPOCH,
          Cut.DAY,
          2,
          Duration.ofMinutes(5),
          Duration.ofHours(1),
          Duration.ofHours(6),
          Optional.empty(),
          Submission.SPARK_SUBMIT,
          "spark_default",
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Renewal.ALL,
          3,
          Optional.of(Duration.ofDays(3)),
          new Notifications(List.of(), Optional.empty()),
          List.of(),
          new Maintenance("0 6 * * 0", 30, 7, List.of("ours-model", "full-retrain", "popularity")));

  public Schedule {
    CronFields.require("schedule.cron", cron);
    Objects.requireNonNull(startDate, "startDate");
    tags = List.copyOf(tags);
    if (retries < 0 || retries > 20) {
      throw new IllegalArgumentException(
          "schedule.retries must lie between 0 and 20, got " + retries);
    }
    if (maximalRetryDelay.compareTo(retryDelay) < 0) {
      throw new IllegalArgumentException(
          "schedule.maximalRetryDelay must not lie below retryDelay, got "
              + maximalRetryDelay
              + " and "
              + retryDelay);
    }
    if (maximalRejections < 1 || maximalRejections > 365) {
      throw new IllegalArgumentException(
          "schedule.maximalRejections must lie between 1 and 365, got " + maximalRejections);
    }
    pool.ifPresent(id -> requireId("schedule.pool", id));
    requireId("schedule.connection", connection);
    for (Optional<String> text : List.of(sparkConf, warehouse, inbox)) {
      if (text.filter(String::isBlank).isPresent()) {
        throw new IllegalArgumentException(
            "schedule.sparkConf, warehouse and inbox must name something, got an empty text");
      }
    }
  }

  private static void requireId(String key, String id) {
    if (!ID.matcher(id).matches()) {
      throw new IllegalArgumentException(
          key + " must consist of letters, digits, '.', '_' and '-', got '" + id + "'");
    }
  }
}
