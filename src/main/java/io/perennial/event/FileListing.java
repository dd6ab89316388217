package io.perennial.event;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;

/** Finds the files of an ingest on any Hadoop file system. */
final class FileListing {
  private final IngestOptions options;
  private final Configuration configuration;

  FileListing(SparkSession spark, IngestOptions options) {
    this.options = options;
    this.configuration = spark.sessionState().newHadoopConf();
  }

  /**
   * The file, or the files of the folder by path; hidden ones (a name that begins with a dot or an
   * underscore) are left out. Digests and headers are still empty.
   */
  List<SourceFile> list(String input) {
    try {
      Path path = new Path(input);
      FileSystem system = path.getFileSystem(configuration);
      FileStatus status = system.getFileStatus(path);
      List<SourceFile> files = new ArrayList<>();
      if (status.isFile()) {
        files.add(file(status));
      } else {
        collect(system, status.getPath(), files);
      }
      if (files.isEmpty()) {
        throw new UnreadableSourceException(
            "Cannot ingest "
                + input
                + ": the folder holds no file. Name a file or a folder of files"
                + (options.traversal() == IngestOptions.Traversal.TOP_LEVEL
                    ? ", or set ingest.traversal: recursive to read folders inside it."
                    : "."));
      }
      files.sort(Comparator.comparing(SourceFile::path));
      files.forEach(file -> SourceFile.format(file.path(), options.format()));
      return files;
    } catch (FileNotFoundException e) {
      throw new UnreadableSourceException(
          "Cannot ingest " + input + ": there is no such file or folder. Check the path.", e);
    } catch (IOException | IllegalArgumentException e) {
      throw new UnreadableSourceException(
          "Cannot ingest "
              + input
              + ": "
              + e.getMessage()
              + ". Check the path and its permissions.",
          e);
    }
  }

  private void collect(FileSystem system, Path folder, List<SourceFile> files) throws IOException {
    for (FileStatus status : system.listStatus(folder)) {
      String name = status.getPath().getName();
      if (name.startsWith(".") || name.startsWith("_")) {
        continue;
      }
      if (status.isFile()) {
        files.add(file(status));
      } else if (options.traversal() == IngestOptions.Traversal.RECURSIVE) {
        collect(system, status.getPath(), files);
      }
    }
  }

  /** Those of the paths that are still there. */
  List<SourceFile> find(Collection<String> paths) {
    List<SourceFile> files = new ArrayList<>();
    for (String path : paths) {
      try {
        Path file = new Path(path);
        files.add(file(file.getFileSystem(configuration).getFileStatus(file)));
      } catch (FileNotFoundException e) {
        continue;
      } catch (IOException e) {
        throw unreadable(e);
      }
    }
    files.sort(Comparator.comparing(SourceFile::path));
    return files;
  }

  /** Checks that nobody changed the files since they were listed. */
  void requireUnchanged(List<SourceFile> files) {
    for (SourceFile file : files) {
      List<SourceFile> now = find(List.of(file.path()));
      if (now.isEmpty()
          || now.get(0).bytes() != file.bytes()
          || now.get(0).modified() != file.modified()) {
        throw new UnreadableSourceException(
            "Cannot ingest "
                + file.path()
                + ": it was changed or removed while it was read. Nothing was written. Ingest it"
                + " once it is complete.");
      }
    }
  }

  /** A file that could not be read, from the innermost cause; own exceptions stay as they are. */
  static RuntimeException unreadable(Exception e) {
    Throwable cause = e;
    while (cause.getCause() != null && !(cause instanceof IOException)) {
      if (cause instanceof UnreadableSourceException own) {
        return own;
      }
      cause = cause.getCause();
    }
    if (cause instanceof UnreadableSourceException own) {
      return own;
    }
    if (cause instanceof IOException || cause instanceof java.io.UncheckedIOException) {
      return new UnreadableSourceException(
          "Cannot ingest: "
              + cause.getMessage()
              + ". Nothing was written. Check that the files are complete and may be read.",
          e);
    }
    return e instanceof RuntimeException runtime
        ? runtime
        : new IllegalStateException(e.getMessage(), e);
  }

  private static SourceFile file(FileStatus status) {
    return new SourceFile(
        status.getPath().toString(), status.getLen(), status.getModificationTime(), "", List.of());
  }
}
