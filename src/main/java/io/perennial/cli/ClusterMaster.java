package io.perennial.cli;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The master that an application is given to, as in {@code spark.master}. Spark itself tries one
 * that is away for a minute and then dies of something else.
 */
record ClusterMaster(String name) {
  private static final int TIMEOUT_MILLIS = 5_000;
  private static final Pattern SERVER =
      Pattern.compile("(\\[[0-9a-fA-F:]+]|[^:/,\\[\\]]+):(\\d{1,5})");

  private record Server(String host, int port) {}

  /** Whether the application runs in this process alone. */
  boolean isLocal() {
    return name.startsWith("local");
  }

  /**
   * Opens a connection to one of the master's servers, {@value #TIMEOUT_MILLIS} milliseconds each
   * at most; does nothing where the master is found in other ways, as on YARN.
   *
   * @throws UsageException where the name is none of a master
   * @throws UnreachableMasterException where none of them answers
   */
  void requireAnswer() {
    List<Server> servers = servers();
    IOException last = null;
    for (Server server : servers) {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(server.host, server.port), TIMEOUT_MILLIS);
        return;
      } catch (IOException e) {
        last = e;
      }
    }
    if (last != null) {
      throw new UnreachableMasterException(
          "No master answers at "
              + name
              + " ("
              + last.getMessage()
              + "). Nothing was read or written. Check spark.master in the --conf file and that the"
              + " master runs, then run the same command again.",
          last);
    }
  }

  /** What to say where a master that answers still does not take the application. */
  UnreachableMasterException refused(RuntimeException cause) {
    return new UnreachableMasterException(
        "The master "
            + name
            + " did not take the application: "
            + (cause.getMessage() == null ? cause.getClass().getSimpleName() : firstLine(cause))
            + ". Nothing was read or written. Its log says why; a master of another Spark than this"
            + " one ("
            + org.apache.spark.package$.MODULE$.SPARK_VERSION()
            + ") does not understand us.",
        cause);
  }

  private static String firstLine(RuntimeException cause) {
    return cause.getMessage().strip().lines().findFirst().orElse("");
  }

  private List<Server> servers() {
    List<Server> servers = new ArrayList<>();
    if (name.startsWith("spark://")) {
      for (String part : name.substring("spark://".length()).split(",")) {
        servers.add(server(part));
      }
    } else if (name.startsWith("k8s://")) {
      String address = name.substring("k8s://".length()).replaceFirst("^https?://", "");
      String server = address.replaceFirst("/.*$", "");
      servers.add(server(SERVER.matcher(server).matches() ? server : server + ":443"));
    }
    return servers;
  }

  private Server server(String text) {
    Matcher matcher = SERVER.matcher(text);
    if (!matcher.matches() || Integer.parseInt(matcher.group(2)) > 65_535) {
      throw new UsageException(
          "spark.master must be local[N], spark://HOST:PORT, yarn or k8s://https://HOST:PORT, got "
              + name
              + ".");
    }
    return new Server(matcher.group(1), Integer.parseInt(matcher.group(2)));
  }
}
