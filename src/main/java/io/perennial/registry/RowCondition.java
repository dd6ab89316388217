package io.perennial.registry;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * Whether a row has the texts that are asked of it, before anything is made of it.
 *
 * @param columns places of the columns
 * @param texts what each must be
 */
record RowCondition(int[] columns, UTF8String[] texts) {

  /**
   * @param fields of the rows in their order
   * @throws IllegalArgumentException where one of the columns is not among them
   */
  static RowCondition of(RecordsAsked asked, List<StructField> fields) {
    List<Map.Entry<String, String>> only = List.copyOf(asked.only().entrySet());
    int[] columns = new int[only.size()];
    UTF8String[] texts = new UTF8String[only.size()];
    for (int n = 0; n < columns.length; n++) {
      String name = only.get(n).getKey();
      columns[n] =
          IntStream.range(0, fields.size())
              .filter(place -> fields.get(place).name().equals(name))
              .findFirst()
              .orElseThrow(
                  () -> new IllegalArgumentException("Rows of records have no column " + name));
      texts[n] = UTF8String.fromString(only.get(n).getValue());
    }
    return new RowCondition(columns, texts);
  }

  boolean holds(InternalRow row) {
    for (int n = 0; n < columns.length; n++) {
      if (row.isNullAt(columns[n]) || !texts[n].equals(row.getUTF8String(columns[n]))) {
        return false;
      }
    }
    return true;
  }
}
