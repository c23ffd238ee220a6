package fr.carnet.testkit;

import static java.util.stream.Collectors.toList;

import com.fasterxml.jackson.databind.JsonNode;
import fr.carnet.events.Wire;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What every endpoint answers to every role in every situation, written by hand in a file:
 *
 * <pre>
 * GET /dossiers/{dossierId}/access
 *   patient  200 403:NO_STANDING 403:NO_STANDING 403:NO_STANDING 403:NO_STANDING 403:NO_STANDING
 *   *        403:ROLE_MISSING
 * </pre>
 *
 * One outcome for each {@link Situation} in its order, or one for all; a line may be of several
 * roles, {@code a,b}; {@code *} is every role that has no line of its own. {@code #} begins a
 * remark. The API document is used only to find what is missing.
 */
public final class EndpointMatrix {
  /** Who has no token; without a line of its own refused by every endpoint. */
  public static final String NOBODY = "nobody";

  private static final List<Outcome> NO_TOKEN =
      List.of(new Outcome(401, "TOKEN_MISSING_OR_INVALID"));
  private static final String OTHERS = "*";

  /** What a party that is barred may be answered. */
  private static final Set<Integer> REFUSED = Set.of(401, 403, 404);

  /** No cell says so: the machine was busy, and whoever reads the answer asks again. */
  private static final int UNAVAILABLE = 503;

  private static final Duration LONGEST = Duration.ofSeconds(30);
  private static final int PATIENCE = 4;

  /** Many wait for the full step of time at which refusals are told. */
  private static final int AT_ONCE = 64;

  private static final System.Logger LOG = System.getLogger(EndpointMatrix.class.getName());
  private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch");

  private final Map<String, Map<String, List<Outcome>>> rows = new LinkedHashMap<>();

  /** What the dossier that is asked about is to the one who asks. */
  public enum Situation {
    /** The caller's own, if the caller is a patient. */
    OWN,
    /** Of somebody whom the calling patient represents. */
    REPRESENTED,
    /** Somebody else's, who granted access to the calling professional. */
    GRANTED,
    /** Somebody else's, who granted access and then blocked. */
    BLOCKED,
    /** Somebody else's, whose grant has expired. */
    EXPIRED,
    /** There is no such dossier. */
    UNKNOWN
  }

  /**
   * An answer.
   *
   * @param code of the problem; empty: there is none, or it does not matter
   */
  public record Outcome(int status, String code) {
    static Outcome of(String text) {
      String[] parts = text.split(":", 2);
      return new Outcome(Integer.parseInt(parts[0]), parts.length > 1 ? parts[1] : "");
    }
  }

  /** One expectation. */
  public record Cell(
      String method, String path, String role, Situation situation, Outcome outcome) {
    /** As it stands in the table. */
    public String endpoint() {
      return method + " " + path;
    }
  }

  /**
   * What a cell sends.
   *
   * @param path with all its places filled, and its query
   * @param token of somebody else in the same role, where it must be
   */
  public record Request(String path, String contentType, byte[] body, Optional<String> token) {
    /** With this JSON. */
    public static Request json(String path, String json) {
      return new Request(
          path, "application/json", json.getBytes(StandardCharsets.UTF_8), Optional.empty());
    }

    /** The same of somebody else. */
    public Request with(String token) {
      return new Request(path, contentType, body, Optional.of(token));
    }
  }

  /**
   * What a cell was answered.
   *
   * @param body byte for byte, as ISO 8859-1: a file is looked through as JSON is
   */
  public record Answer(Cell cell, Outcome outcome, String body) {
    /** Whether it tells one of these, as UTF-8. */
    public boolean tells(List<String> canaries) {
      return canaries.stream()
          .map(
              text ->
                  new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1))
          .anyMatch(body::contains);
    }

    @Override
    public String toString() {
      return cell + " but was " + outcome;
    }
  }

  private EndpointMatrix() {}

  /** The table in a resource of the test's class path. */
  public static EndpointMatrix read(Class<?> test, String resource) {
    try (InputStream text = test.getResourceAsStream(resource)) {
      EndpointMatrix matrix = new EndpointMatrix();
      matrix.parse(new String(text.readAllBytes(), StandardCharsets.UTF_8));
      return matrix;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void parse(String text) {
    Map<String, List<Outcome>> current = new LinkedHashMap<>();
    for (String line : text.lines().map(each -> each.replaceFirst("#.*", "")).toList()) {
      if (line.isBlank()) {
        continue;
      }
      if (!line.startsWith(" ")) {
        current = new LinkedHashMap<>();
        if (rows.put(line.strip(), current) != null) {
          throw new IllegalStateException("twice: " + line);
        }
        continue;
      }
      List<String> words = Arrays.asList(line.strip().split(" +"));
      List<Outcome> outcomes = words.subList(1, words.size()).stream().map(Outcome::of).toList();
      if (outcomes.size() != 1 && outcomes.size() != Situation.values().length) {
        throw new IllegalStateException("one outcome, or one for each situation: " + line);
      }
      for (String role : words.getFirst().split(",", -1)) {
        if (current.put(role, outcomes) != null) {
          throw new IllegalStateException("twice: " + line);
        }
      }
    }
  }

  /** Every cell, of these roles. */
  public List<Cell> cells(Collection<String> roles) {
    List<Cell> cells = new ArrayList<>();
    rows.forEach(
        (endpoint, ofRoles) -> {
          String[] parts = endpoint.split(" +", 2);
          for (String role : roles) {
            List<Outcome> outcomes =
                ofRoles.getOrDefault(role, role.equals(NOBODY) ? NO_TOKEN : ofRoles.get(OTHERS));
            int place = 0;
            for (Situation situation : Situation.values()) {
              cells.add(
                  new Cell(
                      parts[0],
                      parts[1],
                      role,
                      situation,
                      outcomes.get(outcomes.size() == 1 ? 0 : place)));
              place++;
            }
          }
        });
    return cells;
  }

  /**
   * Calls every cell of these roles. A role's cells about one dossier follow each other in the
   * order of the table, and so do those about none; the others are called beside them.
   *
   * @param tokens by role; {@link #NOBODY} has none
   * @param asking what a cell sends
   */
  public List<Answer> answers(
      URI service, Map<String, String> tokens, Function<Cell, Request> asking)
      throws ExecutionException, InterruptedException {
    Map<List<String>, List<Cell>> rounds =
        cells(tokens.keySet()).stream()
            .collect(Collectors.groupingBy(EndpointMatrix::round, LinkedHashMap::new, toList()));
    List<Answer> answers = new ArrayList<>();
    try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
      List<Future<List<Answer>>> running = new ArrayList<>();
      for (List<Cell> round : rounds.values()) {
        running.add(
            threads.submit(
                () -> {
                  List<Answer> ofRound = new ArrayList<>();
                  for (Cell cell : round) {
                    String token = tokens.get(cell.role());
                    ofRound.add(answer(client, service, token, cell, asking.apply(cell)));
                  }
                  return ofRound;
                }));
      }
      for (Future<List<Answer>> round : running) {
        answers.addAll(round.get());
      }
    }
    return answers;
  }

  private static List<String> round(Cell cell) {
    return cell.path().contains("{dossierId}")
        ? List.of(cell.role(), cell.situation().name())
        : List.of(cell.role());
  }

  private static Answer answer(
      HttpClient client, URI service, String ofRole, Cell cell, Request asked)
      throws IOException, InterruptedException {
    String token = asked.token().orElse(ofRole);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(service.resolve(asked.path()))
            .method(cell.method(), BodyPublishers.ofByteArray(asked.body()))
            .header("Content-Type", asked.contentType());
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    HttpResponse<byte[]> answer = sent(client, request.build());
    long since = System.nanoTime();
    while (answer.statusCode() == UNAVAILABLE && System.nanoTime() - since < LONGEST.toNanos()) {
      Thread.sleep(100);
      answer = sent(client, request.build());
    }
    boolean problem =
        answer
            .headers()
            .firstValue("Content-Type")
            .orElse("")
            .startsWith("application/problem+json");
    return new Answer(
        cell,
        new Outcome(
            answer.statusCode(),
            problem ? Wire.JSON.readTree(answer.body()).path("code").asText() : ""),
        new String(answer.body(), StandardCharsets.ISO_8859_1));
  }

  /**
   * After a refused file the connection is closed, and a request that was to follow on it fails.
   */
  private static HttpResponse<byte[]> sent(HttpClient client, HttpRequest request)
      throws IOException, InterruptedException {
    for (int i = 1; i < PATIENCE; i++) {
      try {
        return client.send(request, HttpResponse.BodyHandlers.ofByteArray());
      } catch (IOException e) {
        LOG.log(Level.DEBUG, "asked again", e);
      }
    }
    return client.send(request, HttpResponse.BodyHandlers.ofByteArray());
  }

  /** Answers that are not as written down, and refusals that tell content. */
  public static List<Answer> wrong(List<Answer> answers, List<String> canaries) {
    return answers.stream()
        .filter(
            answer ->
                !answer.outcome().equals(answer.cell().outcome())
                    || (answer.outcome().status() >= 400 && answer.tells(canaries)))
        .toList();
  }

  /** Who was told content by which endpoint, as {@code role METHOD path}. */
  public static Set<String> told(List<Answer> answers, List<String> canaries) {
    return answers.stream()
        .filter(answer -> answer.tells(canaries))
        .map(answer -> answer.cell().role() + " " + answer.cell().endpoint())
        .collect(Collectors.toSet());
  }

  /**
   * What parties that are barred were answered and should not have been: anything but a refusal,
   * and content in whatever answer.
   *
   * @param harmless endpoints that give nothing of a dossier: an occupational doctor may feed it
   */
  public static List<Answer> given(
      List<Answer> answers, Set<String> harmless, List<String> canaries) {
    return answers.stream()
        .filter(
            answer ->
                answer.tells(canaries)
                    || (!REFUSED.contains(answer.outcome().status())
                        && !harmless.contains(answer.cell().endpoint())))
        .toList();
  }

  /** The names of these and {@link #NOBODY}. */
  @SafeVarargs
  public static List<String> roles(Map<String, String>... tokens) {
    return Stream.concat(
            Stream.of(NOBODY), Arrays.stream(tokens).flatMap(some -> some.keySet().stream()))
        .toList();
  }

  /**
   * What the table and an API document do not agree on: endpoints without rows, rows without an
   * endpoint, roles that an endpoint has no line for.
   *
   * @param openApi the document as JSON
   */
  public Set<String> faults(String openApi, Collection<String> roles) {
    Set<String> documented = documented(openApi);
    Set<String> faults = new TreeSet<>();
    documented.stream()
        .filter(endpoint -> !rows.containsKey(endpoint))
        .forEach(endpoint -> faults.add("no rows for " + endpoint));
    rows.forEach(
        (endpoint, ofRoles) -> {
          if (!documented.contains(endpoint)) {
            faults.add("no such endpoint: " + endpoint);
          }
          roles.stream()
              .filter(role -> !ofRoles.containsKey(role) && !ofRoles.containsKey(OTHERS))
              .forEach(role -> faults.add("no line for " + role + ": " + endpoint));
        });
    return faults;
  }

  private static Set<String> documented(String openApi) {
    Set<String> endpoints = new TreeSet<>();
    try {
      JsonNode paths = Wire.JSON.readTree(openApi).path("paths");
      paths
          .fields()
          .forEachRemaining(
              path ->
                  path.getValue()
                      .fieldNames()
                      .forEachRemaining(
                          method -> {
                            if (METHODS.contains(method)) {
                              endpoints.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey());
                            }
                          }));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return endpoints;
  }
}
