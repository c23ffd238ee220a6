package fr.carnet.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;

/** The services as any client uses them: HTTP, JSON and a token. */
public final class Api {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final HttpClient http = HttpClient.newHttpClient();

  /**
   * An answer.
   *
   * @param json empty object when there is no body
   */
  public record Answer(int status, JsonNode json) {
    /** The stable code of a problem document, or nothing. */
    public String code() {
      return json.path("code").asText();
    }
  }

  /** Reads. */
  public Answer get(URI service, String path, String token) {
    return send("GET", service, path, token, Map.of(), "");
  }

  /** Sends JSON. */
  public Answer post(URI service, String path, String token, Map<String, ?> body) {
    try {
      return send(
          "POST",
          service,
          path,
          token,
          Map.of("Content-Type", "application/json"),
          JSON.writeValueAsString(body));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Takes something back. */
  public Answer delete(URI service, String path, String token) {
    return send("DELETE", service, path, token, Map.of(), "");
  }

  /** Any request. */
  public Answer send(
      String method,
      URI service,
      String path,
      String token,
      Map<String, String> headers,
      String body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(service.resolve(path))
            .timeout(PATIENCE)
            .header("Authorization", "Bearer " + token)
            .method(
                method,
                body.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    headers.forEach(request::header);
    try {
      HttpResponse<byte[]> response =
          http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      return new Answer(
          response.statusCode(),
          response.body().length == 0 ? JSON.createObjectNode() : JSON.readTree(response.body()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
