package io.perennial.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The folder of a run: one that was given stays, one of its own is removed at the end. */
record ScratchFolder(Path path, boolean isGiven) implements AutoCloseable {
  static ScratchFolder of(Optional<String> given) throws IOException {
    return given.isPresent()
        ? new ScratchFolder(Files.createDirectories(Path.of(given.get())), true)
        : new ScratchFolder(Files.createTempDirectory("perennial-bench"), false);
  }

  @Override
  public void close() throws IOException {
    if (isGiven) {
      return;
    }
    List<Path> files;
    try (Stream<Path> all = Files.walk(path)) {
      files = all.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : files) {
      Files.delete(file);
    }
  }
}
