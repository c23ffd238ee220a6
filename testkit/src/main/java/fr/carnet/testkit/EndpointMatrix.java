package fr.carnet.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import fr.carnet.events.Wire;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What every endpoint answers to every role in every situation, written by hand in a file:
 *
 * <pre>
 * GET /dossiers/{dossierId}/access
 *   patient  200 403:NO_STANDING 403:NO_STANDING 403:NO_STANDING 403:NO_STANDING 403:NO_STANDING
 *   *        403:ROLE_MISSING
 * </pre>
 *
 * One outcome for each {@link Situation} in its order, or one for all; {@code *} is every role that
 * has no line of its own. {@code #} begins a remark. The API document is used only to find what is
 * missing.
 */
public final class EndpointMatrix {
  /** Who has no token; without a line of its own refused by every endpoint. */
  public static final String NOBODY = "nobody";

  private static final List<Outcome> NO_TOKEN =
      List.of(new Outcome(401, "TOKEN_MISSING_OR_INVALID"));
  private static final String OTHERS = "*";
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
      String method, String path, String role, Situation situation, Outcome outcome) {}

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
      current.put(words.getFirst(), outcomes);
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
