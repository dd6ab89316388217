package io.perennial;

import java.util.Objects;

/**
 * The folder that holds every table of Perennial, one folder per table, named as the table.
 *
 * @param root a path or URI of any Hadoop file system, without a trailing slash
 */
public record Warehouse(String root) {
  public Warehouse {
    Objects.requireNonNull(root, "root");
    while (root.length() > 1 && root.endsWith("/")) {
      root = root.substring(0, root.length() - 1);
    }
    if (root.isBlank()) {
      throw new IllegalArgumentException("A warehouse needs a path");
    }
  }

  /** Where a table lies. */
  public String table(String name) {
    return root + "/" + name;
  }

  /** Where HTML reports lie. */
  public String reports() {
    return root + "/reports";
  }
}
