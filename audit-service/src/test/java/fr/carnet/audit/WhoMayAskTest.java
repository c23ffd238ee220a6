package fr.carnet.audit;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import fr.carnet.events.Headers;
import fr.carnet.events.Sealed;
import fr.carnet.events.Topic;
import fr.carnet.events.Wire;
import fr.carnet.events.access.AccessDecision;
import fr.carnet.events.access.DecisionRequest;
import fr.carnet.events.dossier.Channel;
import fr.carnet.events.dossier.DossierOpened;
import fr.carnet.events.trace.AccessTraced;
import fr.carnet.events.trace.Actor;
import fr.carnet.events.trace.PurposeOfUse;
import fr.carnet.testkit.EndpointMatrix;
import fr.carnet.testkit.EndpointMatrix.Answer;
import fr.carnet.testkit.EndpointMatrix.Cell;
import fr.carnet.testkit.EndpointMatrix.Request;
import fr.carnet.testkit.EndpointMatrix.Situation;
import fr.carnet.testkit.Neighbours;
import fr.carnet.testkit.RealServers;
import fr.carnet.testkit.RealServersForQuarkus;
import fr.carnet.testkit.TestTokens;
import fr.carnet.transparency.Checkpoint;
import fr.carnet.transparency.SignedNote;
import fr.carnet.transparency.Span;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/**
 * Every endpoint, asked by every role about a dossier in every situation: {@code endpoints.txt}. A
 * canary is in what is sealed, and another in the facts.
 */
@QuarkusTest
@QuarkusTestResource(RealServersForQuarkus.class)
class WhoMayAskTest {
  private static final EndpointMatrix MATRIX =
      EndpointMatrix.read(WhoMayAskTest.class, "/endpoints.txt");

  /** Who looked, and at what: the facts of a dossier. */
  private static final String LOOKED = "899700034004";

  private static final String LOOKED_AT = "item-Kanarienvogel";
  private static final String SEALED = "S2FuYXJpZW52b2dlbA";
  private static final List<String> CONTENT = List.of(LOOKED, LOOKED_AT, SEALED);

  private static final String OWNER = "253072B07300470";
  private static final String PROFESSIONAL = "899700032024";
  private static final String AUDITOR = TestTokens.withRole("auditor-1", "auditor");
  private static final Map<String, String> TOKENS = TestTokens.ofEveryRole(OWNER, PROFESSIONAL);
  private static final Map<String, String> BARRED = TestTokens.ofBarredParties(OWNER, PROFESSIONAL);
  private static final List<String> ROLES = EndpointMatrix.roles(TOKENS, BARRED);

  /**
   * Who is told of a dossier, and by what; archives are compressed, and tell by their bytes no
   * more.
   */
  private static final Set<String> TOLD =
      Set.of(
          "patient GET /dossiers/{dossierId}/log",
          "patient GET /dossiers/{dossierId}/looks",
          "patient GET /dossiers/{dossierId}/looks/page",
          "auditor GET /log",
          "auditor GET /log/replay",
          "auditor GET /log/export",
          "auditor GET /tile/entries/{tile}");

  /** Public keys. */
  private static final Set<String> OPEN = Set.of("GET /log/keys");

  private static Place own = new Place(0, 1);
  private static final Map<Situation, UUID> DOSSIERS = new EnumMap<>(Situation.class);

