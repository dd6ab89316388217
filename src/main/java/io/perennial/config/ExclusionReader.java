package io.perennial.config;

import io.perennial.event.ExclusionRule;
import io.perennial.event.SourceCondition;
import io.perennial.event.SourceCondition.Compared;
import io.perennial.event.SourceCondition.Matches;
import io.perennial.event.SourceCondition.Missing;
import io.perennial.event.SourceCondition.OneOf;
import io.perennial.event.SourceCondition.Relation;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads {@code ingest.exclude}: a list of rules, each with a name and one condition, or with a list
 * of conditions under {@code all}. A condition is a column with missing, equals, oneOf, matches,
 * atMost, atLeast, below or above; with several of them all must hold.
 */
final class ExclusionReader {
  private ExclusionReader() {}

  static List<ExclusionRule> read(YamlSection ingest) {
    List<ExclusionRule> rules = new ArrayList<>();
    for (YamlSection section : ingest.sections("exclude")) {
      String name = section.requiredText("name", "the reason shown in quarantine");
      List<SourceCondition> conditions = new ArrayList<>();
      for (YamlSection condition : section.sections("all")) {
        conditions.addAll(conditions(condition));
      }
      if (!section.has("all") || section.has("column")) {
        conditions.addAll(conditions(section));
      }
      if (!name.isEmpty() && !conditions.isEmpty()) {
        section.build(() -> new ExclusionRule(name, conditions)).ifPresent(rules::add);
      }
    }
    return rules;
  }

  private static List<SourceCondition> conditions(YamlSection section) {
    String column = section.requiredText("column", "the column of the file that is looked at");
    List<SourceCondition> found = new ArrayList<>();
    boolean missing = section.truth("missing").orElse(false);
    List<String> values = new ArrayList<>(section.texts("oneOf").orElse(List.of()));
    boolean listed = section.has("oneOf");
    boolean equal = section.has("equals");
    String single = section.text("equals").orElse("");
    boolean matching = section.has("matches");
    String regex = section.text("matches").orElse("");
    if (column.isEmpty()) {
      return found;
    }
    if (missing) {
      found.add(new Missing(column));
    }
    if (equal) {
      found.add(new OneOf(column, List.of(single)));
    }
    if (listed) {
      section.build(() -> new OneOf(column, values)).ifPresent(found::add);
    }
    if (matching) {
      section.build(() -> new Matches(column, regex)).ifPresent(found::add);
    }
    for (Relation relation : Relation.values()) {
      section
          .number(relation.key(), -Double.MAX_VALUE, Double.MAX_VALUE)
          .ifPresent(bound -> found.add(new Compared(column, relation, bound)));
    }
    boolean asked = missing || equal || listed || matching;
    for (Relation relation : Relation.values()) {
      asked |= section.has(relation.key());
    }
    if (!asked) {
      section.problem(
          section.pathOf("column")
              + " needs one of missing, equals, oneOf, matches, atMost, atLeast, below, above");
    }
    return found;
  }
}
