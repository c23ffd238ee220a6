package fr.carnet.testkit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.function.Function;

/**
 * Stands in for the other services of the suite, over real HTTP: a test says what each address
 * answers. Addresses that nobody set answer 503, as a service that is down would.
 */
public final class Neighbours {
  private static final Map<String, Function<Request, Answer>> ANSWERS = new ConcurrentHashMap<>();
  private static final HttpServer SERVER = start();

  private Neighbours() {}

  /** What a service asked. */
  public record Request(String method, String path, String body) {}

  /** What it is told. */
  public record Answer(int status, String json) {
    /** None: the connection ends instead, as that of a service that is killed does. */
    public static final Answer HUNG_UP = new Answer(0, "");

    /** 200 with this JSON. */
    public static Answer ok(String json) {
      return new Answer(200, json);
    }
  }

  /** Where the neighbours are. */
  public static String url() {
    return "http://127.0.0.1:" + SERVER.getAddress().getPort();
  }

  /** Answers requests whose path starts with this; the longest prefix wins. */
  public static void answer(String pathPrefix, Function<Request, Answer> answer) {
    ANSWERS.put(pathPrefix, answer);
  }

  /** Forgets every answer: all neighbours are down. */
  public static void forgetAll() {
    ANSWERS.clear();
  }

  private static HttpServer start() {
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.createContext("/", Neighbours::handle);
      server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
      server.start();
      Runtime.getRuntime().addShutdownHook(new Thread(() -> server.stop(0)));
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void handle(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    Answer answer =
        path.equals("/token")
            ? Answer.ok("{\"access_token\":\"test\",\"token_type\":\"Bearer\",\"expires_in\":3600}")
            : ANSWERS.entrySet().stream()
                .filter(entry -> path.startsWith(entry.getKey()))
                .max(Map.Entry.comparingByKey((a, b) -> a.length() - b.length()))
                .map(
                    entry ->
                        entry
                            .getValue()
                            .apply(new Request(exchange.getRequestMethod(), path, body)))
                .orElse(new Answer(503, "{}"));
    if (answer.equals(Answer.HUNG_UP)) {
      throw new IOException("hung up, as a test wants it");
    }
    byte[] bytes = answer.json().getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }
}
