package io.perennial.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The data of charts, in the form that the page's script draws. Lists of a series are as long as
 * the categories; a figure that does not exist is a gap.
 */
final class Charts {
  private Charts() {}

  /** How values are written on axes and in tooltips. */
  enum Unit {
    SCORE("score"),
    /** A ratio, drawn by its logarithm to base 2. */
    FOLD("fold"),
    SECONDS("seconds"),
    /** A ratio, on a logarithmic axis. */
    TIMES("times"),
    COUNT("count");

    private final String label;

    Unit(String label) {
      this.label = label;
    }
  }

  /** A value with its interval; each may be NaN. */
  record Bar(double value, double low, double high) {
    static final Bar NONE = new Bar(Double.NaN, Double.NaN, Double.NaN);

    static Bar of(PipelineTables.MetricRow row) {
      return new Bar(row.value(), row.low(), row.high());
    }
  }

  /** A category that is marked, and the words that say why. */
  record Mark(int index, String text) {}

  /** Bars side by side, one group a category, with error bars where intervals are known. */
  static Map<String, Object> intervals(
      Unit unit, List<String> categories, Map<String, List<Bar>> series) {
    List<Object> drawn = new ArrayList<>();
    series.forEach(
        (name, bars) -> {
          Map<String, Object> one = new LinkedHashMap<>();
          one.put("name", name);
          one.put("values", drawn(bars.stream().map(Bar::value).toList()));
          one.put("low", drawn(bars.stream().map(Bar::low).toList()));
          one.put("high", drawn(bars.stream().map(Bar::high).toList()));
          drawn.add(one);
        });
    return chart("intervals", unit, categories, drawn);
  }

  /** Lines over nights, with marks below them by name of the mark. */
  static Map<String, Object> lines(
      Unit unit,
      List<String> categories,
      Map<String, List<Double>> series,
      Map<String, List<Mark>> marks) {
    Map<String, Object> chart = chart("lines", unit, categories, plain(series));
    List<Object> drawn = new ArrayList<>();
    marks.forEach(
        (name, points) ->
            drawn.add(
                Map.of(
                    "name",
                    name,
                    "points",
                    points.stream()
                        .map(p -> Map.of("index", p.index(), "text", p.text()))
                        .toList())));
    chart.put("marks", drawn);
    return chart;
  }

  /** Bars on top of each other, one a category. */
  static Map<String, Object> stack(
      Unit unit, List<String> categories, Map<String, List<Double>> series) {
    return chart("stack", unit, categories, plain(series));
  }

  /**
   * A heat map.
   *
   * @param cells x (a column), y (a row) and the value
   */
  static Map<String, Object> heat(
      Unit unit, List<String> columns, List<String> rows, List<List<Number>> cells) {
    Map<String, Object> chart = chart("heat", unit, columns, List.of());
    chart.put("rows", rows);
    chart.put("cells", cells);
    return chart;
  }

  /** A point with a name, of values that are both finite. */
  record Point(String name, double x, double y) {}

  /**
   * Points with their names.
   *
   * @param acrossName what the horizontal axis shows
   * @param across how its values are written; {@link Unit#SECONDS} are drawn by their logarithm
   * @param upName what the vertical axis shows
   */
  static Map<String, Object> scatter(
      String acrossName, Unit across, String upName, Unit up, List<Point> points) {
    List<Object> drawn = new ArrayList<>();
    for (Point point : points) {
      drawn.add(
          Map.of(
              "name",
              point.name(),
              "values",
              List.of(NumberText.drawn(point.x()), NumberText.drawn(point.y()))));
    }
    Map<String, Object> chart = chart("scatter", up, List.of(), drawn);
    chart.put("across", across.label);
    chart.put("names", List.of(acrossName, upName));
    return chart;
  }

  /**
   * Points along lines: each line shows what one setting does. All begin where nothing is changed.
   *
   * @param lines points in the order in which the setting grows, by what is set
   */
  static Map<String, Object> paths(
      String acrossName, String upName, Unit unit, Map<String, List<Point>> lines) {
    List<Object> drawn = new ArrayList<>();
    lines.forEach(
        (name, points) ->
            drawn.add(
                Map.of(
                    "name",
                    name,
                    "points",
                    points.stream()
                        .map(
                            p ->
                                Map.of(
                                    "name",
                                    p.name(),
                                    "values",
                                    List.of(NumberText.drawn(p.x()), NumberText.drawn(p.y()))))
                        .toList())));
    Map<String, Object> chart = chart("paths", unit, List.of(), drawn);
    chart.put("across", unit.label);
    chart.put("names", List.of(acrossName, upName));
    return chart;
  }

  private static List<Object> plain(Map<String, List<Double>> series) {
    List<Object> drawn = new ArrayList<>();
    series.forEach((name, values) -> drawn.add(Map.of("name", name, "values", drawn(values))));
    return drawn;
  }

  private static List<Double> drawn(List<Double> values) {
    List<Double> drawn = new ArrayList<>(values.size());
    values.forEach(v -> drawn.add(NumberText.drawn(v)));
    return drawn;
  }

  private static Map<String, Object> chart(
      String kind, Unit unit, List<String> categories, List<Object> series) {
    Map<String, Object> chart = new LinkedHashMap<>();
    chart.put("kind", kind);
    chart.put("unit", unit.label);
    chart.put("categories", categories);
    chart.put("series", series);
    return chart;
  }
}
