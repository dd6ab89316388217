package io.perennial.simulation;

import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/**
 * The folder of a generated store on any Hadoop file system: {@code events/} with the raw files,
 * {@code truth/} with what lies behind them, and {@code store.properties}, which is written last
 * and so says that all is there.
 */
final class StoreFolder implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final String DEFINITION = "store.properties";
  private static final String BEGUN = "store.begun";

  private final String root;
  private final SerializableConfiguration hadoop;

  private StoreFolder(String root, SerializableConfiguration hadoop) {
    this.root = root;
    this.hadoop = hadoop;
  }

  static StoreFolder at(SparkSession spark, String root) {
    if (root == null || root.isBlank()) {
      throw new OutputFolderException("A generated store needs a folder, got an empty name.");
    }
    try {
      new Path(root);
    } catch (IllegalArgumentException e) {
      throw new OutputFolderException(
          "\"" + root + "\" is no path or URI: " + e.getMessage() + ". Name another folder.", e);
    }
    return new StoreFolder(
        root, new SerializableConfiguration(spark.sessionState().newHadoopConf()));
  }

  /** Folder of the raw files. */
  String events() {
    return root + "/events";
  }

  /** Folder of a truth table. */
  String truth(String table) {
    return root + "/truth/" + table;
  }

  /** Folder of a table of attributes. */
  String attributes(String table) {
    return root + "/attributes/" + table;
  }

  /** Path of a day's raw file; the day counts from 0. */
  String rawFile(StoreDefinition definition, int day) {
    return events()
        + "/events-"
        + definition.firstDay().plusDays(day)
        + definition.format().suffix();
  }

  /**
   * Whether the folder holds this very store already, whole.
   *
   * @throws OutputFolderException where it holds anything else, but for what an interrupted run of
   *     the same definition left
   */
  boolean holds(StoreDefinition definition) {
    try {
      FileSystem files = files();
      Path path = new Path(root);
      FileStatus[] content = files.exists(path) ? files.listStatus(path) : new FileStatus[0];
      if (content.length == 0) {
        return false;
      }
      String asked = StoreProperties.write(definition);
      Optional<String> found = read(DEFINITION);
      if (found.isPresent() && found.get().equals(asked)) {
        return true;
      }
      if (found.isEmpty() && read(BEGUN).filter(asked::equals).isPresent()) {
        return false;
      }
      throw new OutputFolderException(
          "Cannot generate a store in "
              + root
              + ": the folder holds "
              + (found.isPresent()
                  ? "a store of another definition (see " + DEFINITION + " in it)"
                  : content.length + " other files or folders, " + content[0].getPath().getName())
              + ". Name another folder, or delete this one.");
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /** Notes which store is being written, and clears what an interrupted run of it left. */
  void begin(StoreDefinition definition) {
    try {
      files().delete(new Path(events()), true);
    } catch (IOException e) {
      throw unreadable(e);
    }
    write(BEGUN, StoreProperties.write(definition));
  }

  /** Notes that all of the store is there. */
  void complete(StoreDefinition definition) {
    write(DEFINITION, StoreProperties.write(definition));
    try {
      files().delete(new Path(root, BEGUN), false);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /**
   * The definition of the store that lies here.
   *
   * @throws OutputFolderException where none does
   */
  StoreDefinition readDefinition() {
    try {
      return StoreProperties.read(
          read(DEFINITION)
              .orElseThrow(
                  () ->
                      new OutputFolderException(
                          "There is no generated store in "
                              + root
                              + ": "
                              + DEFINITION
                              + " is missing. Run 'generate' first, or name its folder.")));
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /** A day's raw file, to be written anew. */
  Replacement replace(StoreDefinition definition, int day) throws IOException {
    Path target = new Path(rawFile(definition, day));
    Path written = new Path(target.getParent(), "." + target.getName() + "." + attempt());
    return new Replacement(files(), hadoop.value(), definition.format(), written, target);
  }

  /** A file that takes its name when it is whole; closed without a commit, it leaves nothing. */
  static final class Replacement implements Closeable {
    private final FileSystem files;
    private final Configuration hadoop;
    private final RawFormat format;
    private final Path written;
    private final Path target;

    private Replacement(
        FileSystem files, Configuration hadoop, RawFormat format, Path written, Path target) {
      this.files = files;
      this.hadoop = hadoop;
      this.format = format;
      this.written = written;
      this.target = target;
    }

    RawRows open() throws IOException {
      files.delete(written, false);
      return format == RawFormat.PARQUET
          ? ParquetRows.open(written, hadoop)
          : TextRows.open(files.create(written, true), format);
    }

    void commit() throws IOException {
      files.delete(target, false);
      if (!files.rename(written, target)) {
        throw new IOException("could not rename " + written + " to " + target);
      }
    }

    @Override
    public void close() throws IOException {
      files.delete(written, false);
    }
  }

  private static long attempt() {
    org.apache.spark.TaskContext task = org.apache.spark.TaskContext.get();
    return task == null ? 0 : task.taskAttemptId();
  }

  private Optional<String> read(String name) throws IOException {
    try (InputStream stream = files().open(new Path(root, name))) {
      return Optional.of(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
    } catch (FileNotFoundException e) {
      return Optional.empty();
    }
  }

  private void write(String name, String text) {
    try (OutputStream stream = files().create(new Path(root, name), true)) {
      stream.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private FileSystem files() throws IOException {
    return new Path(root).getFileSystem(hadoop.value());
  }

  private OutputFolderException unreadable(IOException cause) {
    return new OutputFolderException(
        "Cannot read or write the folder "
            + root
            + ": "
            + cause.getMessage()
            + ". Check the path and its permissions.",
        cause);
  }
}
