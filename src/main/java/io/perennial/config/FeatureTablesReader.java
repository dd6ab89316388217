package io.perennial.config;

import io.perennial.event.EventColumns;
import io.perennial.model.FamilyOptions;
import io.perennial.model.feature.FeatureTable;
import io.perennial.model.feature.FeatureTables;
import io.perennial.model.feature.TagColumn;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the section {@code features}. */
final class FeatureTablesReader {
  private FeatureTablesReader() {}

  /**
   * What a file declares; nothing, with a problem added, where its family learns from events only.
   */
  static FeatureTables read(YamlSection root, FamilyOptions<?, ?> learner) {
    YamlSection section = root.section("features");
    FeatureTables tables =
        new FeatureTables(
            table(section.section("items"), EventColumns.ITEM),
            table(section.section("users"), EventColumns.USER));
    if (section.isGiven() && !learner.learnsFeatures()) {
      root.problem(
          "features",
          "goes with a model family that learns from them, such as embedding; model.family"
              + " is "
              + learner.name()
              + ". Leave the section out, or set model.family: embedding.");
      return FeatureTables.NONE;
    }
    return tables;
  }

  private static Optional<FeatureTable> table(YamlSection section, String usualId) {
    String table =
        section.isGiven()
            ? section.requiredText("table", "where the features stand")
            : section.text("table").orElse("");
    String id = section.text("id").orElse(usualId);
    List<String> categorical = section.texts("categorical").orElse(List.of());
    List<String> numeric = section.texts("numeric").orElse(List.of());
    List<TagColumn> tags = new ArrayList<>();
    boolean complete = true;
    for (YamlSection tag : section.sections("tags")) {
      String column = tag.requiredText("column", "which column holds the tags");
      Optional<String> separator = tag.text("separator");
      Optional<TagColumn> read =
          column.isEmpty() ? Optional.empty() : tag.build(() -> new TagColumn(column, separator));
      read.ifPresent(tags::add);
      complete &= read.isPresent();
    }
    return table.isEmpty() || !complete
        ? Optional.empty()
        : section.build(() -> new FeatureTable(table, id, categorical, numeric, tags));
  }
}
