package fr.carnet.local.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import fr.carnet.billing.reckoning.Counts;
import fr.carnet.billing.reckoning.KnownCodes;
import fr.carnet.events.Paris;
import fr.carnet.local.Api;
import fr.carnet.local.Service;
import fr.carnet.local.Suite;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Ingest as it speaks to who sends: its rules and code lists, and what became of what was sent. */
final class Receiver {
  static final String SENDER = "billing-system";

  private final Suite suite;
  private final Api api;
  private final LocalDate since = LocalDate.now(Paris.ZONE);

  /** Of this suite. */
  Receiver(Suite suite, Api api) {
    this.suite = suite;
    this.api = api;
  }

  /**
   * What became of lines, by outcome; and of those rejected, how many have each code.
   *
   * @param accepted secret care among them: its sender did right
   */
  record Account(
      long received,
      long accepted,
      long repeated,
      long outsideWindow,
      long rejected,
      Map<String, Long> rejectedByReason) {

    Account {
      rejectedByReason = new TreeMap<>(rejectedByReason);
      rejectedByReason.values().removeIf(lines -> lines == 0);
    }

    static Account none() {
      return new Account(0, 0, 0, 0, 0, Map.of());
    }

    /** A receipt, or a report of lines. */
    static Account of(JsonNode json) {
      Map<String, Long> byReason = new TreeMap<>();
      json.path("rejectedByReason")
          .properties()
          .forEach(reason -> byReason.put(reason.getKey(), reason.getValue().asLong()));
      return new Account(
          json.path(json.has("fed") ? "fed" : "received").asLong(),
          json.path("accepted").asLong(),
          json.path("repeated").asLong(),
          json.path("outsideWindow").asLong(),
          json.path("rejected").asLong(),
          byReason);
    }

    /** As it is reckoned. */
    static Account of(Counts counts) {
      Map<String, Long> byReason = new TreeMap<>();
      counts.rejectedByReason().forEach((code, lines) -> byReason.put(code.name(), lines));
      long accepted = counts.accepted() + counts.secretCare();
      return new Account(
          accepted + counts.repeated() + counts.outsideWindow() + counts.rejected(),
          accepted,
          counts.repeated(),
          counts.outsideWindow(),
          counts.rejected(),
          byReason);
    }

    /** Whether each line came to something, and to one thing. */
    boolean addsUp() {
      return received == accepted + repeated + outsideWindow + rejected;
    }

    Account plus(Account other) {
      return sum(other, 1);
    }

    Account minus(Account other) {
      return sum(other, -1);
    }

    private Account sum(Account other, int sign) {
      Map<String, Long> byReason = new TreeMap<>(rejectedByReason);
      other.rejectedByReason.forEach(
          (code, lines) -> byReason.merge(code, sign * lines, Long::sum));
      return new Account(
          received + sign * other.received,
          accepted + sign * other.accepted,
          repeated + sign * other.repeated,
          outsideWindow + sign * other.outsideWindow,
          rejected + sign * other.rejected,
          byReason);
    }
  }

  String token() {
    return suite.accounts().serviceToken(SENDER);
  }

  /** The lists that it has loaded. */
  KnownCodes codes() throws IOException {
    Optional<Path> lists = suite.codeLists();
    return lists.isPresent() ? KnownCodes.in(lists.get()) : KnownCodes.any();
  }

  /** The codes of its table of rules; none of them only warns. */
  Set<String> rules() {
    Set<String> codes = new TreeSet<>();
    for (JsonNode rule : get("/rules").path("rules")) {
      if (rule.path("warnsOnly").asBoolean()) {
        throw new AssertionError(rule.path("code") + " only warns, and nothing is reckoned of it");
      }
      codes.add(rule.path("code").asText());
    }
    return codes;
  }

  /** What came by Kafka since this was made, by the receipts of its days. */
  Account byKafka() {
    Account all = Account.none();
    for (LocalDate day : days()) {
      Api.Answer answer = ask("/receipts/kafka-" + SENDER + "-" + day);
      if (answer.status() != 404) {
        all = all.plus(receipt(answer));
      }
    }
    return all;
  }

  /** The rejections that it keeps: their number, and how many have each code. */
  Account rejections() {
    JsonNode counts = get("/rejections/counts");
    Map<String, Long> byReason = new TreeMap<>();
    counts
        .path("byReason")
        .properties()
        .forEach(reason -> byReason.put(reason.getKey(), reason.getValue().asLong()));
    long lines = counts.path("lines").asLong();
    return new Account(lines, 0, 0, 0, lines, byReason);
  }

  private static Account receipt(Api.Answer answer) {
    if (answer.status() != 200) {
      throw new AssertionError("a receipt was answered with " + answer);
    }
    return Account.of(answer.json().path("receipt"));
  }

  private List<LocalDate> days() {
    List<LocalDate> days = new ArrayList<>();
    LocalDate today = LocalDate.now(Paris.ZONE);
    for (LocalDate day = since; !day.isAfter(today); day = day.plusDays(1)) {
      days.add(day);
    }
    return days;
  }

  private JsonNode get(String path) {
    Api.Answer answer = ask(path);
    if (answer.status() != 200) {
      throw new AssertionError(path + " was answered with " + answer);
    }
    return answer.json();
  }

  private Api.Answer ask(String path) {
    return api.get(suite.url(Service.INGEST).resolve(path), token());
  }
}
