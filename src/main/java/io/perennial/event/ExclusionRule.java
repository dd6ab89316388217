package io.perennial.event;

import java.io.Serializable;
import java.util.List;

/**
 * Rows of the input that are no events by declaration: returns, lines without a customer, codes
 * that are no product. They go to {@code quarantine} as {@code excluded} and do not count against
 * the limit of malformed rows.
 *
 * @param name shown in quarantine and reports, unique within a pipeline
 * @param conditions at least one; a row is excluded when all of them hold
 */
public record ExclusionRule(String name, List<SourceCondition> conditions) implements Serializable {
  public ExclusionRule {
    if (name == null || name.isBlank()) {
      throw new IllegalArgumentException("ingest.exclude: each rule needs a name");
    }
    conditions = List.copyOf(conditions);
    if (conditions.isEmpty()) {
      throw new IllegalArgumentException(
          "ingest.exclude: rule '" + name + "' needs at least one condition");
    }
  }
}
