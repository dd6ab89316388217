package io.perennial.event;

import java.io.Serializable;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** What an {@link ExclusionRule} asks about one column of a source file. */
public sealed interface SourceCondition extends Serializable {
  /** The column, as the source file calls it. */
  String column();

  /** In words: {@code Quantity at most 0}. */
  String text();

  /** The field is absent, null or empty. */
  record Missing(String column) implements SourceCondition {
    public Missing {
      requireColumn(column);
    }

    @Override
    public String text() {
      return column + " missing";
    }
  }

  /** The field's text is one of these, exactly. {@code equals} is this with one value. */
  record OneOf(String column, List<String> values) implements SourceCondition {
    public OneOf {
      requireColumn(column);
      values = List.copyOf(values);
      if (values.isEmpty()) {
        throw new IllegalArgumentException(
            "ingest.exclude.oneOf of column '" + column + "' needs at least one value");
      }
    }

    @Override
    public String text() {
      return column + " one of " + values;
    }
  }

  /** The whole text of the field matches the regular expression (Java's syntax). */
  record Matches(String column, String regex) implements SourceCondition {
    public Matches {
      requireColumn(column);
      Objects.requireNonNull(regex, "regex");
      try {
        Pattern.compile(regex);
      } catch (PatternSyntaxException e) {
        throw new IllegalArgumentException(
            "ingest.exclude.matches of column '"
                + column
                + "' must be a regular expression, got '"
                + regex
                + "': "
                + e.getDescription(),
            e);
      }
    }

    @Override
    public String text() {
      return column + " matches " + regex;
    }
  }

  /**
   * The field is a number in this relation to the bound. A field that is no number does not match.
   */
  record Compared(String column, Relation relation, double bound) implements SourceCondition {
    public Compared {
      requireColumn(column);
      Objects.requireNonNull(relation, "relation");
      if (!Double.isFinite(bound)) {
        throw new IllegalArgumentException(
            "ingest.exclude."
                + relation.key()
                + " of column '"
                + column
                + "' must be a finite number, got "
                + bound);
      }
    }

    @Override
    public String text() {
      return column + " " + relation.words() + " " + bound;
    }
  }

  /** How a number stands to a bound. */
  enum Relation {
    /** Less than or equal. */
    AT_MOST("atMost", "at most"),
    /** Greater than or equal. */
    AT_LEAST("atLeast", "at least"),
    /** Less than. */
    BELOW("below", "below"),
    /** Greater than. */
    ABOVE("above", "above");

    private final String key;
    private final String words;

    Relation(String key, String words) {
      this.key = key;
      this.words = words;
    }

    /** As in a pipeline file. */
    public String key() {
      return key;
    }

    /** As in a sentence. */
    public String words() {
      return words;
    }

    /** Whether {@code value} stands so to {@code bound}; never for NaN. */
    public boolean holds(double value, double bound) {
      return switch (this) {
        case AT_MOST -> value <= bound;
        case AT_LEAST -> value >= bound;
        case BELOW -> value < bound;
        case ABOVE -> value > bound;
      };
    }
  }

  private static void requireColumn(String column) {
    if (column == null || column.isEmpty()) {
      throw new IllegalArgumentException("ingest.exclude: each condition needs a column");
    }
  }
}
