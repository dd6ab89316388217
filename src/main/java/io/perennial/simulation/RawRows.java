package io.perennial.simulation;

import java.io.Closeable;
import java.io.IOException;

/** A raw file being written: columns {@link #COLUMNS}, every one optional as in real deliveries. */
interface RawRows extends Closeable {
  /** Columns of a raw file, in order. */
  String[] COLUMNS = {"user", "item", "event_type", "value", "event_time"};

  /** Writes a row; {@code null} is a missing field. */
  void row(String user, String item, String type, double value, String time) throws IOException;

  /** Writes a row that breaks off after its first fields (all fields missing in Parquet). */
  void brokenRow(String user, String item) throws IOException;
}