  private static void record(
      KafkaProducer<byte[], byte[]> producer, Topic topic, UUID of, String type, Object fact) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            topic.wireName(), of.toString().getBytes(StandardCharsets.UTF_8), Wire.write(fact));
    Map.of(
            Headers.ID,
            UUID.randomUUID().toString(),
            Headers.TYPE,
            type,
            Headers.SUBJECT,
            of.toString(),
            Headers.STREAM_VERSION,
            "1",
            Headers.ACTOR,
            "professional:" + LOOKED,
            Headers.CORRELATION,
            "c0ffee00-0000-4000-8000-000000000000",
            Headers.TIME,
            "2024-05-03T10:00:00Z")
        .forEach((name, text) -> record.headers().add(name, text.getBytes(StandardCharsets.UTF_8)));
    var _ = producer.send(record);
  }

  /** Opened, and looked into. */
  private static void story(KafkaProducer<byte[], byte[]> producer, UUID dossier) {
    Sealed sealed = new Sealed("session", "key", SEALED);
    record(
        producer,
        Topic.DOSSIER_EVENTS,
        dossier,
        DossierOpened.WIRE_NAME,
        new DossierOpened("public-key", Channel.ONLINE, "v1", sealed, Optional.empty()));
    record(
        producer,
        Topic.ACCESS_TRACES,
        dossier,
        AccessTraced.WIRE_NAME,
        new AccessTraced(
            new Actor(
                Actor.Role.PROFESSIONAL, Optional.of(LOOKED), Optional.of("10"), Optional.empty()),
            PurposeOfUse.NORMAL,
            "read-care-history",
            AccessTraced.Outcome.RELEASED,
            "GRANT",
            Optional.empty(),
            Optional.of("policy-1"),
            Optional.of(4L),
            List.of(LOOKED_AT),
            Optional.of(sealed)));
  }

  private static void plant() {
    Neighbours.answer("/decisions", WhoMayAskTest::decided);
    Neighbours.answer("/dossiers/", _ -> Neighbours.Answer.ok("{\"itemIds\":[]}"));
    Neighbours.answer("/rules", _ -> Neighbours.Answer.ok("{\"rules\":[]}"));
    Neighbours.answer("/refusals", _ -> Neighbours.Answer.ok("{\"tooMany\":false}"));
    if (!DOSSIERS.isEmpty()) {
      return;
    }
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            RealServers.kafkaSettings(), new ByteArraySerializer(), new ByteArraySerializer())) {
      for (Situation situation : Situation.values()) {
        UUID dossier = UUID.randomUUID();
        DOSSIERS.put(situation, dossier);
        if (situation != Situation.UNKNOWN) {
          story(producer, dossier);
        }
      }
    }
    for (Situation situation : List.of(Situation.OWN, Situation.REPRESENTED)) {
      await()
          .atMost(Duration.ofMinutes(5))
          .pollInterval(Duration.ofMillis(50))
          .until(
              () ->
                  as(TestTokens.patient(OWNER), "/dossiers/" + DOSSIERS.get(situation) + "/looks")
                      .asString()
                      .contains(LOOKED));
    }
    long index =
        as(AUDITOR, "/log?limit=1&dossier=" + DOSSIERS.get(Situation.OWN))
            .jsonPath()
            .getLong("entries[0].index");
    // What is searched is in the log; now it is signed too.
    await()
        .atMost(Duration.ofMinutes(5))
        .pollInterval(Duration.ofMillis(50))
        .until(() -> signed() > index);
    own = new Place(index, signed());
  }

  /** Where the opening of the patient's own dossier stands in a log of this size. */
  private record Place(long index, long size) {
    String tile() {
      long number = index / Span.FULL;
      return new Span(number, (int) Math.min(Span.FULL, size - number * Span.FULL)).path();
    }
  }

  private static long signed() {
    Response answer = as(AUDITOR, "/checkpoint");
    return answer.statusCode() == 200
        ? Checkpoint.parse(SignedNote.parse(answer.asString()).text()).size()
        : 0;
  }

  private static Response as(String token, String path) {
    return given().auth().oauth2(token).get(path);
  }

  private static Neighbours.Answer decided(Neighbours.Request request) {
    DecisionRequest asked =
        Wire.read(request.body().getBytes(StandardCharsets.UTF_8), DecisionRequest.class);
    return Neighbours.Answer.ok(new String(Wire.write(decision(asked)), StandardCharsets.UTF_8));
  }

  /** As access-control answers; whoever was granted access is so here too, but for the log. */
  private static AccessDecision decision(DecisionRequest asked) {
    boolean patient =
        asked.actor().role() == Actor.Role.OWNER
            && asked.patientRef().equals(Optional.of(TestTokens.patientRef(OWNER)));
    if (patient && asked.dossierId().equals(DOSSIERS.get(Situation.OWN))) {
      return decision("OWNER", true);
    }
    if (patient && asked.dossierId().equals(DOSSIERS.get(Situation.REPRESENTED))) {
      return decision(AccessDecision.REPRESENTATIVE, true);
    }
    return asked.dossierId().equals(DOSSIERS.get(Situation.GRANTED))
        ? decision("GRANT", true)
        : decision("NO_STANDING", false);
  }

  private static AccessDecision decision(String rule, boolean allowed) {
    return new AccessDecision(
        allowed, rule, Set.of(), false, Optional.empty(), "policy-1", 7, Optional.empty());
  }

  private static Request request(Cell cell) {
    String ofDossier = "?dossier=" + DOSSIERS.get(cell.situation());
    String query =
        switch (cell.endpoint()) {
          case "GET /log", "GET /log/case-file", "GET /log/replay" -> ofDossier;
          case "GET /log/facts" -> ofDossier + "&format=ndjson";
          case "GET /log/proofs/inclusion" -> "?index=0";
          case "GET /log/proofs/consistency" -> "?from=1";
          default -> "";
        };
    String path =
        cell.path()
            .replace("{dossierId}", DOSSIERS.get(cell.situation()).toString())
            .replace("{index}", Long.toString(own.index()))
            .replace("{level}", "0")
            .replace("{tile}", own.tile())
            .replace("{id}", "999999999")
            .replace("{projection}", "none");
    return Request.json(path + query, "");
  }

  private static List<Answer> answers(Map<String, String> tokens) throws Exception {
    plant();
    return MATRIX.answers(
        URI.create(RestAssured.baseURI + ":" + RestAssured.port), tokens, WhoMayAskTest::request);
  }

  @Test
  void everyEndpointAnswersEveryRoleInEverySituationAsWrittenDown() throws Exception {
    Map<String, String> tokens = new TreeMap<>(TOKENS);
    tokens.put(EndpointMatrix.NOBODY, "");
    List<Answer> answers = answers(tokens);
    assertThat(EndpointMatrix.wrong(answers, CONTENT)).isEmpty();
    // The canary is where it should be, and whoever has no business with it hears none of it.
    assertThat(EndpointMatrix.told(answers, CONTENT)).containsExactlyInAnyOrderElementsOf(TOLD);
  }

  @Test
  void barredPartiesGetNoByteOfContentWhateverTheirTokensHold() throws Exception {
    List<Answer> answers = answers(BARRED);
    assertThat(EndpointMatrix.given(answers, OPEN, CONTENT)).isEmpty();
    assertThat(EndpointMatrix.wrong(answers, CONTENT)).isEmpty();
  }

  @Test
  void theTableHasRowsForEveryEndpointOfTheApiDocument() {
    String openApi = given().accept("application/json").get("/q/openapi").asString();
    assertThat(MATRIX.faults(openApi, ROLES)).isEmpty();
  }
}
