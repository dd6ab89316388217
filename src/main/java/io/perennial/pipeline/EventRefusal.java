package io.perennial.pipeline;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.isnan;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;

import io.perennial.event.EventColumns;
import org.apache.spark.sql.Column;

/**
 * Why an event of a slice cannot be learnt; {@code ingest} lets none of these in, a user's own
 * table may hold them.
 */
public enum EventRefusal {
  MISSING_USER("refused_missing_user") {
    @Override
    Column applies() {
      return missing(EventColumns.USER);
    }
  },
  MISSING_ITEM("refused_missing_item") {
    @Override
    Column applies() {
      return missing(EventColumns.ITEM);
    }
  },
  MISSING_TIME("refused_missing_time") {
    @Override
    Column applies() {
      return col(EventColumns.TIME).isNull();
    }
  },
  VALUE_NOT_FINITE("refused_value_not_finite") {
    @Override
    Column applies() {
      Column value = col(EventColumns.VALUE);
      return value
          .isNull()
          .or(isnan(value))
          .or(value.equalTo(lit(Double.POSITIVE_INFINITY)))
          .or(value.equalTo(lit(Double.NEGATIVE_INFINITY)));
    }
  };

  private final String key;

  EventRefusal(String key) {
    this.key = key;
  }

  /** Key of the count in {@code runs.row_counts}. */
  public String key() {
    return key;
  }

  /** True for the rows that are refused for this reason. */
  abstract Column applies();

  /**
   * The first reason of a row, as the position of the constant; null for a row that can be learnt.
   */
  public static Column reason() {
    Column reason = lit(null).cast("int");
    for (int n = values().length - 1; n >= 0; n--) {
      reason = when(values()[n].applies(), lit(n)).otherwise(reason);
    }
    return reason;
  }

  private static Column missing(String column) {
    return col(column).isNull().or(col(column).equalTo(lit("")));
  }
}
