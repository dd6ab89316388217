package io.perennial.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordsTest {
  @ParameterizedTest
  @CsvSource({
    "-1, 4, ' (the source table up to commit 4)'",
    "4, 5, ' (commit 5 of the source table, with late rows)'",
    "4, 7, ' (commits 5 to 7 of the source table, with late rows)'",
    "4, 4, ' (all in the source table before, up to commit 4)'"
  })
  void aNightSaysWhichCommitsItRead(long before, long after, String words) {
    assertThat(Words.commits(before, after)).isEqualTo(words);
  }
}
