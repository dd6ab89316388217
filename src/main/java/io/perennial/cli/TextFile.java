package io.perennial.cli;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.deploy.SparkHadoopUtil;

/**
 * A small text that a command is given by name: a path of this machine, or a URI of any Hadoop file
 * system, which is read with the settings of Spark ({@code spark.hadoop.…}).
 */
record TextFile(String name) {
  private static final Pattern URI = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:/.*");
  private static final int MAXIMAL_BYTES = 256 << 20;

  /** Whether the name says on which file system it lies. */
  boolean isUri() {
    return URI.matcher(name).matches();
  }

  /**
   * The content.
   *
   * @param option that names the file, for messages
   * @throws UsageException where it cannot be read, is longer than 256 MB or no UTF-8
   */
  String content(String option) {
    try {
      Path path = isUri() ? new Path(name) : new Path(java.nio.file.Path.of(name).toUri());
      FileSystem system = path.getFileSystem(SparkHadoopUtil.get().conf());
      if (system.getFileStatus(path).getLen() > MAXIMAL_BYTES) {
        throw cannot(option, "it is longer than " + MAXIMAL_BYTES + " bytes", null);
      }
      byte[] bytes;
      try (InputStream in = system.open(path)) {
        bytes = in.readAllBytes();
      }
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (FileNotFoundException e) {
      boolean denied = e.getMessage() != null && e.getMessage().contains("Permission denied");
      throw cannot(option, denied ? "this user may not read it" : "there is no such file", e);
    } catch (CharacterCodingException e) {
      throw cannot(option, "it is no text in UTF-8", e);
    } catch (IOException | IllegalArgumentException e) {
      throw cannot(
          option, String.valueOf(e.getMessage()).strip().lines().findFirst().orElse(""), e);
    }
  }

  private UsageException cannot(String option, String why, Exception cause) {
    return new UsageException("Cannot read " + name + " (" + option + "): " + why + ".", cause);
  }
}
