package io.perennial.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;

/**
 * A name node and a data node of Hadoop's own on loopback, in a process of their own, with a class
 * path that has nothing of ours.
 */
final class HdfsServer implements AutoCloseable {
  private static final long SECONDS = 90;
  private final Process process;
  private final URI root;

  /**
   * @param folder empty, for its blocks and its log
   */
  HdfsServer(Path folder) throws Exception {
    Path details = folder.resolve("details.json");
    Path log = folder.resolve("hdfs.log");
    List<String> command =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath(),
                "org.apache.hadoop.mapreduce.MiniHadoopClusterManager"));
    command.addAll(List.of("-nomr", "-format", "-nnport", "0", "-datanodes", "1"));
    command.addAll(List.of("-D", "hdfs.minidfs.basedir=" + folder.resolve("blocks")));
    command.addAll(List.of("-D", "dfs.replication=1", "-writeDetails", details.toString()));
    process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (!Files.exists(details) || Files.readString(details).isBlank()) {
      if (System.nanoTime() > end || !process.isAlive()) {
        close();
        throw new TimeoutException("HDFS did not start: " + Files.readString(log));
      }
      process.waitFor(100, TimeUnit.MILLISECONDS);
    }
    root =
        URI.create(
            "hdfs://127.0.0.1:"
                + new ObjectMapper()
                    .readTree(Files.readString(details))
                    .get("namenode_port")
                    .asInt());
  }

  private static String classPath() throws IOException {
    try (Stream<Path> ours = Files.list(Path.of("target", "lib"));
        Stream<Path> system = Files.list(Path.of("target", "system-lib"))) {
      return Stream.concat(
              system.filter(jar -> named(jar, "hadoop-client-minicluster", "junit")),
              ours.filter(
                  jar -> named(jar, "hadoop-client-", "slf4j-", "jcl-over", "log4j", "snappy-")))
          .map(jar -> jar.toAbsolutePath().toString())
          .collect(Collectors.joining(java.io.File.pathSeparator));
    }
  }

  private static boolean named(Path jar, String... beginnings) {
    return Stream.of(beginnings).anyMatch(jar.getFileName().toString()::startsWith);
  }

  /** {@code hdfs://HOST:PORT}. */
  String root() {
    return root.toString();
  }

  /** A client of it. */
  FileSystem client() throws IOException {
    return FileSystem.newInstance(root, new Configuration());
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
