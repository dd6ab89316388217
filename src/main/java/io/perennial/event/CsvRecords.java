package io.perennial.event;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The records of a delimited text, each with its raw text and the number of its first line. A field
 * that begins with the quote runs to the closing one, over delimiters and line ends; a doubled
 * quote inside is a quote. A line whose quote closes nowhere sensible is a bad record of its own,
 * and reading goes on with the next line, so that one stray quote costs one line.
 */
final class CsvRecords implements Closeable {
  /** Lines that one record may span. */
  private static final int MAXIMAL_LINES = 1000;

  private final BufferedReader reader;
  private final String delimiter;
  private final int quote;
  private final Deque<String> pushedBack = new ArrayDeque<>();
  private long nextLine = 1;

  /** {@code quote} empty: a quote character means nothing. */
  CsvRecords(BufferedReader reader, String delimiter, String quote) {
    this.reader = reader;
    this.delimiter = delimiter;
    this.quote = quote.isEmpty() ? -1 : quote.charAt(0);
  }

  /**
   * One record.
   *
   * @param line number of its first line, from 1
   * @param raw its text, without the last line end
   * @param fields null when the record cannot be split
   * @param error why not; null otherwise
   */
  record CsvRecord(long line, String raw, List<String> fields, String error) {}

  /** The next record, or null at the end. */
  CsvRecord next() throws IOException {
    String line = readLine();
    if (line == null) {
      return null;
    }
    long number = nextLine - 1;
    if (number == 1 && line.startsWith("\uFEFF")) {
      line = line.substring(1);
    }
    List<String> more = new ArrayList<>();
    StringBuilder raw = new StringBuilder(line);
    List<String> fields = new ArrayList<>();
    StringBuilder field = new StringBuilder();
    int at = 0;
    while (true) {
      if (at < raw.length() && raw.charAt(at) == quote) {
        at++;
        while (true) {
          if (at >= raw.length()) {
            String next = more.size() + 1 < MAXIMAL_LINES ? readLine() : null;
            if (next == null) {
              return bad(number, line, more, "a quote opens and never closes");
            }
            more.add(next);
            raw.append('\n').append(next);
          }
          char c = raw.charAt(at++);
          if (c != quote) {
            field.append(c);
          } else if (at < raw.length() && raw.charAt(at) == quote) {
            field.append(c);
            at++;
          } else {
            break;
          }
        }
        if (at < raw.length() && !raw.substring(at).startsWith(delimiter)) {
          return bad(number, line, more, "text follows a closing quote");
        }
      } else {
        int end = raw.indexOf(delimiter, at);
        end = end < 0 ? raw.length() : end;
        field.append(raw, at, end);
        at = end;
      }
      fields.add(field.toString());
      field.setLength(0);
      if (at >= raw.length()) {
        return new CsvRecord(number, raw.toString(), fields, null);
      }
      at += delimiter.length();
    }
  }

  private CsvRecord bad(long number, String line, List<String> more, String error) {
    for (int i = more.size() - 1; i >= 0; i--) {
      pushedBack.push(more.get(i));
    }
    nextLine -= more.size();
    return new CsvRecord(number, line, null, error);
  }

  private String readLine() throws IOException {
    String line = pushedBack.isEmpty() ? reader.readLine() : pushedBack.pop();
    if (line != null) {
      nextLine++;
    }
    return line;
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
