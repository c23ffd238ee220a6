package fr.carnet.access;

import com.fasterxml.jackson.databind.JsonNode;
import fr.carnet.access.deciding.AccessRule;
import fr.carnet.access.deciding.Policies;
import fr.carnet.access.deciding.Policy;
import fr.carnet.access.deciding.Policy.Sight;
import fr.carnet.access.deciding.RuleText;
import fr.carnet.events.Wire;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The dated rules as a file: policies, the table of rules, and the matrices of professions by types
 * of documents. A cell of a matrix is {@code R} (every type of the class, those to come too),
 * {@code –} (none), or the list of the types that show. Every date in it is that of a policy, so
 * that a policy's version says all that holds under it. Whatever is wrong is told at once, each
 * with its field.
 */
public final class PolicyFile {
  private static final String ALL = "R";
  private static final String NONE = "–";

  private final List<String> faults = new ArrayList<>();
  private final JsonNode root;

  /** From which policy on, and until which, something holds. */
  private record Period(Instant from, Optional<Instant> until) {
    boolean holdsAt(Instant instant) {
      return !from.isAfter(instant) && until.map(instant::isBefore).orElse(true);
    }
  }

  private record Matrix(Period period, Map<String, Sight> professions) {}

  private PolicyFile(JsonNode root) {
    this.root = root;
  }

