package io.perennial.registry;

import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.StructField;
import scala.Function1;

/**
 * Makes cells of records of what Parquet's reader gives.
 *
 * @param fields columns of the rows that are read, in their order
 * @param conversions one for each
 */
record StoredCells(List<StructField> fields, List<Function1<Object, Object>> conversions) {
  static StoredCells of(List<StructField> fields) {
    return new StoredCells(
        fields, fields.stream().map(field -> RecordFiles.cell(field.dataType())).toList());
  }

  /** The nth cell of a row; null where it is missing. */
  Object cell(InternalRow row, int n) {
    return row.isNullAt(n) ? null : conversions.get(n).apply(row.get(n, fields.get(n).dataType()));
  }
}
