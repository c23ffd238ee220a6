package fr.carnet.access;

import static io.restassured.RestAssured.given;

import fr.carnet.events.Wire;
import fr.carnet.events.access.AccessDecision;
import fr.carnet.events.access.DecisionRequest;
import fr.carnet.events.dossier.DossierRegistered;
import fr.carnet.events.dossier.DossierRegistered.ActsFor;
import fr.carnet.events.dossier.DossierRegistered.State;
import fr.carnet.events.identity.NationalId;
import fr.carnet.events.identity.PatientRef;
import fr.carnet.events.identity.UuidV7;
import fr.carnet.events.trace.Actor;
import fr.carnet.events.trace.PurposeOfUse;
import fr.carnet.sealing.DossierKeySet;
import fr.carnet.testkit.Neighbours;
import fr.carnet.testkit.RealServersForQuarkus;
import fr.carnet.testkit.TestTokens;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.enterprise.inject.spi.CDI;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;

/** What every test over HTTP needs: patients with a dossier, professionals, and decisions. */
@WithTestResource(value = RealServersForQuarkus.class, scope = TestResourceScope.GLOBAL)
@WithTestResource(value = ReplacedPolicy.class, scope = TestResourceScope.GLOBAL)
public abstract class AccessOverHttp {
  protected static final String OWNER = "253072B07300470";
  protected static final String OTHER = "295109912611193";
  protected static final String DOCTOR = "899700024450";
  protected static final String DOCTOR_2 = "899700031018";
  protected static final String NURSE = "899700033030";
  protected static final String STRUCTURE = "3750100125";
  protected static final String SERVICE = TestTokens.withRole("dossier-service", "decisions");

  /** What the dossier-service finds by INS: the last one of each. */
  private static final Map<String, byte[]> DOSSIERS = new ConcurrentHashMap<>();

  /** A dossier that the dossier-service knows and that has not arrived here yet. */
  public record Dossier(UUID id, DossierKeySet keys) {
    public String path(String rest) {
      return "/dossiers/" + id + rest;
    }
  }

  protected static Dossier dossierOf(String ins) {
    return dossierOf(ins, State.OPEN);
  }

  protected static Dossier dossierOf(String ins, State state) {
    UUID id = UuidV7.next(Clock.systemUTC());
    DossierKeySet keys = DossierKeySet.generate(id);
    byte[] json = Wire.write(registered(id, keys, TestTokens.patientRef(ins), state, 1));
    Neighbours.answer(
        "/registry/" + id, _ -> Neighbours.Answer.ok(new String(json, StandardCharsets.UTF_8)));
    DOSSIERS.put(ins, json);
    Neighbours.answer("/registry/search", AccessOverHttp::found);
    return new Dossier(id, keys);
  }

  /** From now on the dossier-service says that these act for the owner. */
  protected static void represented(
      Dossier dossier, String owner, State state, long version, ActsFor... representatives) {
    byte[] json =
        Wire.write(
            new DossierRegistered(
                dossier.id(),
                List.of(TestTokens.patientRef(owner)),
                dossier.keys().publicKey(),
                state,
                version,
                0,
                List.of(representatives)));
    Neighbours.answer(
        "/registry/" + dossier.id(),
        _ -> Neighbours.Answer.ok(new String(json, StandardCharsets.UTF_8)));
  }

  private static Neighbours.Answer found(Neighbours.Request request) {
    return DOSSIERS.entrySet().stream()
        .filter(dossier -> request.body().contains(dossier.getKey()))
        .findFirst()
        .map(dossier -> new String(dossier.getValue(), StandardCharsets.UTF_8))
        .map(Neighbours.Answer::ok)
        .orElseGet(() -> new Neighbours.Answer(404, "{}"));
  }

  protected static RequestSpecification asDoctor(String nationalId) {
    return as(TestTokens.professional(nationalId, "10"));
  }

  /** The patient names this doctor, and the doctor accepts. */
  protected static void treating(Dossier dossier, String doctor) {
    asPatient(OWNER).put(dossier.path("/treating-physicians/" + doctor)).then().statusCode(204);
    accept(doctor, OWNER).then().statusCode(204);
  }

  protected static Response accept(String doctor, String ins) {
    return asDoctor(doctor)
        .body("{\"ins\":\"" + ins + "\"}")
        .post("/treating-physician-acceptances");
  }

  protected static DossierRegistered registered(
      UUID id, DossierKeySet keys, PatientRef ref, State state, long version) {
    return new DossierRegistered(id, List.of(ref), keys.publicKey(), state, version);
  }

  /**
   * What one test was refused is not held against the next, nor one cell of a table: they share
   * accounts.
   */
  protected static void nobodyWasRefused() {
    DataSource dataSource = CDI.current().select(DataSource.class).get();
    try (var connection = dataSource.getConnection();
        Statement delete = connection.createStatement()) {
      delete.execute("DELETE FROM refusal_count");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Every dossier that nobody registered is unknown to the dossier-service. */
  protected static void unknownDossiersAreNotFound() {
    nobodyWasRefused();
    Neighbours.answer("/registry/", _ -> new Neighbours.Answer(404, "{}"));
    Neighbours.answer("/dossiers/", _ -> Neighbours.Answer.ok("{\"itemIds\":[]}"));
  }

  /** From now on the dossier-service says that the owner may not know of these items. */
  protected static void keptFromOwner(Dossier dossier, String... items) {
    String json = new String(Wire.write(Map.of("itemIds", List.of(items))), StandardCharsets.UTF_8);
    Neighbours.answer(dossier.path("/kept-from/OWNER"), _ -> Neighbours.Answer.ok(json));
  }

  protected static RequestSpecification as(String token) {
    return given().auth().oauth2(token).contentType("application/json");
  }

  protected static RequestSpecification asPatient(String ins) {
    return as(TestTokens.patient(ins));
  }

  protected static Response grant(Dossier dossier, String body) {
    return asPatient(OWNER).body(body).post(dossier.path("/grants"));
  }

  protected static UUID granted(Dossier dossier, String professional) {
    return UUID.fromString(
        grant(dossier, toProfessional(professional))
            .then()
            .statusCode(201)
            .extract()
            .path("grantId"));
  }

  protected static String toProfessional(String professional) {
    return "{\"granteeKind\":\"PROFESSIONAL\",\"granteeId\":\"" + professional + "\"}";
  }

  protected static AccessDecision decide(DecisionRequest request) {
    byte[] answer =
        as(SERVICE)
            .body(Wire.write(request))
            .post("/decisions")
            .then()
            .statusCode(200)
            .extract()
            .asByteArray();
    return Wire.read(answer, AccessDecision.class);
  }

  protected static AccessDecision decide(Dossier dossier, String professional) {
    return decide(dossier, professional, "10", PurposeOfUse.NORMAL);
  }

  protected static AccessDecision decide(
      Dossier dossier, String professional, String profession, PurposeOfUse purpose) {
    return decide(
        new DecisionRequest(
            dossier.id(),
            professional(professional, profession),
            Optional.empty(),
            purpose,
            purpose == PurposeOfUse.MEDICAL_REGULATION,
            purpose == PurposeOfUse.BREAK_GLASS));
  }

  protected static Actor professional(String nationalId, String profession) {
    return new Actor(
        Actor.Role.PROFESSIONAL,
        Optional.of(nationalId),
        Optional.of(profession),
        Optional.of(new NationalId(STRUCTURE)));
  }
}
