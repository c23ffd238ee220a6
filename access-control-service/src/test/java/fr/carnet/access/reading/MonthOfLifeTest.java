package fr.carnet.access.reading;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import fr.carnet.access.AccessOverHttp;
import fr.carnet.access.deciding.AccessRules;
import fr.carnet.access.deciding.DecisionFacts;
import fr.carnet.access.deciding.Policies;
import fr.carnet.access.deciding.Standing;
import fr.carnet.access.reading.TextOfTheRules.Case;
import fr.carnet.access.reading.TextOfTheRules.Given;
import fr.carnet.access.reading.TextOfTheRules.Sees;
import fr.carnet.access.reading.TextOfTheRules.Span;
import fr.carnet.events.Headers;
import fr.carnet.events.Topic;
import fr.carnet.events.Wire;
import fr.carnet.events.access.AccessDecision;
import fr.carnet.events.access.AccessEvent;
import fr.carnet.events.access.DecisionRequest;
import fr.carnet.events.access.EmergencyWishRecorded.Wish;
import fr.carnet.events.dossier.DossierRegistered;
import fr.carnet.events.dossier.DossierRegistered.ActsFor;
import fr.carnet.events.dossier.DossierRegistered.State;
import fr.carnet.events.dossier.Representative;
import fr.carnet.events.identity.NationalId;
import fr.carnet.events.trace.Actor;
import fr.carnet.events.trace.Actor.Role;
import fr.carnet.events.trace.PurposeOfUse;
import fr.carnet.testkit.Neighbours;
import fr.carnet.testkit.RealServers;
import fr.carnet.testkit.TestTokens;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A month of patients' lives, drawn from a fixed seed, with people who ask meanwhile; then every
 * answer made again from Kafka alone. The clock of the database is the test's: it stands still
 * while something is done, and goes on in between, so that grants begin and end, codes run out, and
 * the rule about occupational medicine changes on its day.
 */
@QuarkusTest
class MonthOfLifeTest extends AccessOverHttp {
  private static final long SEED = 20_220_331;
  private static final Instant BEGIN = Instant.parse("2022-03-12T07:00:00Z");
  private static final int DAYS = 31;
  private static final int STEPS_A_DAY = 4;
  private static final int DECISIONS_A_STEP = 10;

  /** Kinds of things that happen, each as often as any other. */
  private static final int KINDS = 22;

  private static final List<String> DOCTORS =
      List.of(DOCTOR, DOCTOR_2, "899700032024", "899700036066");
  private static final List<String> STRUCTURES = List.of(STRUCTURE, "3750100315");

  /** The first three have a dossier; all of them may act for one of those. */
  private static final List<String> PEOPLE =
      List.of(OWNER, OTHER, "253072A07300443", "184027511504249");

  private static final UUID NO_DOSSIER = new UUID(31, 3);

  @Inject AgroalDataSource dataSource;
  @Inject Policies policies;

  private final KafkaProducer<String, byte[]> producer =
      new KafkaProducer<>(
          new HashMap<>(RealServers.kafkaSettings()),
          new StringSerializer(),
          new ByteArraySerializer());

  private final Random dice = new Random(SEED);
  private final List<Made> made = new ArrayList<>();
  private Instant now = BEGIN;

  /** Somebody with a dossier. */
  private static final class Patient {
    private final String ins;
    private final Dossier dossier;
    private final List<String> grants = new ArrayList<>();
    private final List<String> requests = new ArrayList<>();

    /** What {@code dossier.registry} said last. */
    private DossierRegistered registered;

    Patient(String ins, Dossier dossier) {
      this.ins = ins;
      this.dossier = dossier;
      this.registered =
          registered(dossier.id(), dossier.keys(), TestTokens.patientRef(ins), State.OPEN, 1);
    }
  }

  /** An answer that was given. */
  private record Made(DecisionRequest request, Instant at, AccessDecision decision) {}

  @BeforeEach
  void takeTheClock() throws SQLException {
    unknownDossiersAreNotFound();
    execute("DELETE FROM attempt");
    execute("CREATE SCHEMA simulated");
    execute("CREATE TABLE simulated.clock AS SELECT timestamptz '" + BEGIN + "' AS at");
    execute(
        "CREATE FUNCTION simulated.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE"
            + " AS 'SELECT at FROM simulated.clock'");
    lookInto("= simulated, pg_catalog, public", "simulated, pg_catalog, public");
  }

