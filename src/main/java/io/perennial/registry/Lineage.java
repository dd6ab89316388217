package io.perennial.registry;

import io.perennial.evaluation.EvaluationWindow;
import io.perennial.evaluation.Evidence;
import io.perennial.evaluation.InputProfile;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;

/** What the earlier nights of a version's line left for later ones. */
public final class Lineage {
  private final DeltaTables tables;
  private final VersionCatalog catalog;

  Lineage(DeltaTables tables, VersionCatalog catalog) {
    this.tables = tables;
    this.catalog = catalog;
  }

  List<EvaluationWindow> frozenWindows(String pipeline, ModelVersion champion, int atMost) {
    if (atMost <= 0) {
      return List.of();
    }
    List<Long> line = catalog.line(pipeline, champion);
    List<Long> present =
        tables.partitions(Tables.FROZEN_WINDOWS, pipeline, "version").stream()
            .map(Long::valueOf)
            .filter(line::contains)
            .sorted(Comparator.reverseOrder())
            .toList();
    List<Long> chosen = spread(present, atMost);
    if (chosen.isEmpty()) {
      return List.of();
    }
    Map<Long, List<Row>> byVersion =
        records(Tables.FROZEN_WINDOWS, pipeline, chosen).stream()
            .collect(Collectors.groupingBy(row -> new Cells(row).number("version")));
    List<EvaluationWindow> found = new ArrayList<>();
    for (Long version : chosen) {
      List<Row> rows = new ArrayList<>(byVersion.getOrDefault(version, List.of()));
      rows.sort(Comparator.comparingInt(row -> new Cells(row).integer("user")));
      found.add(NightRows.window(version, rows));
    }
    return found;
  }

  /**
   * Of a list, newest first: the newest half of the places, the other half evenly over the rest,
   * the oldest always among them.
   */
  public static <T> List<T> spread(List<T> newestFirst, int atMost) {
    if (newestFirst.size() <= atMost) {
      return List.copyOf(newestFirst);
    }
    int recent = (atMost + 1) / 2;
    int older = atMost - recent;
    List<T> chosen = new ArrayList<>(newestFirst.subList(0, recent));
    List<T> rest = newestFirst.subList(recent, newestFirst.size());
    for (int i = 1; i <= older; i++) {
      chosen.add(rest.get((int) ((long) i * rest.size() / older) - 1));
    }
    return chosen;
  }

  List<Evidence> evidence(String pipeline, ModelVersion champion, int nights) {
    return ofLine(
        pipeline,
        champion,
        nights,
        Tables.EVIDENCE,
        row -> new Cells(row).text("window").equals("prequential"),
        NightRows::evidence);
  }

  List<InputProfile> profiles(String pipeline, ModelVersion champion, int nights) {
    List<InputProfile> profiles =
        ofLine(pipeline, champion, nights, Tables.INPUT_PROFILES, row -> true, NightRows::profile);
    // A line's first version holds the profile of many days, in no order.
    return profiles.stream()
        .sorted(Comparator.comparing(InputProfile::night).reversed())
        .limit(Math.max(0, nights))
        .toList();
  }

  private <T> List<T> ofLine(
      String pipeline,
      ModelVersion champion,
      int nights,
      Tables table,
      Predicate<Row> wanted,
      Function<Row, T> read) {
    if (nights <= 0) {
      return List.of();
    }
    List<Long> line = catalog.line(pipeline, champion);
    TreeMap<Long, List<Row>> byVersion = new TreeMap<>(Comparator.reverseOrder());
    List<Long> latest = line.subList(0, Math.min(line.size(), 2 * nights + 2));
    for (Row row : records(table, pipeline, latest)) {
      if (wanted.test(row)) {
        byVersion
            .computeIfAbsent(new Cells(row).number("version"), v -> new ArrayList<>())
            .add(row);
      }
    }
    return byVersion.values().stream().limit(nights).flatMap(List::stream).map(read).toList();
  }

  private List<Row> records(Tables table, String pipeline, List<Long> versions) {
    return tables.records(table, DeltaTables.partition(pipeline, "version", versions));
  }
}
