package fr.carnet.audit.querying;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import fr.carnet.events.Headers;
import fr.carnet.events.Sealed;
import fr.carnet.events.Sha256;
import fr.carnet.events.Topic;
import fr.carnet.events.Wire;
import fr.carnet.events.access.AccessEvent;
import fr.carnet.events.access.AccessGranted;
import fr.carnet.events.access.EmergencyWishRecorded;
import fr.carnet.events.access.GrantRevoked;
import fr.carnet.events.access.Grantee;
import fr.carnet.events.access.ProfessionalBlocked;
import fr.carnet.events.access.ProfessionalUnblocked;
import fr.carnet.events.access.TreatingPhysicianEnded;
import fr.carnet.events.access.TreatingPhysicianNamed;
import fr.carnet.events.care.CareLinePassed;
import fr.carnet.events.care.CareLineWithdrawn;
import fr.carnet.events.dossier.Channel;
import fr.carnet.events.dossier.ClosingReason;
import fr.carnet.events.dossier.DossierClosed;
import fr.carnet.events.dossier.DossierErased;
import fr.carnet.events.dossier.DossierEvent;
import fr.carnet.events.dossier.DossierOpened;
import fr.carnet.events.dossier.DossierReopened;
import fr.carnet.events.dossier.ErasureCause;
import fr.carnet.events.dossier.ErasureRequested;
import fr.carnet.events.dossier.ErasureWithdrawn;
import fr.carnet.events.dossier.ItemAdded;
import fr.carnet.events.dossier.ItemAnnounced;
import fr.carnet.events.dossier.ItemDeleted;
import fr.carnet.events.dossier.ItemReplaced;
import fr.carnet.events.dossier.MaskLifted;
import fr.carnet.events.dossier.MaskSet;
import fr.carnet.events.dossier.ReleaseDecided;
import fr.carnet.events.dossier.ReleaseRequested;
import fr.carnet.events.dossier.ReleaseUsed;
import fr.carnet.events.identity.NationalId;
import fr.carnet.events.trace.Actor;
import fr.carnet.testkit.Neighbours;
import fr.carnet.testkit.RealServers;
import fr.carnet.testkit.RealServersForQuarkus;
import fr.carnet.testkit.TestTokens;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import javax.sql.DataSource;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A month of made-up life, from a seed. What each dossier is then is kept by hand as the month
 * runs, in JSON and by nothing that replays.
 */
@QuarkusTest
@QuarkusTestResource(RealServersForQuarkus.class)
class ReplayTest {
  private static final UUID PARENT = UUID.fromString("0192f0c1-0000-7000-8000-0000000000a1");
  private static final UUID OTHER_PARENT = UUID.fromString("0192f0c1-0000-7000-8000-0000000000a2");
  private static final long SEED = 20_261_122;
  private static final int DOSSIERS = 10;
  private static final int HOURS = 31 * 24;
  private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");

  @Inject DataSource dataSource;

  private final Random random = new Random(SEED);
  private final Map<UUID, Kept> month = new HashMap<>();

  /** What is known of a dossier as the month runs. */
  private static final class Kept {
    private long dossierVersion;
    private long accessVersion;
    private final ObjectNode dossier = Wire.JSON.createObjectNode();
    private final ObjectNode access = Wire.JSON.createObjectNode();

    Kept() {
      dossier.put("version", 0).put("life", "NONE");
      List.of("releases", "items", "masks", "care").forEach(dossier::putObject);
      access.put("version", 0);
      List.of("grants", "blocked", "treatingPhysicians", "wishes").forEach(access::putObject);
    }

    private static void empty(ObjectNode facts) {
      facts.forEach(
          part -> {
            if (part instanceof ObjectNode object) {
              object.removeAll();
            }
          });
    }

    String life() {
      return dossier.path("life").asText();
    }

    List<String> names(ObjectNode in, String of) {
      List<String> names = new ArrayList<>();
      in.path(of).fieldNames().forEachRemaining(names::add);
      return names;
    }

    /** As JSON that was read, so that numbers compare. */
    JsonNode facts() {
      ObjectNode both = Wire.JSON.createObjectNode();
      both.set("dossier", dossier);
      both.set("access", access);
      return read(both.toString());
    }
  }

  private final List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();

  private void record(
      Topic topic, UUID of, String type, Optional<Long> version, Instant at, Object fact) {
    record(id(), topic, of, type, version, at, fact);
  }