  @AfterEach
  void giveItBack() throws SQLException {
    producer.close();
    lookInto("TO DEFAULT", "\"$user\", public");
    execute("DROP SCHEMA simulated CASCADE");
  }

  /** Where connections look for functions: those that are open are given up, for new ones. */
  private void lookInto(String setting, String shown) throws SQLException {
    execute(
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path "
            + setting
            + "', current_database()); END $$");
    dataSource.flush(AgroalDataSource.FlushMode.GRACEFUL);
    await().atMost(Duration.ofMinutes(5)).until(() -> everyConnectionShows(shown));
  }

  private boolean everyConnectionShows(String shown) throws SQLException {
    List<Connection> connections = new ArrayList<>();
    try {
      boolean all = true;
      for (int i = 0; i < 8; i++) {
        Connection connection = dataSource.getConnection();
        connections.add(connection);
        try (Statement show = connection.createStatement();
            ResultSet row = show.executeQuery("SHOW search_path")) {
          row.next();
          all &= row.getString(1).equals(shown);
        }
      }
      return all;
    } finally {
      for (Connection connection : connections) {
        connection.close();
      }
    }
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private void itIs(Instant instant) throws SQLException {
    now = instant;
    try (Connection connection = dataSource.getConnection();
        PreparedStatement update =
            connection.prepareStatement("UPDATE simulated.clock SET at = ?")) {
      update.setObject(1, now.atOffset(ZoneOffset.UTC));
      update.executeUpdate();
    }
  }

  private void later(int mostMinutes) throws SQLException {
    itIs(now.plus(Duration.ofMinutes(1 + dice.nextInt(mostMinutes))));
  }

  private <T> T one(List<T> of) {
    return of.get(dice.nextInt(of.size()));
  }

  @Test
  void every_decision_of_a_month_is_made_again_from_kafka_alone_for_the_version_that_it_named()
      throws Exception {
    // given
    System.out.println("a month of life, seed " + SEED);
    List<Patient> patients = new ArrayList<>();
    for (String ins : PEOPLE.subList(0, 3)) {
      Patient patient = new Patient(ins, dossierOf(ins));
      patients.add(patient);
      publish(patient);
    }
    List<Integer> kinds = new ArrayList<>();
    for (int i = 0; i < DAYS * STEPS_A_DAY; i++) {
      kinds.add(i % KINDS);
    }
    Collections.shuffle(kinds, dice);
    // when
    for (int day = 0; day < DAYS; day++) {
      for (int step = 0; step < STEPS_A_DAY; step++) {
        itIs(BEGIN.plus(Duration.ofDays(day)).plus(Duration.ofHours(6L * step)));
        later(180);
        Patient patient = one(patients);
        live(patient, kinds.get(day * STEPS_A_DAY + step));
        later(60);
        ask(patient);
      }
    }
    // then
    Map<UUID, Map<Long, Standing>> standings = new HashMap<>();
    Set<String> types = new TreeSet<>();
    for (ConsumerRecord<String, byte[]> event : onKafka(Topic.ACCESS_EVENTS, patients)) {
      Map<Long, Standing> ofDossier =
          standings.computeIfAbsent(UUID.fromString(event.key()), _ -> new HashMap<>());
      Standing before = ofDossier.getOrDefault((long) ofDossier.size(), Standing.NONE);
      long version = Long.parseLong(header(event, Headers.STREAM_VERSION));
      // A relay repeats what it may not have sent.
      if (version > before.version()) {
        assertThat(version).isEqualTo(before.version() + 1);
        types.add(header(event, Headers.TYPE));
        AccessEvent fact = AccessEvent.read(header(event, Headers.TYPE), event.value());
        ofDossier.put(version, before.after(version, fact));
      }
    }
    List<ConsumerRecord<String, byte[]>> registry = onKafka(Topic.DOSSIER_REGISTRY, patients);
    Set<String> rules = new TreeSet<>();
    Set<String> policyVersions = new TreeSet<>();
    for (Made each : made) {
      long version = each.decision().accessVersion();
      Standing standing =
          version == 0
              ? Standing.NONE
              : standings.get(each.request().dossierId()).getOrDefault(version, Standing.NONE);
      DecisionFacts facts = facts(each, standing, registered(registry, each));
      assertThat(AccessRules.decide(each.request(), facts, policies))
          .as("%s", each)
          .isEqualTo(each.decision());
      Sees text = TextOfTheRules.read(inWords(each.request(), facts));
      assertThat(each.decision().types()).as("%s", each).isEqualTo(Set.copyOf(text.types()));
      assertThat(each.decision().maskedToo()).as("%s", each).isEqualTo(text.masked());
      assertThat(each.decision().ownItems()).as("%s", each).isEqualTo(text.ownWriting());
      assertThat(each.decision().rule()).as("%s", each).isEqualTo(text.code());
      rules.add(each.decision().rule());
      policyVersions.add(each.decision().policyVersion());
    }
    // A life in which something never happens would prove nothing of it.
    assertThat(types).hasSize(AccessEvent.class.getPermittedSubclasses().length);
    assertThat(registry).hasSizeGreaterThan(10);
    assertThat(rules)
        .containsExactly(
            "BARRED_PARTY",
            "BREAK_GLASS",
            "GRANT",
            "MEDICAL_REGULATION",
            "NOT_A_CARE_PROFESSIONAL",
            "NO_STANDING",
            "OWNER",
            "REPRESENTATIVE",
            "TREATING_PHYSICIAN");
    assertThat(policyVersions).containsExactly("2018-11", "2022-03");
    assertThat(made).anyMatch(each -> endedByItself(each, standings));
    System.out.printf("  %d decisions, %d registrations%n", made.size(), registry.size());
  }

  /** Whether nothing but time took a grant from who asks, so that they are refused. */
  private static boolean endedByItself(Made each, Map<UUID, Map<Long, Standing>> standings) {
    return each.decision().rule().equals("NO_STANDING")
        && each.decision().accessVersion() > 0
        && standings
            .get(each.request().dossierId())
            .get(each.decision().accessVersion())
            .grants()
            .stream()
            .anyMatch(
                grant ->
                    !grant.revoked()
                        && each.request()
                            .actor()
                            .id()
                            .equals(Optional.of(grant.grantee().id().value()))
                        && grant.until().filter(until -> !each.at().isBefore(until)).isPresent());
  }

  /** Something that a patient, or somebody in their stead, or a professional does. */
  private void live(Patient patient, int kind) throws Exception {
    String doctor = one(DOCTORS);
    if (patient.registered.state() == State.CLOSED && dice.nextInt(2) == 0) {
      register(
          patient,
          State.OPEN,
          patient.registered.reopenings() + 1,
          patient.registered.representatives());
      return;
    }
    switch (kind) {
      case 0, 1, 2 -> grant(patient, "PROFESSIONAL", doctor);
      case 3 -> grant(patient, "STRUCTURE", one(STRUCTURES));
      case 4, 5 -> ofGrant(patient).ifPresent(path -> done(by(patient).delete(path)));
      case 6 ->
          ofGrant(patient)
              .ifPresent(
                  path -> given(patient, by(patient).body(until(now)).post(path + "/renewal")));
      case 7 -> done(by(patient).put(patient.dossier.path("/blocks/" + doctor)));
      case 8 -> {
        for (String each : DOCTORS) {
          done(by(patient).delete(patient.dossier.path("/blocks/" + each)));
        }
      }
      case 9, 10 -> {
        done(by(patient).put(patient.dossier.path("/treating-physicians/" + doctor)));
        later(60);
        done(accept(dice.nextInt(4) == 0 ? one(DOCTORS) : doctor, patient.ins));
      }
      case 11 -> done(by(patient).put(patient.dossier.path("/same-right/" + doctor)));
      case 12 -> {
        for (String each : DOCTORS) {
          done(by(patient).delete(patient.dossier.path("/treating-physicians/" + each)));
        }
      }
      case 13, 14 ->
          done(
              by(patient)
                  .body("{\"opposed\":" + dice.nextBoolean() + "}")
                  .put(patient.dossier.path("/emergency-wishes/" + one(List.of(Wish.values())))));
      case 15, 16 -> visit(patient, doctor);
      case 17, 18 -> {
        if (patient.requests.isEmpty() || dice.nextInt(3) > 0) {
          patient.requests.add(
              done(asDoctor(doctor).body(toPatient(patient)).post("/access-requests"))
                  .path("requestId"));
          later(60);
        }
        answer(patient);
      }
      default -> changeRegistration(patient);
    }
  }

  private static String toPatient(Patient patient) {
    return "{\"ins\":\"" + patient.ins + "\"}";
  }

  /** What is refused is refused; what fails is not. */
  private static Response done(Response response) {
    assertThat(response.statusCode()).as(response.asString()).isLessThan(500);
    return response;
  }

  /** The patient, or now and then who may decide in their stead. */
  private RequestSpecification by(Patient patient) {
    List<String> acting =
        patient.registered.representatives().stream()
            .flatMap(
                acts ->
                    PEOPLE.stream()
                        .filter(ins -> TestTokens.patientRef(ins).equals(acts.patientRef())))
            .toList();
    return asPatient(acting.isEmpty() || dice.nextInt(3) > 0 ? patient.ins : one(acting));
  }

  private void grant(Patient patient, String kind, String grantee) {
    Optional<Instant> from =
        dice.nextInt(4) == 0
            ? Optional.of(now.plus(Duration.ofHours(1 + dice.nextInt(72))))
            : Optional.empty();
    String body =
        "{\"granteeKind\":\"%s\",\"granteeId\":\"%s\"%s,%s"
            .formatted(
                kind,
                grantee,
                from.map(instant -> ",\"from\":\"" + instant + "\"").orElse(""),
                until(from.orElse(now)).substring(1));
    given(patient, by(patient).body(body).post(patient.dossier.path("/grants")));
  }

  private String until(Instant from) {
    return dice.nextInt(4) == 0
        ? "{\"until\":null}"
        : "{\"until\":\"" + from.plus(Duration.ofHours(1 + dice.nextInt(400))) + "\"}";
  }

  private static void given(Patient patient, Response response) {
    if (done(response).statusCode() == 201) {
      patient.grants.add(response.path("grantId"));
    }
  }

  private Optional<String> ofGrant(Patient patient) {
    int last = patient.grants.size();
    return last == 0
        ? Optional.empty()
        : Optional.of(
            patient.dossier.path(
                "/grants/" + one(patient.grants.subList(Math.max(0, last - 3), last))));
  }

  private void visit(Patient patient, String doctor) throws SQLException {
    Response issued = done(by(patient).post(patient.dossier.path("/visit-codes")));
    if (issued.statusCode() == 201) {
      // Now and then it is said too late.
      later(18);
      given(
          patient,
          asDoctor(doctor)
              .body("{\"ins\":\"" + patient.ins + "\",\"code\":\"" + issued.path("code") + "\"}")
              .post("/visits"));
    }
  }

  private void answer(Patient patient) {
    String request = patient.dossier.path("/access-requests/" + patient.requests.getLast());
    if (dice.nextBoolean()) {
      given(patient, by(patient).body(until(now)).post(request + "/acceptance"));
    } else {
      done(by(patient).delete(request));
    }
  }

  /** What the dossier-service has recorded: somebody acts, acts no longer, or it is closed. */
  private void changeRegistration(Patient patient) throws Exception {
    List<ActsFor> representatives = new ArrayList<>(patient.registered.representatives());
    State state = patient.registered.state();
    switch (dice.nextInt(5)) {
      case 0 -> state = State.CLOSED;
      case 1 -> {
        if (!representatives.isEmpty()) {
          representatives.remove(dice.nextInt(representatives.size()));
        }
      }
      default -> {
        Instant from = now.plus(Duration.ofHours(dice.nextInt(48) - 24L));
        representatives.add(
            new ActsFor(
                new UUID(dice.nextLong(), dice.nextLong()),
                TestTokens.patientRef(one(PEOPLE)),
                one(List.of(Representative.Kind.values())),
                from,
                dice.nextBoolean()
                    ? Optional.of(from.plus(Duration.ofHours(1 + dice.nextInt(240))))
                    : Optional.empty()));
      }
    }
    register(patient, state, patient.registered.reopenings(), representatives);
  }

  private void register(Patient patient, State state, int reopenings, List<ActsFor> representatives)
      throws Exception {
    patient.registered =
        new DossierRegistered(
            patient.dossier.id(),
            patient.registered.patientRefs(),
            patient.registered.publicKey(),
            state,
            patient.registered.version() + 1,
            reopenings,
            representatives);
    publish(patient);
  }

  /** Onto {@code dossier.registry}, and until this service goes by it. */
  private void publish(Patient patient) throws Exception {
    String key = patient.dossier.id().toString();
    byte[] json = Wire.write(patient.registered);
    ProducerRecord<String, byte[]> record =
        new ProducerRecord<>(Topic.DOSSIER_REGISTRY.wireName(), key, json);
    Map.of(
            Headers.ID,
            new UUID(dice.nextLong(), dice.nextLong()).toString(),
            Headers.TYPE,
            DossierRegistered.WIRE_NAME,
            Headers.SUBJECT,
            key,
            Headers.STREAM_VERSION,
            Long.toString(patient.registered.version()),
            Headers.TIME,
            now.toString())
        .forEach(
            (name, value) -> record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
    producer.send(record).get();
    await()
        .atMost(Duration.ofMinutes(5))
        .pollInterval(Duration.ofMillis(10))
        .until(() -> version(key) == patient.registered.version());
    Neighbours.answer(
        "/registry/" + key, _ -> Neighbours.Answer.ok(new String(json, StandardCharsets.UTF_8)));
  }

  private long version(String dossierId) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement select = connection.createStatement();
        ResultSet row =
            select.executeQuery(
                "SELECT version FROM dossier WHERE dossier_id = '" + dossierId + "'")) {
      return row.next() ? row.getLong(1) : 0;
    }
  }

