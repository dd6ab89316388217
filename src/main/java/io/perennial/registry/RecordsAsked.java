package io.perennial.registry;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What of a table's records is wanted.
 *
 * @param without columns that nobody asks for
 * @param only texts that columns of text must have; of other rows nothing is read
 */
record RecordsAsked(Set<String> without, Map<String, String> only) {
  /** Every row with every column. */
  static final RecordsAsked ALL = new RecordsAsked(Set.of(), Map.of());

  RecordsAsked {
    without = Set.copyOf(without);
    only = Map.copyOf(only);
  }

  /** Every row, without some columns. */
  static RecordsAsked without(Set<String> columns) {
    return new RecordsAsked(columns, Map.of());
  }

  /** Rows whose column has a text. */
  static RecordsAsked only(String column, String text) {
    return new RecordsAsked(Set.of(), Map.of(column, text));
  }

  /** Whether whoever has what another wants has what is wanted here. */
  boolean within(RecordsAsked other) {
    return without.containsAll(other.without) && only.equals(other.only);
  }

  /** Tells one from another. */
  String key() {
    return equals(ALL) ? "" : " without " + new TreeSet<>(without) + " only " + new TreeMap<>(only);
  }
}
