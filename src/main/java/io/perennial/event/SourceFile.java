package io.perennial.event;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Serializable;
import java.nio.charset.Charset;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.compress.CompressionCodec;
import org.apache.hadoop.io.compress.CompressionCodecFactory;

/**
 * A file to ingest.
 *
 * @param path with its file system
 * @param bytes length
 * @param modified modification time, milliseconds since 1970
 * @param digest SHA-256 of its bytes, hex
 * @param header names of a CSV file's columns; empty for other formats and for an empty file
 */
record SourceFile(String path, long bytes, long modified, String digest, List<String> header)
    implements Serializable {
  private static final int BUFFER = 1 << 16;

  SourceFile {
    header = List.copyOf(header);
  }

  /** What a file's name says it is. */
  static IngestOptions.Format format(String path, IngestOptions.Format declared) {
    if (declared != IngestOptions.Format.AUTO) {
      return declared;
    }
    String name = new Path(path).getName().toLowerCase(Locale.ROOT);
    for (String packed : List.of(".gz", ".bz2", ".zst")) {
      name = name.endsWith(packed) ? name.substring(0, name.length() - packed.length()) : name;
    }
    String extension = name.substring(name.lastIndexOf('.') + 1);
    return switch (extension) {
      case "csv", "tsv", "txt", "dat" -> IngestOptions.Format.CSV;
      case "json", "jsonl", "ndjson" -> IngestOptions.Format.JSON;
      case "parquet" -> IngestOptions.Format.PARQUET;
      default ->
          throw new UnreadableSourceException(
              "Cannot ingest "
                  + path
                  + ": its extension does not tell what it is. Set ingest.format to csv, json or"
                  + " parquet, or rename it to .csv, .jsonl or .parquet (.gz may follow).");
    };
  }

  /** The text of a file, unpacked where its extension says so. */
  static BufferedReader open(String path, Configuration configuration, Charset charset)
      throws IOException {
    Path file = new Path(path);
    InputStream stream = file.getFileSystem(configuration).open(file, BUFFER);
    CompressionCodec codec = new CompressionCodecFactory(configuration).getCodec(file);
    if (codec != null) {
      stream = codec.createInputStream(stream);
    }
    return new BufferedReader(new InputStreamReader(stream, charset), BUFFER);
  }

  /** SHA-256 of a file's bytes, hex. */
  static String digest(String path, Configuration configuration) throws IOException {
    Path file = new Path(path);
    FileSystem system = file.getFileSystem(configuration);
    MessageDigest sha = sha256();
    try (InputStream stream = system.open(file, BUFFER)) {
      byte[] buffer = new byte[BUFFER];
      for (int n = stream.read(buffer); n >= 0; n = stream.read(buffer)) {
        sha.update(buffer, 0, n);
      }
    }
    return HexFormat.of().formatHex(sha.digest());
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }
}
