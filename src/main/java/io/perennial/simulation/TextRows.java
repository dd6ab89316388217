package io.perennial.simulation;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPOutputStream;

/** Raw rows as CSV (RFC 4180, with a header) or JSON lines. */
final class TextRows implements RawRows {
  private final Writer writer;
  private final RawFormat format;
  private final StringBuilder line = new StringBuilder(160);

  private TextRows(Writer writer, RawFormat format) {
    this.writer = writer;
    this.format = format;
  }

  /** Opens a file of one of the four text formats on a stream, which it closes in the end. */
  static TextRows open(OutputStream stream, RawFormat format) throws IOException {
    boolean zipped = format == RawFormat.CSV_GZ || format == RawFormat.JSON_GZ;
    OutputStream bytes =
        zipped ? new GZIPOutputStream(stream, 1 << 16) : new BufferedOutputStream(stream, 1 << 16);
    Writer writer = new OutputStreamWriter(bytes, StandardCharsets.UTF_8);
    TextRows rows = new TextRows(new java.io.BufferedWriter(writer, 1 << 15), format);
    if (rows.isCsv()) {
      rows.writer.append(String.join(",", COLUMNS)).append('\n');
    }
    return rows;
  }

  @Override
  public void row(String user, String item, String type, double value, String time)
      throws IOException {
    line.setLength(0);
    if (isCsv()) {
      csv(user);
      line.append(',');
      csv(item);
      line.append(',').append(type).append(',');
      number(value);
      line.append(',');
      csv(time);
    } else {
      line.append('{');
      json("user", user);
      json("item", item);
      json("event_type", type);
      line.append("\"value\":");
      number(value);
      line.append(',');
      json("event_time", time);
      line.setCharAt(line.length() - 1, '}');
    }
    writer.append(line).append('\n');
  }

  @Override
  public void brokenRow(String user, String item) throws IOException {
    line.setLength(0);
    if (isCsv()) {
      csv(user);
    } else {
      line.append('{');
      json("user", user);
      line.append("\"item\":\"").append(item, 0, item.length() / 2);
    }
    writer.append(line).append('\n');
  }

  @Override
  public void close() throws IOException {
    writer.close();
  }

  private boolean isCsv() {
    return format == RawFormat.CSV || format == RawFormat.CSV_GZ;
  }

  private void number(double value) {
    if (value == Math.rint(value) && Math.abs(value) < 1e9) {
      line.append((int) value);
    } else {
      line.append(value);
    }
  }

  private void csv(String field) {
    if (field == null) {
      return;
    }
    if (field.indexOf(',') < 0 && field.indexOf('"') < 0) {
      line.append(field);
    } else {
      line.append('"').append(field.replace("\"", "\"\"")).append('"');
    }
  }

  private void json(String name, String field) {
    if (field != null) {
      line.append('"').append(name).append("\":\"");
      line.append(field.replace("\\", "\\\\").replace("\"", "\\\"")).append("\",");
    }
  }
}