  private void record(
      UUID eventId,
      Topic topic,
      UUID of,
      String type,
      Optional<Long> version,
      Instant at,
      Object fact) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            topic.wireName(), of.toString().getBytes(StandardCharsets.UTF_8), Wire.write(fact));
    Map<String, String> headers =
        new HashMap<>(
            Map.of(
                Headers.ID,
                eventId.toString(),
                Headers.TYPE,
                type,
                Headers.SUBJECT,
                of.toString(),
                Headers.ACTOR,
                actor(fact),
                Headers.TIME,
                at.toString()));
    version.ifPresent(number -> headers.put(Headers.STREAM_VERSION, Long.toString(number)));
    headers.forEach(
        (name, text) -> record.headers().add(name, text.getBytes(StandardCharsets.UTF_8)));
    records.add(record);
  }

  private static String actor(Object fact) {
    return switch (fact) {
      case ItemAdded added -> added.author().label();
      case ItemReplaced replaced -> replaced.author().label();
      default -> "owner";
    };
  }

  private static String header(ProducerRecord<byte[], byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }

  private void happens(UUID id, Instant at, DossierEvent event) {
    Kept kept = month.get(id);
    kept.dossier.put("version", ++kept.dossierVersion);
    record(Topic.DOSSIER_EVENTS, id, event.wireName(), Optional.of(kept.dossierVersion), at, event);
  }

  private void happens(UUID id, Instant at, AccessEvent event) {
    Kept kept = month.get(id);
    kept.access.put("version", ++kept.accessVersion);
    record(Topic.ACCESS_EVENTS, id, event.wireName(), Optional.of(kept.accessVersion), at, event);
  }

  /** Said by a parent beside what the patient said, and changes nothing of it (ADR 21). */
  private void saidByParent(UUID id, Instant at, AccessEvent event) {
    Kept kept = month.get(id);
    kept.access.put("version", ++kept.accessVersion);
    record(
        new UUID(id.getMostSignificantBits(), kept.accessVersion),
        Topic.ACCESS_EVENTS,
        id,
        event.wireName(),
        Optional.of(kept.accessVersion),
        at,
        event);
  }

  private Sealed sealed() {
    return new Sealed("session", "key", Long.toHexString(random.nextLong()));
  }

  private UUID id() {
    return new UUID(random.nextLong(), random.nextLong());
  }

  private NationalId somebody() {
    return new NationalId("8" + (10_000_000_000L + random.nextInt(5)));
  }

  private Actor doctor() {
    return new Actor(
        Actor.Role.PROFESSIONAL,
        Optional.of(somebody().value()),
        Optional.of("10"),
        Optional.empty());
  }

  private <T> T any(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  /** One hour of one dossier. */
  private void live(UUID id, Instant at) {
    Kept kept = month.get(id);
    ObjectNode dossier = kept.dossier;
    switch (kept.life()) {
      case "NONE" -> {
        Sealed identity = sealed();
        happens(id, at, new DossierOpened("key", Channel.ONLINE, "v1", identity, Optional.empty()));
        dossier
            .put("life", "OPEN")
            .put("channel", "ONLINE")
            .put("openedAt", at.toString())
            .put("identity", Sha256.hex(identity.body()));
      }
      case "OPEN" -> liveOpen(id, at, kept);
      case "CLOSED" -> liveClosed(id, at, dossier, kept);
      default -> {
        // Erased: nothing happens any more.
      }
    }
  }

  private void liveClosed(UUID id, Instant at, ObjectNode dossier, Kept kept) {
    switch (random.nextInt(8)) {
      case 0 -> {
        if (random.nextBoolean()) {
          happens(id, at, new DossierErased(ErasureCause.REQUESTED));
          Kept.empty(dossier);
          Kept.empty(kept.access);
          dossier.put("life", "ERASED");
          dossier.remove(
              List.of(
                  "channel", "openedAt", "closedAt", "archiveEndsAt", "identity", "erasureFrom"));
        }
      }
      case 1, 2 -> {
        if (!dossier.has("erasureFrom")) {
          Instant from = at.plus(Duration.ofDays(30));
          happens(id, at, new ErasureRequested(at, from, LocalDate.of(2026, 7, 1)));
          dossier.put("erasureFrom", from.toString());
        }
      }
      case 3 -> {
        if (dossier.has("erasureFrom")) {
          happens(id, at, new ErasureWithdrawn(at));
          dossier.remove("erasureFrom");
        }
      }
      case 4, 5 -> aRelease(id, at, (ObjectNode) dossier.path("releases"));
      default -> {
        happens(id, at, new DossierReopened(Channel.ONLINE, "v1", Optional.empty()));
        dossier.put("life", "OPEN").remove(List.of("closedAt", "archiveEndsAt"));
      }
    }
  }

  /** One is asked for, granted or declined, and used, a step each time. */
  private void aRelease(UUID id, Instant at, ObjectNode releases) {
    for (String known : names(releases)) {
      ObjectNode release = (ObjectNode) releases.path(known);
      switch (release.path("step").asText()) {
        case "ASKED" -> {
          if (random.nextInt(3) == 0) {
            happens(
                id,
                at,
                new ReleaseDecided(
                    UUID.fromString(known),
                    ReleaseDecided.Reason.STANDING_NOT_SHOWN,
                    Optional.empty()));
            release.put("step", "DECLINED");
          } else {
            Instant end = at.plus(Duration.ofDays(7));
            happens(
                id,
                at,
                new ReleaseDecided(
                    UUID.fromString(known),
                    ReleaseDecided.Reason.CAUSES_OF_DEATH,
                    Optional.of(new ReleaseDecided.Release(end, "hash"))));
            release.put("step", "GRANTED").put("endsAt", end.toString());
          }
          return;
        }
        case "GRANTED" -> {
          happens(id, at, new ReleaseUsed(UUID.fromString(known)));
          release.put("step", "USED");
          return;
        }
        default -> {
          // It is over.
        }
      }
    }
    UUID request = id();
    ReleaseRequested.Kind kind =
        random.nextBoolean() ? ReleaseRequested.Kind.HEIRS : ReleaseRequested.Kind.FORENSIC;
    happens(id, at, new ReleaseRequested(request, kind, sealed()));
    releases.putObject(request.toString()).put("kind", kind.name()).put("step", "ASKED");
  }

  private static List<String> names(ObjectNode of) {
    List<String> names = new ArrayList<>();
    of.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private void liveOpen(UUID id, Instant at, Kept kept) {
    ObjectNode items = (ObjectNode) kept.dossier.path("items");
    ObjectNode masks = (ObjectNode) kept.dossier.path("masks");
    ObjectNode care = (ObjectNode) kept.dossier.path("care");
    ObjectNode grants = (ObjectNode) kept.access.path("grants");
    ObjectNode blocked = (ObjectNode) kept.access.path("blocked");
    ObjectNode doctors = (ObjectNode) kept.access.path("treatingPhysicians");
    List<String> held =
        kept.names(kept.dossier, "items").stream()
            .filter(item -> !items.path(item).path("deleted").asBoolean())
            .toList();
    String professional = somebody().value();
    NationalId them = new NationalId(professional);
    switch (random.nextInt(13)) {
      case 0, 1 -> {
        UUID item = id();
        Sealed body = sealed();
        Actor author = doctor();
        happens(id, at, new ItemAdded(item, author, body));
        ObjectNode row = items.putObject(item.toString());
        row.set("author", Wire.JSON.valueToTree(author));
        row.put("version", 1)
            .put("addedAt", at.toString())
            .put("changedAt", at.toString())
            .put("deleted", false)
            .put("body", Sha256.hex(body.body()));
      }
      case 2 -> {
        if (!held.isEmpty()) {
          String item = any(held);
          Sealed body = sealed();
          Actor author = doctor();
          happens(id, at, new ItemReplaced(UUID.fromString(item), author, body));
          ObjectNode row = (ObjectNode) items.path(item);
          row.set("author", Wire.JSON.valueToTree(author));
          row.put("version", row.path("version").asInt() + 1)
              .put("changedAt", at.toString())
              .put("body", Sha256.hex(body.body()));
        }
      }
      case 3 -> {
        if (!held.isEmpty()) {
          String item = any(held);
          happens(id, at, new ItemDeleted(UUID.fromString(item)));
          ((ObjectNode) items.path(item)).put("deleted", true);
        }
      }
      case 4 -> {
        if (!held.isEmpty()) {
          String item = any(held);
          happens(id, at, new ItemAnnounced(UUID.fromString(item)));
          ((ObjectNode) items.path(item)).put("announcedAt", at.toString());
        }
      }
      case 5 -> {
        List<String> set = kept.names(kept.dossier, "masks");
        if (set.size() > 2) {
          happens(id, at, new MaskLifted(UUID.fromString(set.getFirst())));
          masks.remove(set.getFirst());
        } else {
          UUID mask = id();
          Sealed body = sealed();
          happens(id, at, new MaskSet(mask, body));
          masks
              .putObject(mask.toString())
              .put("setAt", at.toString())
              .put("body", Sha256.hex(body.body()));
        }
      }
      case 6 -> {
        UUID grant = id();
        // Some begin later, as a renewal does, and some have an end.
        Instant from = random.nextInt(3) == 0 ? at.plus(Duration.ofDays(10)) : at;
        Optional<Instant> until =
            random.nextBoolean() ? Optional.of(from.plus(Duration.ofDays(20))) : Optional.empty();
        happens(
            id,
            at,
            new AccessGranted(
                grant,
                new Grantee(Grantee.Kind.PROFESSIONAL, them),
                from,
                until,
                Optional.of(sealed())));
        ObjectNode row = grants.putObject(grant.toString());
        row.putObject("grantee").put("kind", "PROFESSIONAL").put("id", professional);
        row.put("from", from.toString());
        until.ifPresent(end -> row.put("until", end.toString()));
      }
      case 7 -> {
        kept.names(kept.access, "grants").stream()
            .filter(grant -> !grants.path(grant).has("revokedAt"))
            .findFirst()
            .ifPresent(
                grant -> {
                  happens(id, at, new GrantRevoked(UUID.fromString(grant)));
                  ((ObjectNode) grants.path(grant)).put("revokedAt", at.toString());
                });
      }
      case 8 -> {
        if (blocked.has(professional)) {
          happens(id, at, new ProfessionalUnblocked(them));
          blocked.remove(professional);
        } else if (at.getEpochSecond() % 2 == 0) {
          // What is said again holds since it was said first.
          saidByParent(id, at, new ProfessionalBlocked(them, Optional.of(PARENT)));
          saidByParent(id, at.plusSeconds(1), new ProfessionalBlocked(them, Optional.of(PARENT)));
          happens(id, at.plusSeconds(2), new ProfessionalBlocked(them));
          blocked.put(professional, at.toString());
        } else {
          happens(id, at, new ProfessionalBlocked(them));
          saidByParent(id, at, new ProfessionalBlocked(them, Optional.of(OTHER_PARENT)));
          saidByParent(id, at, new ProfessionalUnblocked(them, Optional.of(PARENT)));
          blocked.put(professional, at.toString());
        }
      }
      case 9 -> {
        if (doctors.has(professional)) {
          happens(
              id, at, new TreatingPhysicianEnded(them, TreatingPhysicianEnded.Cause.BY_PATIENT));
          doctors.remove(professional);
        } else {
          happens(id, at, new TreatingPhysicianNamed(them));
          TreatingPhysicianNamed.Title title = TreatingPhysicianNamed.Title.SAME_RIGHT;
          saidByParent(
              id, at, new TreatingPhysicianNamed(them, Optional.of(title), Optional.of(PARENT)));
          saidByParent(
              id,
              at,
              new TreatingPhysicianEnded(
                  them, TreatingPhysicianEnded.Cause.BY_PATIENT, Optional.of(PARENT)));
          doctors.put(professional, at.toString());
        }
      }
      case 10 -> {
        boolean opposed = random.nextBoolean();
        EmergencyWishRecorded.Wish wish = any(List.of(EmergencyWishRecorded.Wish.values()));
        happens(id, at, new EmergencyWishRecorded(wish, opposed));
        ((ObjectNode) kept.access.path("wishes"))
            .putObject(wish.name())
            .put("opposed", opposed)
            .put("since", at.toString());
      }
      case 11 -> {
        String line = "line-" + random.nextInt(5);
        boolean taken = random.nextInt(3) == 0;
        record(
            Topic.CARE_REIMBURSEMENTS,
            id,
            taken ? CareLineWithdrawn.WIRE_NAME : CareLinePassed.WIRE_NAME,
            Optional.empty(),
            at,
            taken ? new CareLineWithdrawn(line) : new CareLinePassed(line, sealed()));
        care.put(line, taken || care.path(line).asBoolean());
      }
      default -> {
        if (random.nextInt(4) == 0) {
          Instant end = Instant.parse("2036-03-31T00:00:00Z");
          happens(
              id, at, new DossierClosed(ClosingReason.FERMETURE_DEMANDE_PATIENT, Optional.of(end)));
          kept.dossier
              .put("life", "CLOSED")
              .put("closedAt", at.toString())
              .put("archiveEndsAt", end.toString());
        }
      }
    }
  }

  private Map<UUID, JsonNode> everything() {
    Map<UUID, JsonNode> facts = new HashMap<>();
    month.forEach(
        (id, kept) -> {
          if (!kept.life().equals("NONE")) {
            facts.put(id, kept.facts());
          }
        });
    return facts;
  }

  private long count(String sql) {
    try (var connection = dataSource.getConnection();
        var statement = connection.createStatement();
        var row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @AfterEach
  void forget() {
    Neighbours.forgetAll();
  }

  private static Response replay(String scope) {
    return given()
        .auth()
        .oauth2(TestTokens.withRole("auditor-1", "auditor"))
        .get("/log/replay?" + scope);
  }

  private static List<JsonNode> lines(Response answer) {
    assertThat(answer.statusCode()).as(answer.asString()).isEqualTo(200);
    return answer.asString().lines().map(ReplayTest::read).toList();
  }

  private static JsonNode read(String json) {
    try {
      return Wire.JSON.readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<UUID, JsonNode> states(List<JsonNode> lines) {
    Map<UUID, JsonNode> states = new HashMap<>();
    lines.stream()
        .filter(line -> line.has("state"))
        .map(line -> line.path("state"))
        .forEach(state -> states.put(UUID.fromString(state.path("dossierId").asText()), state));
    return states;
  }

  private static JsonNode replayed(JsonNode state) {
    ObjectNode both = Wire.JSON.createObjectNode();
    both.set("dossier", state.path("replayed").path("dossier"));
    both.set("access", state.path("replayed").path("access"));
    return both;
  }

  @Test
  void replay_up_to_an_instant_is_the_state_that_was_recorded_as_the_month_ran() throws Exception {
    // given
    System.out.println("seed " + SEED);
    for (int i = 0; i < DOSSIERS; i++) {
      month.put(id(), new Kept());
    }
    List<UUID> ids = month.keySet().stream().sorted().toList();
    Map<Instant, Map<UUID, JsonNode>> recorded = new HashMap<>();
    for (int hour = 0; hour < HOURS; hour++) {
      Instant at = START.plus(Duration.ofHours(hour));
      live(any(ids), at.plusSeconds(random.nextInt(3_000)));
      if (hour % 150 == 149) {
        recorded.put(at.plusSeconds(3_599), everything());
      }
    }
    Map<UUID, JsonNode> end = everything();
    assertThat(end.values().stream().map(facts -> facts.path("dossier").path("life").asText()))
        .contains("OPEN", "ERASED");
    String month = records.stream().map(each -> header(each, Headers.TYPE)).toList().toString();
    assertThat(month)
        .as("the month knows all of it")
        .contains(
            ErasureRequested.WIRE_NAME,
            ErasureWithdrawn.WIRE_NAME,
            ReleaseRequested.WIRE_NAME,
            ReleaseDecided.WIRE_NAME,
            ReleaseUsed.WIRE_NAME);
    assertThat(recorded.values().toString())
        .contains("MEDICAL_REGULATION", "\"until\"", "erasureFrom", "GRANTED", "USED");
    UUID gap = withAGap();
    publish(records);
    String of = "'" + String.join("','", ids.stream().map(UUID::toString).toList()) + "'";
    await()
        .atMost(Duration.ofMinutes(5))
        .until(
            () ->
                count("SELECT count(*) FROM log_facts WHERE dossier_id IN (" + of + ")")
                    == records.size() - 3);
    await()
        .atMost(Duration.ofMinutes(5))
        .until(() -> replay("instant=" + START).statusCode() == 200);
    // then: everything, up to each of these instants
    for (Map.Entry<Instant, Map<UUID, JsonNode>> then : recorded.entrySet()) {
      Map<UUID, JsonNode> states = states(lines(replay("instant=" + then.getKey())));
      states.keySet().retainAll(ids);
      assertThat(states.keySet()).isEqualTo(then.getValue().keySet());
      then.getValue()
          .forEach(
              (id, facts) -> {
                assertThat(replayed(states.get(id)))
                    .as(id + " at " + then.getKey())
                    .isEqualTo(facts);
                assertThat(states.get(id).path("replayed").path("notApplied")).isEmpty();
              });
    }
    // and one dossier beside what the services hold
    UUID one =
        end.entrySet().stream()
            .filter(each -> each.getValue().path("dossier").path("life").asText().equals("OPEN"))
            .findFirst()
            .orElseThrow()
            .getKey();
    besideTheLiveOne(one, end.get(one));
    progressIsToldBetweenEventsAndBetweenDossiers();
    whatIsWrittenLeavesAtOnce(one, end.get(one));
    onlyUpToAnIndexACheckpointAndByAnActor(one);
    whatDoesNotFollowIsNamedAndNotApplied(gap);
    byAnActorThoseEventsAndTheDossiersTheyTouched(ids);
    notUpToAnInstantToWhichLogOrSearchHaveNotCome(one);
    await()
        .atMost(Duration.ofMinutes(5))
        .until(
            () ->
                count(
                        "SELECT count(*) FROM trace_fact WHERE action = 'audit-replay' AND"
                            + " dossier_id = '"
                            + one
                            + "'")
                    > 0);
  }

  private long searchable() {
    return count("SELECT next_index FROM log_facts_head");
  }

  private static void publish(List<ProducerRecord<byte[], byte[]>> records) {
    try (var producer =
        new KafkaProducer<>(
            RealServers.kafkaSettings(), new ByteArraySerializer(), new ByteArraySerializer())) {
      for (ProducerRecord<byte[], byte[]> each : records) {
        var _ = producer.send(each);
      }
    }
  }

  /** A dossier whose third event came without the second, which came late and unreadable. */
  private UUID withAGap() {
    UUID id = id();
    record(
        Topic.DOSSIER_EVENTS,
        id,
        DossierOpened.WIRE_NAME,
        Optional.of(1L),
        START,
        new DossierOpened("key", Channel.ONLINE, "v1", sealed(), Optional.empty()));
    record(
        Topic.DOSSIER_EVENTS,
        id,
        ItemAdded.WIRE_NAME,
        Optional.of(3L),
        START,
        new ItemAdded(id(), Actor.anonymous(Actor.Role.OWNER), sealed()));
    record(Topic.DOSSIER_EVENTS, id, ItemDeleted.WIRE_NAME, Optional.of(2L), START, "no event");
    return id;
  }

  private void whatDoesNotFollowIsNamedAndNotApplied(UUID gap) {
    await()
        .atMost(Duration.ofMinutes(5))
        .until(() -> count("SELECT count(*) FROM log_facts WHERE dossier_id = '" + gap + "'") == 3);
    List<JsonNode> lines = lines(replay("dossier=" + gap));
    List<Long> indexes = indexes(lines);
    JsonNode replayed = states(lines).get(gap).path("replayed");
    assertThat(replayed.path("dossier").path("life").asText()).isEqualTo("OPEN");
    assertThat(replayed.path("dossier").path("items")).isEmpty();
    assertThat(longs(replayed.path("notApplied")))
        .as("all but the opening")
        .isEqualTo(indexes.subList(1, 3));
  }

  private static List<Long> longs(JsonNode numbers) {
    List<Long> longs = new ArrayList<>();
    numbers.forEach(number -> longs.add(number.asLong()));
    return longs;
  }

  private static List<JsonNode> events(List<JsonNode> lines) {
    return lines.stream()
        .filter(line -> line.has("event"))
        .map(line -> line.path("event"))
        .toList();
  }

  private static List<Long> indexes(List<JsonNode> lines) {
    return events(lines).stream().map(event -> event.path("index").asLong()).toList();
  }

  private void byAnActorThoseEventsAndTheDossiersTheyTouched(List<UUID> ids) {
    String professional = "professional:" + somebody().value();
    List<ProducerRecord<byte[], byte[]>> theirs =
        records.stream().filter(each -> header(each, Headers.ACTOR).equals(professional)).toList();
    assertThat(theirs).isNotEmpty();
    List<JsonNode> lines = lines(replay("actor=" + professional));
    assertThat(events(lines))
        .extracting(event -> event.path("eventId").asText())
        .containsExactlyInAnyOrderElementsOf(
            theirs.stream().map(each -> header(each, Headers.ID)).toList());
    assertThat(indexes(lines)).as("in the order of the log").isSorted().doesNotHaveDuplicates();
    assertThat(states(lines).keySet().stream().map(UUID::toString).toList())
        .containsExactlyInAnyOrderElementsOf(
            theirs.stream().map(each -> header(each, Headers.SUBJECT)).distinct().toList());
    assertThat(ids).containsAll(states(lines).keySet());
    assertThat(lines.getLast().path("end").path("events").asLong()).isEqualTo(theirs.size());
  }

  private void besideTheLiveOne(UUID one, JsonNode facts) {
    List<JsonNode> alone = lines(replay("dossier=" + one));
    assertThat(states(alone).get(one).path("live")).as("no service answers").isEmpty();
    assertThat(alone.stream().filter(line -> line.has("event")).count())
        .isEqualTo(
            count(
                // That it was replayed is in the log too, soon after.
                "SELECT count(*) FROM log_facts WHERE index < "
                    + alone.getLast().path("end").path("below").asLong()
                    + " AND dossier_id = '"
                    + one
                    + "'"));
    assertThat(indexes(alone)).as("in the order of the log").isSorted().doesNotHaveDuplicates();
    assertThat(
            events(alone).stream()
                .filter(event -> event.path("topic").asText().equals("dossier.events"))
                .map(event -> event.path("streamVersion").asLong())
                .toList())
        .as("in the order of the stream")
        .isSorted()
        .doesNotHaveDuplicates();
    assertThat(alone.getLast().path("end").path("dossiers").asInt()).isEqualTo(1);
    ObjectNode changed = facts.path("dossier").deepCopy();
    Neighbours.answer(
        "/dossiers/" + one + "/facts", _ -> Neighbours.Answer.ok(facts.path("access").toString()));
    JsonNode same = states(lines(replay("dossier=" + one))).get(one);
    assertThat(same.path("live").has("access")).isTrue();
    assertThat(same.path("live").has("dossier")).as("that is no answer of its own").isFalse();
    assertThat(same.path("differs")).isEmpty();
    String item = changed.path("items").fieldNames().next();
    ((ObjectNode) changed.path("items").path(item)).put("version", 99);
    Neighbours.answer(
        "/dossiers/" + one + "/facts",
        _ -> {
          ObjectNode both = (ObjectNode) facts.path("access").deepCopy();
          both.setAll(changed);
          return Neighbours.Answer.ok(both.toString());
        });
    JsonNode differs = states(lines(replay("dossier=" + one))).get(one).path("differs");
    assertThat(differs.findValuesAsText("at")).contains("dossier.items." + item + ".version");
  }

  private void progressIsToldBetweenEventsAndBetweenDossiers() {
    List<JsonNode> lines = lines(replay("index=" + (searchable() - 1)));
    long below = lines.getLast().path("end").path("below").asLong();
    long all = count("SELECT count(DISTINCT dossier_id) FROM log_facts WHERE index < " + below);
    long events = 0;
    long index = -1;
    List<Long> toldOfEvents = new ArrayList<>();
    List<Long> toldOfDossiers = new ArrayList<>();
    for (JsonNode line : lines) {
      JsonNode progress = line.path("progress");
      if (line.has("event")) {
        events++;
        index = line.path("event").path("index").asLong();
      } else if (progress.has("events")) {
        toldOfEvents.add(events);
        assertThat(progress.path("events").asLong()).isEqualTo(events);
        assertThat(progress.path("index").asLong()).isEqualTo(index);
        assertThat(progress.path("below").asLong()).isEqualTo(below);
      } else if (line.has("progress")) {
        toldOfDossiers.add(progress.path("dossiers").asLong());
        assertThat(progress.path("of").asLong()).isEqualTo(all);
      }
    }
    assertThat(toldOfEvents).isSorted().doesNotHaveDuplicates().hasSizeGreaterThan(1);
    assertThat(toldOfEvents.getFirst()).as("while there are more").isLessThan(events);
    assertThat(toldOfDossiers)
        .isEqualTo(LongStream.rangeClosed(1, all / 10).map(tens -> tens * 10).boxed().toList())
        .isNotEmpty();
  }

  /** A service that answers once somebody has read how far the replay is. */
  private static void whatIsWrittenLeavesAtOnce(UUID one, JsonNode facts) {
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create(
                    "http://localhost:%d/log/replay?dossier=%s".formatted(RestAssured.port, one)))
            .header("Authorization", "Bearer " + TestTokens.withRole("auditor-1", "auditor"))
            .build();
    // The service is not waited for longer than half a second: on a slow machine, once more.
    await()
        .atMost(Duration.ofMinutes(5))
        .until(
            () -> {
              CountDownLatch toldOf = new CountDownLatch(1);
              Neighbours.answer(
                  "/dossiers/" + one + "/facts",
                  _ ->
                      isDown(toldOf)
                          ? Neighbours.Answer.ok(facts.path("access").toString())
                          : new Neighbours.Answer(503, "{}"));
              try (HttpClient client = HttpClient.newHttpClient()) {
                List<JsonNode> lines = new ArrayList<>();
                client
                    .send(request, HttpResponse.BodyHandlers.ofLines())
                    .body()
                    .map(ReplayTest::read)
                    .forEach(
                        line -> {
                          lines.add(line);
                          if (line.has("progress")) {
                            toldOf.countDown();
                          }
                        });
                return states(lines).get(one).path("live").has("access");
              }
            });
  }

  private static boolean isDown(CountDownLatch latch) {
    try {
      return latch.await(1, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void notUpToAnInstantToWhichLogOrSearchHaveNotCome(UUID one) throws Exception {
    String toCome = "dossier=" + one + "&instant=" + Instant.now().plus(Duration.ofHours(1));
    assertThat(replay(toCome).statusCode()).isEqualTo(503);
    assertThat(replay(toCome).jsonPath().getString("code")).isEqualTo("SEARCH_BEHIND");
    int before = records.size();
    UUID late = id();
    record(
        late,
        Topic.CARE_REIMBURSEMENTS,
        one,
        CareLinePassed.WIRE_NAME,
        Optional.empty(),
        START,
        new CareLinePassed("late", sealed()));
    String then;
    // given: nobody can project
    try (var connection = dataSource.getConnection();
        var lock = connection.createStatement()) {
      connection.setAutoCommit(false);
      lock.execute("SELECT FROM log_facts_head FOR UPDATE");
      publish(records.subList(before, before + 1));
      Instant published = Instant.now();
      then = "dossier=" + one + "&instant=" + published.truncatedTo(ChronoUnit.MICROS);
      await()
          .atMost(Duration.ofMinutes(5))
          .until(
              () ->
                  count(
                          "SELECT count(*) FROM log_head, log_facts_head WHERE held_at >="
                              + " timestamptz '%s' AND size > next_index".formatted(published))
                      == 1);
      // then
      assertThat(replay(then).statusCode()).isEqualTo(503);
      connection.rollback();
      connection.setAutoCommit(true);
    }
    await().atMost(Duration.ofMinutes(5)).until(() -> replay(then).statusCode() == 200);
    assertThat(events(lines(replay(then))))
        .extracting(event -> event.path("eventId").asText())
        .contains(late.toString());
    // given: it is made again, and does not come far
    execute("ALTER TABLE log_facts_head ADD CONSTRAINT stops CHECK (next_index = 0) NOT VALID");
    try {
      execute("UPDATE log_facts_head SET next_index = 0");
      // then
      assertThat(replay(then).statusCode()).isEqualTo(503);
    } finally {
      execute("ALTER TABLE log_facts_head DROP CONSTRAINT stops");
    }
    await().atMost(Duration.ofMinutes(5)).until(() -> replay(then).statusCode() == 200);
  }

  private void execute(String sql) throws SQLException {
    try (var connection = dataSource.getConnection();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private void onlyUpToAnIndexACheckpointAndByAnActor(UUID one) {
    long first = count("SELECT min(index) FROM log_facts WHERE dossier_id = '" + one + "'");
    List<JsonNode> lines = lines(replay("dossier=" + one + "&index=" + first));
    assertThat(lines.stream().filter(line -> line.has("event")).count()).isEqualTo(1);
    long size =
        count("SELECT max(size) FROM log_checkpoint, log_facts_head WHERE size <= next_index");
    assertThat(
            lines(replay("dossier=" + one + "&checkpoint=" + size))
                .getLast()
                .path("end")
                .path("below")
                .asLong())
        .isEqualTo(size);
    List<JsonNode> toCheckpoint = lines(replay("dossier=" + one + "&checkpoint=" + size));
    List<JsonNode> toIndex = lines(replay("dossier=" + one + "&index=" + (size - 1)));
    assertThat(events(toCheckpoint)).isEqualTo(events(toIndex)).isNotEmpty();
    assertThat(states(toCheckpoint)).isEqualTo(states(toIndex));
    for (String wrong : List.of("index=1&checkpoint=1", "dossier=" + one + "&actor=owner")) {
      assertThat(replay(wrong).statusCode()).isEqualTo(422);
    }
    assertThat(replay("index=99999999").statusCode()).isEqualTo(404);
    assertThat(
            given()
                .auth()
                .oauth2(TestTokens.withRole("p", "operator"))
                .get("/log/replay")
                .statusCode())
        .isEqualTo(403);
    List<JsonNode> ofNobody = lines(replay("actor=professional:nobody"));
    assertThat(ofNobody).hasSize(1);
  }
}