  /** Several people ask at once. */
  private void ask(Patient patient) {
    List<DecisionRequest> requests = new ArrayList<>();
    for (int i = 0; i < DECISIONS_A_STEP; i++) {
      requests.add(drawn(dice.nextInt(25) == 0 ? NO_DOSSIER : patient.dossier.id()));
    }
    AccessDecision[] decisions =
        Wire.read(
            as(SERVICE)
                .body(Wire.write(requests))
                .post("/decisions")
                .then()
                .statusCode(200)
                .extract()
                .asByteArray(),
            AccessDecision[].class);
    for (int i = 0; i < requests.size(); i++) {
      made.add(new Made(requests.get(i), now, decisions[i]));
    }
  }

  private DecisionRequest drawn(UUID dossierId) {
    int who = dice.nextInt(12);
    Actor actor =
        switch (who) {
          case 0, 1, 2 -> Actor.anonymous(Role.OWNER);
          case 3 -> Actor.anonymous(one(List.of(Role.BARRED, Role.AUDITOR, Role.PRIVACY_OFFICER)));
          default ->
              new Actor(
                  Role.PROFESSIONAL,
                  Optional.of(one(DOCTORS)),
                  Optional.of(one(List.of("10", "10", "10", "21", "60"))),
                  Optional.of(new NationalId(one(STRUCTURES))));
        };
    return new DecisionRequest(
        dossierId,
        actor,
        actor.role() == Role.OWNER
            ? Optional.of(TestTokens.patientRef(one(PEOPLE)))
            : Optional.empty(),
        one(
            List.of(
                PurposeOfUse.NORMAL,
                PurposeOfUse.NORMAL,
                PurposeOfUse.BREAK_GLASS,
                PurposeOfUse.MEDICAL_REGULATION)),
        dice.nextBoolean(),
        dice.nextBoolean(),
        dice.nextInt(10) == 0,
        dice.nextInt(5) == 0);
  }

