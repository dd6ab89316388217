package io.perennial.simulation;

import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.util.HadoopOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/** Raw rows as one Parquet file: strings, and a double for the value. */
final class ParquetRows implements RawRows {
  private static final MessageType SCHEMA =
      MessageTypeParser.parseMessageType(
          "message event { optional binary user (STRING); optional binary item (STRING);"
              + " optional binary event_type (STRING); optional double value;"
              + " optional binary event_time (STRING); }");
  private static final long ROW_GROUP_BYTES = 16L << 20;

  private final ParquetWriter<Group> writer;
  private final SimpleGroupFactory rows = new SimpleGroupFactory(SCHEMA);

  private ParquetRows(ParquetWriter<Group> writer) {
    this.writer = writer;
  }

  /** Opens a file; fails where it exists. */
  static ParquetRows open(Path file, Configuration hadoop) throws IOException {
    return new ParquetRows(
        ExampleParquetWriter.builder(HadoopOutputFile.fromPath(file, hadoop))
            .withType(SCHEMA)
            .withCompressionCodec(CompressionCodecName.SNAPPY)
            .withRowGroupSize(ROW_GROUP_BYTES)
            .withConf(hadoop)
            .build());
  }

  @Override
  public void row(String user, String item, String type, double value, String time)
      throws IOException {
    Group row = rows.newGroup();
    add(row, "user", user);
    add(row, "item", item);
    add(row, "event_type", type);
    row.append("value", value);
    add(row, "event_time", time);
    writer.write(row);
  }

  @Override
  public void brokenRow(String user, String item) throws IOException {
    writer.write(rows.newGroup());
  }

  @Override
  public void close() throws IOException {
    writer.close();
  }

  private static void add(Group row, String column, String field) {
    if (field != null) {
      row.append(column, field);
    }
  }
}
