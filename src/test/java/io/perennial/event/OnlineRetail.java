package io.perennial.event;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The UCI Online Retail files beside the project, and how they are read. */
final class OnlineRetail {
  private OnlineRetail() {}

  /** The folder of daily files; empty where it is absent. */
  static Optional<Path> folder() {
    Path at = Path.of("").toAbsolutePath();
    while (at != null) {
      Path folder = at.resolve("shared/data/online-retail");
      if (Files.isDirectory(folder)) {
        return Optional.of(folder);
      }
      at = at.getParent();
    }
    return Optional.empty();
  }

  /** A purchase is a line with a customer, a positive quantity and price. */
  static IngestOptions options() {
    return new IngestOptions(
        IngestOptions.Format.AUTO,
        CsvOptions.DEFAULT,
        Map.of(
            EventColumns.USER, "CustomerID",
            EventColumns.ITEM, "StockCode",
            EventColumns.VALUE, "Quantity",
            EventColumns.TIME, "InvoiceDate"),
        Map.of(EventColumns.TYPE, "purchase"),
        List.of("yyyy-MM-dd HH:mm:ss"),
        Optional.of(ZoneId.of("Europe/London")),
        List.of(
            new ExclusionRule("no customer", List.of(new SourceCondition.Missing("CustomerID"))),
            new ExclusionRule(
                "returned",
                List.of(
                    new SourceCondition.Compared("Quantity", SourceCondition.Relation.AT_MOST, 0))),
            new ExclusionRule(
                "no price",
                List.of(
                    new SourceCondition.Compared(
                        "UnitPrice", SourceCondition.Relation.AT_MOST, 0)))),
        IngestOptions.DEFAULT_MALFORMED_SHARE,
        IngestOptions.Traversal.TOP_LEVEL,
        IngestOptions.DEFAULT_ROWS_PER_FILE);
  }
}
