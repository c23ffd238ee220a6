package fr.carnet.local;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import fr.carnet.platform.Clients;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * The services as any client uses them: HTTP, JSON and a token. Thread-safe. What gets no answer is
 * an {@link UncheckedIOException}.
 */
public final class Api implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String BOUNDARY = "carnet-boundary";

  private final HttpClient client = Clients.http().build();

  /**
   * What came back.
   *
   * @param json missing where the body is no JSON
   */
  public record Answer(int status, JsonNode json) {
    /** The code of a problem document, empty where there is none. */
    public String code() {
      return json.path("code").asText("");
    }

    /** A problem as people can go by it: status, code, and what to do about it. */
    String told() {
      String detail = json.path("detail").asText("");
      return status
          + (code().isEmpty() ? "" : " " + code())
          + (detail.isEmpty() ? "." : ": " + detail);
    }

    /** For messages; says nothing that was read. */
    @Override
    public String toString() {
      return "status " + status + (code().isEmpty() ? "" : " " + code());
    }
  }

  /** Asks for something. */
  public Answer get(URI address, String token) {
    return send(request(address, token).GET());
  }

  /** Ends something. */
  public Answer delete(URI address, String token) {
    return send(request(address, token).DELETE());
  }

  /** Sends JSON. */
  public Answer post(URI address, String token, Map<String, ?> body) {
    return post(address, token, body, Optional.empty());
  }

  /** Sends JSON to where it belongs. */
  public Answer put(URI address, String token, Map<String, ?> body) {
    return send(
        request(address, token)
            .header("Content-Type", "application/json")
            .PUT(HttpRequest.BodyPublishers.ofByteArray(bytes(body))));
  }

  /** Sends a command without a body that takes its time. */
  public Answer post(URI address, String token, Duration patience) {
    return send(
        request(address, token).timeout(patience).POST(HttpRequest.BodyPublishers.noBody()));
  }

  /** Sends JSON that may be sent again under the same key. */
  public Answer post(
      URI address, String token, Map<String, ?> body, Optional<String> idempotencyKey) {
    HttpRequest.Builder request = request(address, token);
    idempotencyKey.ifPresent(key -> request.header("Idempotency-Key", key));
    return send(
        request
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(bytes(body))));
  }

  private static byte[] bytes(Map<String, ?> body) {
    try {
      return JSON.writeValueAsBytes(body);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends a file, with what is said of it. */
  public Answer postFile(
      URI address, String token, Map<String, ?> metadata, String mediaType, byte[] file) {
    return send(
        request(address, token)
            .header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY)
            .POST(
                HttpRequest.BodyPublishers.concat(
                    part("metadata", "application/json"),
                    HttpRequest.BodyPublishers.ofByteArray(bytes(metadata)),
                    part("file\"; filename=\"file", mediaType),
                    HttpRequest.BodyPublishers.ofByteArray(file),
                    HttpRequest.BodyPublishers.ofString("\r\n--" + BOUNDARY + "--\r\n"))));
  }

  private static HttpRequest.BodyPublisher part(String name, String mediaType) {
    return HttpRequest.BodyPublishers.ofString(
        "\r\n--%s\r\nContent-Disposition: form-data; name=\"%s\"\r\nContent-Type: %s\r\n\r\n"
            .formatted(BOUNDARY, name, mediaType));
  }

  /** Sends lines of JSON. */
  public Answer postLines(URI address, String token, byte[] lines) {
    return postLines(address, token, lines, Optional.empty());
  }

  /** Sends lines of JSON that may be encoded, as with gzip. */
  public Answer postLines(URI address, String token, byte[] lines, Optional<String> encoding) {
    HttpRequest.Builder request = request(address, token);
    encoding.ifPresent(name -> request.header("Content-Encoding", name));
    return send(
        request
            .header("Content-Type", "application/x-ndjson")
            .POST(HttpRequest.BodyPublishers.ofByteArray(lines)));
  }

  private static HttpRequest.Builder request(URI address, String token) {
    return HttpRequest.newBuilder(address)
        .timeout(PATIENCE)
        .header("Authorization", "Bearer " + token);
  }

  private Answer send(HttpRequest.Builder request) {
    try {
      HttpResponse<byte[]> response =
          client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      return new Answer(response.statusCode(), json(response.body()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static JsonNode json(byte[] body) {
    try {
      return body.length == 0 ? MissingNode.getInstance() : JSON.readTree(body);
    } catch (IOException e) {
      return MissingNode.getInstance();
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
