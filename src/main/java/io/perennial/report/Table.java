package io.perennial.report;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A table of a page. All text is plain: templates escape it.
 *
 * @param caption what the table shows, in words
 * @param columns headings, at least one
 * @param rows as many cells each as there are columns; may be empty
 */
public record Table(String caption, List<Column> columns, List<List<Cell>> rows) {
  public Table {
    Objects.requireNonNull(caption, "caption");
    columns = List.copyOf(columns);
    rows = rows.stream().map(List::copyOf).toList();
    for (List<Cell> row : rows) {
      if (row.size() != columns.size()) {
        throw new IllegalArgumentException(
            "Table \""
                + caption
                + "\" has "
                + columns.size()
                + " columns, a row has "
                + row.size());
      }
    }
  }

  /** True where there is nothing to show. */
  public boolean isEmpty() {
    return rows.isEmpty();
  }

  /** How the cells of a column are set. */
  public enum Kind {
    /** Sentences and names of any length, broken where they must be. */
    TEXT,
    /** A few words that stay on one line. */
    SHORT,
    /** Figures, set to the right. */
    NUMBER
  }

  /** A heading. */
  public record Column(String name, Kind kind) {
    /** A column of words. */
    public static Column text(String name) {
      return new Column(name, Kind.TEXT);
    }

    /** A column of a few words that stay on one line. */
    public static Column brief(String name) {
      return new Column(name, Kind.SHORT);
    }

    /** A column of figures, set to the right. */
    public static Column number(String name) {
      return new Column(name, Kind.NUMBER);
    }

    /** Name of the style. */
    public String style() {
      return switch (kind) {
        case TEXT -> "text";
        case SHORT -> "short";
        case NUMBER -> "number";
      };
    }
  }

  /** What a cell says besides its words; colour never stands alone. */
  public enum Tone {
    PLAIN,
    GOOD,
    BAD,
    MUTED
  }

  /**
   * A cell.
   *
   * @param text plain text
   * @param tone colour of the text
   * @param link relative address of a page, made from checked parts only
   */
  public record Cell(String text, Tone tone, Optional<String> link) {
    public Cell {
      Objects.requireNonNull(text, "text");
    }

    /** Plain words or a figure. */
    public static Cell of(String text) {
      return new Cell(text, Tone.PLAIN, Optional.empty());
    }

    /** Words with a colour. */
    public static Cell of(String text, Tone tone) {
      return new Cell(text, tone, Optional.empty());
    }

    /** The same cell, linked to a page. */
    public Cell linkedTo(Optional<String> address) {
      return new Cell(text, tone, address);
    }

    /** Name of the style. */
    public String style() {
      return switch (tone) {
        case PLAIN -> "plain";
        case GOOD -> "good";
        case BAD -> "bad";
        case MUTED -> "muted";
      };
    }
  }
}
