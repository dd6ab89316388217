package io.perennial.simulation;

/** How the raw files of a generated store are written, one file a day. */
public enum RawFormat {
  /** Comma separated with a header line, quoted where needed, UTF-8. */
  CSV(".csv"),
  /** The same, compressed with gzip. */
  CSV_GZ(".csv.gz"),
  /** One JSON object a line, UTF-8. */
  JSON(".json"),
  /** The same, compressed with gzip. */
  JSON_GZ(".json.gz"),
  /** Parquet with string columns and a double value. */
  PARQUET(".parquet");

  private final String suffix;

  RawFormat(String suffix) {
    this.suffix = suffix;
  }

  /** End of the name of a file in this format, with its dot. */
  public String suffix() {
    return suffix;
  }
}
