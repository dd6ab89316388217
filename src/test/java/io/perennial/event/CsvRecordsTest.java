package io.perennial.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CsvRecordsTest {
  @Test
  void quotedFieldsHoldDelimitersQuotesAndLineEnds() throws IOException {
    List<CsvRecords.CsvRecord> records = read("a,\"b,\"\"c\"\"\nd\",\n,x\"y,\"\"\n", ",", "\"");
    assertThat(records).extracting(CsvRecords.CsvRecord::line).containsExactly(1L, 3L);
    assertThat(records.get(0).fields()).containsExactly("a", "b,\"c\"\nd", "");
    assertThat(records.get(0).raw()).isEqualTo("a,\"b,\"\"c\"\"\nd\",");
    assertThat(records.get(1).fields()).containsExactly("", "x\"y", "");
  }

  @Test
  void aStrayQuoteCostsOneLine() throws IOException {
    List<CsvRecords.CsvRecord> records = read("a,\"b\nc,d\ne,\"f\"g\nh,i", ",", "\"");
    assertThat(records).extracting(CsvRecords.CsvRecord::line).containsExactly(1L, 2L, 3L, 4L);
    assertThat(records.get(0).fields()).isNull();
    assertThat(records.get(0).raw()).isEqualTo("a,\"b");
    assertThat(records.get(1).fields()).containsExactly("c", "d");
    assertThat(records.get(2).error()).isEqualTo("text follows a closing quote");
    assertThat(records.get(3).fields()).containsExactly("h", "i");
  }

  @Test
  void longDelimitersAndNoQuoting() throws IOException {
    assertThat(read("1::\"2::3\r\n", "::", "").get(0).fields()).containsExactly("1", "\"2", "3");
  }

  private static List<CsvRecords.CsvRecord> read(String text, String delimiter, String quote)
      throws IOException {
    List<CsvRecords.CsvRecord> result = new ArrayList<>();
    try (CsvRecords records =
        new CsvRecords(new BufferedReader(new StringReader(text)), delimiter, quote)) {
      for (CsvRecords.CsvRecord next = records.next(); next != null; next = records.next()) {
        result.add(next);
      }
    }
    return result;
  }
}
