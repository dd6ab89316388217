package io.perennial.event;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;

/**
 * How a CSV file is written.
 *
 * @param delimiter between fields, one character or several ({@code ::}); default a comma
 * @param quote around fields that hold delimiters, quotes (doubled) or line ends; empty: no quoting
 * @param header names of the columns of files without a header line; empty: the first line of each
 *     file names them
 * @param charset of the file; default UTF-8
 */
public record CsvOptions(String delimiter, String quote, List<String> header, Charset charset) {
  /** Comma, double quotes, a header line, UTF-8. */
  public static final CsvOptions DEFAULT =
      new CsvOptions(",", "\"", List.of(), StandardCharsets.UTF_8);

  public CsvOptions {
    header = List.copyOf(header);
    Objects.requireNonNull(charset, "charset");
    if (delimiter.isEmpty() || delimiter.indexOf('\n') >= 0 || delimiter.indexOf('\r') >= 0) {
      throw new IllegalArgumentException(
          "ingest.csv.delimiter must be one or more characters other than a line end, got '"
              + delimiter
              + "'");
    }
    if (quote.length() > 1 || quote.equals("\n") || quote.equals("\r")) {
      throw new IllegalArgumentException(
          "ingest.csv.quote must be one character, or empty for none, got '" + quote + "'");
    }
    if (!quote.isEmpty() && delimiter.contains(quote)) {
      throw new IllegalArgumentException(
          "ingest.csv.quote must differ from ingest.csv.delimiter, both are '" + delimiter + "'");
    }
    if (new HashSet<>(header).size() < header.size()) {
      throw new IllegalArgumentException("ingest.csv.header names a column twice: " + header);
    }
  }
}
