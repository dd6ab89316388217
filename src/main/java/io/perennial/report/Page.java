package io.perennial.report;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What a page says, before it becomes HTML. All text is plain: templates escape it.
 *
 * @param title of the document and its first heading
 * @param kicker small line above the title: what kind of page it is
 * @param badges short words on the state, each with a tone
 * @param summary the page in sentences
 * @param tiles the few figures that matter most
 * @param sections in order
 * @param links to other pages
 */
public record Page(
    String title,
    String kicker,
    List<Table.Cell> badges,
    List<String> summary,
    List<Tile> tiles,
    List<Section> sections,
    List<Link> links) {
  public Page {
    Objects.requireNonNull(title, "title");
    badges = List.copyOf(badges);
    summary = List.copyOf(summary);
    tiles = List.copyOf(tiles);
    sections = List.copyOf(sections);
    links = List.copyOf(links);
  }

  /** Every chart of the page, in order. */
  public List<Chart> charts() {
    return sections.stream().flatMap(s -> s.charts().stream()).toList();
  }

  /** A figure with its name and a word of explanation. */
  public record Tile(String name, String value, String note) {}

  /** A link to another page. {@code address} is relative and made from checked parts only. */
  public record Link(String text, String address) {}

  /**
   * A part of the page under a heading.
   *
   * @param id unique in the page: lower-case letters and dashes
   * @param notes paragraphs below the heading
   * @param charts may be empty
   * @param tables shown as they are
   * @param details tables shown on demand
   */
  public record Section(
      String id,
      String heading,
      List<String> notes,
      List<Chart> charts,
      List<Table> tables,
      List<Table> details) {
    public Section {
      notes = List.copyOf(notes);
      charts = List.copyOf(charts);
      tables = tables.stream().filter(t -> !t.isEmpty()).toList();
      details = details.stream().filter(t -> !t.isEmpty()).toList();
    }

    /** True where the tables held nothing for this section: the page says so. */
    public boolean isEmpty() {
      return charts.isEmpty() && tables.isEmpty() && details.isEmpty();
    }
  }

  /**
   * A chart.
   *
   * @param id unique in the page: lower-case letters and dashes
   * @param caption what it shows
   * @param label the same for people who do not see it, with its main figures
   * @param size how high it is
   * @param data what the page's script draws: {@code kind}, {@code categories}, {@code series}…;
   *     numbers, text, lists and maps only
   * @param figures the same as a table, if no other table of the section holds them
   */
  public record Chart(
      String id,
      String caption,
      String label,
      Size size,
      Map<String, Object> data,
      Optional<Table> figures) {
    public Chart {
      data = Map.copyOf(data);
    }

    /** Heights of charts. */
    public enum Size {
      LOW,
      MIDDLE,
      HIGH
    }

    /** Name of the style. */
    public String style() {
      return switch (size) {
        case LOW -> "low";
        case MIDDLE -> "middle";
        case HIGH -> "high";
      };
    }
  }
}
