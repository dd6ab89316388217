package io.perennial.airflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A chat on loopback that keeps what it is told. */
final class Webhook implements AutoCloseable {
  private final List<JsonNode> notices = new CopyOnWriteArrayList<>();
  private final HttpServer server;

  private Webhook(HttpServer server) {
    this.server = server;
  }

  static Webhook start() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    Webhook webhook = new Webhook(server);
    server.createContext(
        "/",
        exchange -> {
          webhook.notices.add(
              new ObjectMapper().readTree(exchange.getRequestBody().readAllBytes()));
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.start();
    return webhook;
  }

  /** What it was told, first to last. */
  List<JsonNode> notices() {
    return notices;
  }

  /** The connection {@code chat} as Airflow reads it from its environment. */
  AirflowHome knownTo(AirflowHome home) {
    return home.with(
        "AIRFLOW_CONN_CHAT",
        "{\"conn_type\": \"http\", \"schema\": \"http\", \"host\": \"127.0.0.1\", \"port\": "
            + server.getAddress().getPort()
            + "}");
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
