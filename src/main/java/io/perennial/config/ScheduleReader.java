package io.perennial.config;

import io.perennial.event.EventSource;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Reads the section {@code schedule}: {@code cron} and {@code startDate} have no default. */
final class ScheduleReader {
  private ScheduleReader() {}

  /** The schedule; nothing where the section is missing. */
  static Optional<Schedule> read(YamlSection section, EventSource source) {
    Schedule usual = Schedule.DEFAULT;
    Optional<String> cron = section.text("cron");
    Optional<LocalDate> start = startDate(section);
    if (section.isGiven() && !section.has("cron")) {
      section.problem(section.pathOf("cron") + " is missing: when nights run, as '30 2 * * *'");
    }
    if (section.isGiven() && !section.has("startDate")) {
      section.problem(section.pathOf("startDate") + " is missing: the first day to schedule");
    }
    Schedule schedule =
        RecordBinder.bind(
            section,
            usual,
            Map.of(
                "cron", cron.orElse(usual.cron()), "startDate", start.orElse(usual.startDate())));
    refuseUnknownArms(section.section("maintenance"), schedule.maintenance().backtestArms());
    if (schedule.inbox().isPresent() && source.table().isPresent()) {
      section.problem(
          "inbox",
          "names files to ingest, but source.table names a table that others fill. Leave one of"
              + " them out.");
    }
    return section.isGiven() ? Optional.of(schedule) : Optional.empty();
  }

  private static Optional<LocalDate> startDate(YamlSection section) {
    Optional<String> text = section.text("startDate");
    try {
      return text.map(LocalDate::parse);
    } catch (DateTimeException e) {
      section.problem("startDate", "must be a date such as 2026-11-01, got '" + text.get() + "'.");
      return Optional.empty();
    }
  }

  private static void refuseUnknownArms(YamlSection section, List<String> arms) {
    List<String> known = Arrays.stream(BacktestArm.values()).map(BacktestArm::label).toList();
    for (String arm : arms) {
      if (!known.contains(arm)) {
        section.problem(
            "backtestArms",
            "names '"
                + arm
                + "', which is no arm. Known: "
                + known.stream().collect(Collectors.joining(", "))
                + ".");
      }
    }
  }
}