  /** A file that says something wrong; its text names each field and the reason. */
  public static final class Wrong extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Wrong(List<String> faults) {
      super("the policy file is wrong: " + String.join("; ", faults));
    }
  }

  /**
   * The policies in a file.
   *
   * @throws Wrong when it does not say all that a decision may need
   */
  public static Policies read(byte[] json) {
    try {
      return new PolicyFile(Wire.JSON.readTree(json)).policies();
    } catch (IOException e) {
      throw new Wrong(List.of("it is not JSON"));
    }
  }

  private Policies policies() {
    Map<String, Instant> versions = versions();
    Set<Instant> dates = Set.copyOf(versions.values());
    Map<String, String> classOfType = types(classes());
    List<RuleText> rules = rules(dates);
    List<Matrix> matrices = matrices(dates, classOfType);
    for (Instant date : dates.stream().sorted().toList()) {
      long found = matrices.stream().filter(matrix -> matrix.period().holdsAt(date)).count();
      if (found != 1) {
        fault("matrices", found + " hold at " + date + " instead of one");
      }
      // What ends every matter: without it somebody is neither let in nor refused.
      if (rules.stream()
          .noneMatch(rule -> rule.rule() == AccessRule.NO_STANDING && rule.isInForceAt(date))) {
        fault("rules", "NO_STANDING does not hold at " + date);
      }
    }
    if (!faults.isEmpty()) {
      throw new Wrong(faults);
    }
    Sight everything = new Sight(Set.copyOf(classOfType.values()), classOfType.keySet());
    return new Policies(
        versions.entrySet().stream()
            .map(entry -> policy(entry.getKey(), entry.getValue(), rules, everything, matrices))
            .toList(),
        rules);
  }

  private static Policy policy(
      String version, Instant from, List<RuleText> rules, Sight everything, List<Matrix> matrices) {
    return new Policy(
        version,
        from,
        rules.stream().filter(rule -> rule.isInForceAt(from)).map(RuleText::rule).toList(),
        everything,
        matrices.stream()
            .filter(matrix -> matrix.period().holdsAt(from))
            .findFirst()
            .orElseThrow()
            .professions());
  }

  /** Version → from when on; oldest first. */
  private Map<String, Instant> versions() {
    Map<String, Instant> versions = new LinkedHashMap<>();
    JsonNode list = root.path("policies");
    if (!list.isArray() || list.isEmpty()) {
      fault("policies", "is not a list of at least one policy");
    }
    Instant last = Instant.MIN;
    for (int i = 0; i < list.size(); i++) {
      String field = "policies[" + i + "]";
      String version = text(list.get(i), "version", field);
      Instant from = instant(list.get(i), "validFrom", field).orElse(last);
      if (versions.putIfAbsent(version, from) != null) {
        fault(field + ".version", "is that of another policy");
      }
      if (!from.isAfter(last)) {
        fault(field + ".validFrom", "is not after the policy before");
      }
      last = from;
    }
    return versions;
  }

  private Set<String> classes() {
    Set<String> classes = new HashSet<>();
    root.path("classes").fieldNames().forEachRemaining(classes::add);
    if (classes.isEmpty()) {
      fault("classes", "names no class");
    }
    return classes;
  }

  private Map<String, String> types(Set<String> classes) {
    Map<String, String> types = new HashMap<>();
    root.path("types")
        .fields()
        .forEachRemaining(
            type -> {
              String field = "types." + type.getKey();
              String of = text(type.getValue(), "class", field);
              text(type.getValue(), "name", field);
              if (!classes.contains(of)) {
                fault(field + ".class", "is no class of this file");
              }
              types.put(type.getKey(), of);
            });
    for (String of : classes.stream().sorted().toList()) {
      if (!types.containsValue(of)) {
        fault("classes." + of, "has no type");
      }
    }
    return types;
  }

  private List<RuleText> rules(Set<Instant> dates) {
    List<RuleText> rules = new ArrayList<>();
    JsonNode list = root.path("rules");
    for (int i = 0; i < list.size(); i++) {
      String field = "rules[" + i + "]";
      JsonNode rule = list.get(i);
      Period period = period(rule, field, dates);
      String english = text(rule, "english", field);
      String french = text(rule, "french", field);
      String source = text(rule, "source", field);
      Optional<AccessRule> code = code(text(rule, "code", field));
      if (code.isEmpty()) {
        fault(field + ".code", "is no rule that this service knows");
        continue;
      }
      if (rules.stream().anyMatch(earlier -> earlier.rule() == code.get())) {
        fault(field + ".code", "is there twice");
      }
      rules.add(new RuleText(code.get(), period.from(), period.until(), english, french, source));
    }
    for (AccessRule code : AccessRule.values()) {
      if (rules.stream().noneMatch(rule -> rule.rule() == code)) {
        fault("rules", "lacks " + code);
      }
    }
    // Bars end the matter, so that the order is part of what the rules mean.
    rules.sort(Comparator.comparing(RuleText::rule));
    return rules;
  }

  private static Optional<AccessRule> code(String text) {
    for (AccessRule rule : AccessRule.values()) {
      if (rule.name().equals(text)) {
        return Optional.of(rule);
      }
    }
    return Optional.empty();
  }

  private List<Matrix> matrices(Set<Instant> dates, Map<String, String> classOfType) {
    List<Matrix> matrices = new ArrayList<>();
    JsonNode list = root.path("matrices");
    for (int i = 0; i < list.size(); i++) {
      String field = "matrices[" + i + "]";
      Period period = period(list.get(i), field, dates);
      text(list.get(i), "source", field);
      Map<String, Sight> professions = new HashMap<>();
      list.get(i)
          .path("professions")
          .fields()
          .forEachRemaining(
              row ->
                  professions.put(
                      row.getKey(),
                      sight(row.getValue(), field + ".professions." + row.getKey(), classOfType)));
      if (professions.isEmpty()) {
        fault(field + ".professions", "names no profession");
      }
      matrices.add(new Matrix(period, professions));
    }
    return matrices;
  }

  private Sight sight(JsonNode row, String field, Map<String, String> classOfType) {
    Set<String> whole = new HashSet<>();
    Set<String> types = new HashSet<>();
    Set<String> classes = Set.copyOf(classOfType.values());
    row.fieldNames()
        .forEachRemaining(
            of -> {
              if (!classes.contains(of)) {
                fault(field + "." + of, "is no class of this file");
              }
            });
    for (String of : classes.stream().sorted().toList()) {
      String cellField = field + "." + of;
      JsonNode cell = row.path(of);
      Set<String> ofClass =
          classOfType.entrySet().stream()
              .filter(type -> type.getValue().equals(of))
              .map(Map.Entry::getKey)
              .collect(Collectors.toSet());
      if (cell.isArray() && !cell.isEmpty()) {
        for (JsonNode type : cell) {
          if (!ofClass.contains(type.asText())) {
            fault(cellField, "names a type that is not of this class: " + type.asText());
          }
          types.add(type.asText());
        }
      } else if (cell.asText().equals(ALL)) {
        whole.add(of);
        types.addAll(ofClass);
      } else if (!cell.asText().equals(NONE)) {
        fault(cellField, "is neither R nor – nor a list of types");
      }
    }
    return new Sight(whole, types);
  }

  private Period period(JsonNode node, String field, Set<Instant> dates) {
    Optional<Instant> from = instant(node, "validFrom", field);
    Optional<Instant> until =
        node.has("validUntil") ? instant(node, "validUntil", field) : Optional.empty();
    from.filter(date -> !dates.contains(date))
        .ifPresent(_ -> fault(field + ".validFrom", "is not when a policy begins"));
    until
        .filter(date -> !dates.contains(date))
        .ifPresent(_ -> fault(field + ".validUntil", "is not when a policy begins"));
    if (from.isPresent() && until.isPresent() && !from.get().isBefore(until.get())) {
      fault(field + ".validUntil", "is not after validFrom");
    }
    return new Period(from.orElse(Instant.MIN), until);
  }

  private Optional<Instant> instant(JsonNode node, String name, String field) {
    try {
      return Optional.of(Instant.parse(node.path(name).asText()));
    } catch (DateTimeException e) {
      fault(field + "." + name, "is no instant, e.g. 2018-11-05T23:00:00Z");
      return Optional.empty();
    }
  }

  private String text(JsonNode node, String name, String field) {
    String text = node.path(name).asText("");
    if (text.isBlank()) {
      fault(field + "." + name, "is missing");
    }
    return text;
  }

  private void fault(String field, String reason) {
    faults.add(field + " " + reason);
  }
}