  /** What Kafka has of these dossiers, once it has what the answers named. */
  private List<ConsumerRecord<String, byte[]>> onKafka(Topic topic, List<Patient> patients) {
    Map<String, Long> missing = new HashMap<>();
    for (Patient patient : patients) {
      missing.put(
          patient.dossier.id().toString(),
          topic == Topic.DOSSIER_REGISTRY
              ? patient.registered.version()
              : made.stream()
                  .filter(each -> each.request().dossierId().equals(patient.dossier.id()))
                  .mapToLong(each -> each.decision().accessVersion())
                  .max()
                  .orElseThrow());
    }
    Set<String> ours = Set.copyOf(missing.keySet());
    Map<String, Object> settings = new HashMap<>(RealServers.kafkaSettings());
    settings.put("key.deserializer", StringDeserializer.class);
    settings.put("value.deserializer", ByteArrayDeserializer.class);
    settings.put("isolation.level", "read_committed");
    List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(settings)) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic.wireName()).stream()
              .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      await()
          .atMost(Duration.ofMinutes(5))
          .until(
              () -> {
                for (ConsumerRecord<String, byte[]> record :
                    consumer.poll(Duration.ofMillis(100))) {
                  if (ours.contains(record.key())) {
                    records.add(record);
                    long version = Long.parseLong(header(record, Headers.STREAM_VERSION));
                    missing.computeIfPresent(
                        record.key(), (_, last) -> version >= last ? null : last);
                  }
                }
                return missing.isEmpty();
              });
    }
    return records;
  }

  private static String header(ConsumerRecord<String, byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }

  /** What the registry said of the dossier at that instant. */
  private static Optional<DossierRegistered> registered(
      List<ConsumerRecord<String, byte[]>> registry, Made each) {
    return registry.stream()
        .filter(record -> record.key().equals(each.request().dossierId().toString()))
        .filter(record -> !Instant.parse(header(record, Headers.TIME)).isAfter(each.at()))
        .map(record -> Wire.read(record.value(), DossierRegistered.class))
        .max(Comparator.comparing(DossierRegistered::version));
  }

  private static DecisionFacts facts(
      Made each, Standing standing, Optional<DossierRegistered> registered) {
    DecisionRequest request = each.request();
    DecisionFacts facts =
        standing.factsFor(
            request,
            each.at(),
            registered.map(of -> new DecisionFacts.Dossier(of.patientRefs(), of.state())),
            false);
    return new DecisionFacts(
        facts.at(),
        facts.dossier(),
        facts.stopped(),
        facts.accessVersion(),
        registered.stream()
            .flatMap(of -> of.representatives().stream())
            .filter(acts -> request.patientRef().equals(Optional.of(acts.patientRef())))
            .filter(acts -> acts.isInForceAt(each.at()))
            .max(Comparator.comparing(acts -> acts.until().orElse(Instant.MAX)))
            .map(
                acts ->
                    new DecisionFacts.Representation(
                        acts.representationId(),
                        acts.from(),
                        acts.until(),
                        Optional.of(acts.kind()))),
        facts.blocked(),
        facts.treatingPhysician(),
        facts.breakGlassOpposed(),
        facts.regulationOpposed(),
        facts.grants());
  }

  private static Case inWords(DecisionRequest request, DecisionFacts facts) {
    Actor actor = request.actor();
    List<Given> grants = new ArrayList<>();
    facts
        .grants()
        .forEach(
            grant ->
                grants.add(
                    new Given(
                        grant.id().toString(),
                        grant.grantee().id().value(),
                        new Span(grant.from(), grant.until()),
                        grant.revoked())));
    return new Case(
        facts.at(),
        actor.role() == Role.OWNER
            ? "patient"
            : actor.role() == Role.PROFESSIONAL
                ? "professional"
                : actor.role() == Role.BARRED ? "barred" : "somebody else",
        actor.profession(),
        actor.id().orElse(""),
        actor.structure().map(NationalId::value),
        request.asIfGranted(),
        request.occupational(),
        request.purpose().code(),
        request.wordsGiven(),
        request.regulation(),
        facts.dossier().isPresent(),
        facts.dossier().stream().anyMatch(dossier -> dossier.state() == State.OPEN),
        !facts.stopped(),
        facts.dossier().stream()
            .flatMap(dossier -> dossier.patientRefs().stream())
            .anyMatch(owner -> request.patientRef().equals(Optional.of(owner))),
        facts.representation().map(acting -> new Span(acting.from(), acting.until())),
        facts.blocked(),
        facts.treatingPhysician(),
        facts.breakGlassOpposed(),
        facts.regulationOpposed(),
        grants);
  }
}
