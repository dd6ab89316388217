package io.perennial.model.feature;

import java.util.Objects;
import java.util.Optional;

/**
 * A column that holds several tags of an entity.
 *
 * @param column a list of texts, or a text
 * @param separator what stands between the tags of a text, taken literally; empty: a text is one
 *     tag
 */
public record TagColumn(String column, Optional<String> separator) {
  public TagColumn {
    Objects.requireNonNull(separator, "separator");
    if (column.isBlank()) {
      throw new IllegalArgumentException("column of tags must not be empty");
    }
    if (separator.filter(String::isEmpty).isPresent()) {
      throw new IllegalArgumentException(
          "separator of tags must not be empty; leave it out where a text is one tag");
    }
  }
}
