package io.perennial.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What is wrong with one file, collected so that a reader tells everything at once. */
final class Problems {
  private record Problem(int line, String sentence) {}

  private final String file;
  private final List<Problem> found = new ArrayList<>();

  Problems(String file) {
    this.file = file;
  }

  /** {@code line} counts from 1; 0 where the whole file is meant. */
  void add(int line, String sentence) {
    found.add(new Problem(line, sentence));
  }

  /**
   * @throws InvalidPipelineException when anything was added
   */
  void throwIfAny() {
    if (found.isEmpty()) {
      return;
    }
    found.sort(Comparator.comparingInt(Problem::line));
    throw new InvalidPipelineException(found.stream().map(this::sentence).distinct().toList());
  }

  private String sentence(Problem problem) {
    return problem.line() > 0
        ? file + ", line " + problem.line() + ": " + problem.sentence()
        : file + ": " + problem.sentence();
  }
}
