package fr.carnet.local.probing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Requests with a token, and their answers as JSON. Thread-safe. */
public final class Http implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(2))
          .build();

  /**
   * What came back.
   *
   * @param body missing where it is no JSON
   */
  public record Answer(int status, JsonNode body) {
    /** The code of a problem document, empty where there is none. */
    public String code() {
      return body.path("code").asText("");
    }

    /** For messages; says nothing that was read. */
    @Override
    public String toString() {
      return "status " + status + (code().isEmpty() ? "" : " " + code());
    }
  }

  /** Asks for something. */
  public Answer get(URI address, String token) throws IOException {
    return send(request(address, token).GET());
  }

  /** Ends something. */
  public Answer delete(URI address, String token) throws IOException {
    return send(request(address, token).DELETE());
  }

  /** Sends JSON. */
  public Answer post(URI address, String token, Map<String, ?> body) throws IOException {
    return post(address, token, body, Optional.empty());
  }

  /** Sends JSON that may be sent again under the same key. */
  public Answer post(
      URI address, String token, Map<String, ?> body, Optional<String> idempotencyKey)
      throws IOException {
    HttpRequest.Builder request = request(address, token);
    idempotencyKey.ifPresent(key -> request.header("Idempotency-Key", key));
    return send(
        request
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body))));
  }

  /** Sends lines of JSON. */
  public Answer postLines(URI address, String token, byte[] lines) throws IOException {
    return send(
        request(address, token)
            .header("Content-Type", "application/x-ndjson")
            .POST(HttpRequest.BodyPublishers.ofByteArray(lines)));
  }

  private static HttpRequest.Builder request(URI address, String token) {
    return HttpRequest.newBuilder(address)
        .timeout(PATIENCE)
        .header("Authorization", "Bearer " + token);
  }

  private Answer send(HttpRequest.Builder request) throws IOException {
    try {
      HttpResponse<byte[]> response =
          client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      return new Answer(response.statusCode(), json(response.body()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static JsonNode json(byte[] body) throws IOException {
    try {
      return body.length == 0 ? MissingNode.getInstance() : JSON.readTree(body);
    } catch (JsonProcessingException e) {
      return MissingNode.getInstance();
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
