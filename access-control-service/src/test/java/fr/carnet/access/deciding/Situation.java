package fr.carnet.access.deciding;

import fr.carnet.access.PolicyFile;
import fr.carnet.access.deciding.DecisionFacts.Dossier;
import fr.carnet.access.deciding.DecisionFacts.Grant;
import fr.carnet.access.deciding.DecisionFacts.Representation;
import fr.carnet.events.access.AccessDecision;
import fr.carnet.events.access.DecisionRequest;
import fr.carnet.events.access.Grantee;
import fr.carnet.events.dossier.DossierRegistered.State;
import fr.carnet.events.dossier.Representative;
import fr.carnet.events.identity.NationalId;
import fr.carnet.events.identity.PatientRef;
import fr.carnet.events.trace.Actor;
import fr.carnet.events.trace.PurposeOfUse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Who asks, and what is true of the dossier; a doctor and an open dossier, unless said otherwise.
 */
final class Situation {
  static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
  static final UUID DOSSIER = UUID.fromString("0192f0c1-0000-7000-8000-00000000000d");
  static final UUID GRANT = UUID.fromString("0192f0c1-0000-7000-8000-000000000001");
  static final NationalId DOCTOR = new NationalId("899700024450");
  static final NationalId HOSPITAL = new NationalId("3750100125");
  static final PatientRef OWNER = new PatientRef("a".repeat(64));
  static final PatientRef OTHER = new PatientRef("b".repeat(64));
  static final Policies POLICIES = policies();

  private Actor.Role role = Actor.Role.PROFESSIONAL;
  private Optional<String> profession = Optional.of("10");
  private Optional<NationalId> structure = Optional.of(HOSPITAL);
  private Optional<PatientRef> patientRef = Optional.empty();
  private PurposeOfUse purpose = PurposeOfUse.NORMAL;
  private boolean regulation;
  private boolean words;
  private boolean supposed;
  private boolean occupational;
  private Instant at = NOW;
  private static final UUID REPRESENTATION = new UUID(7, 7);
  private Optional<Representation> representation = Optional.empty();
  private Optional<State> dossier = Optional.of(State.OPEN);
  private boolean stopped;
  private boolean blocked;
  private boolean treating;
  private boolean breakGlassOpposed;
  private boolean regulationOpposed;
  private final List<Grant> grants = new ArrayList<>();

  private static Policies policies() {
    try (InputStream json = Situation.class.getResourceAsStream("/policy.json")) {
      return PolicyFile.read(json.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Situation role(Actor.Role asked) {
    role = asked;
    return this;
  }

  Situation profession(String code) {
    profession = Optional.of(code);
    return this;
  }

  Situation withoutProfession() {
    profession = Optional.empty();
    return this;
  }

  Situation withoutStructure() {
    structure = Optional.empty();
    return this;
  }

  Situation patient(PatientRef ref) {
    role = Actor.Role.OWNER;
    patientRef = Optional.of(ref);
    return this;
  }

  Situation breakGlass(boolean withWords) {
    purpose = PurposeOfUse.BREAK_GLASS;
    words = withWords;
    return this;
  }

  Situation regulation(boolean withClaim) {
    purpose = PurposeOfUse.MEDICAL_REGULATION;
    regulation = withClaim;
    return this;
  }

  Situation occupational() {
    occupational = true;
    return this;
  }

  Situation at(Instant instant) {
    at = instant;
    return this;
  }

  Situation representing(Instant from, Optional<Instant> until) {
    representation =
        Optional.of(
            new Representation(
                REPRESENTATION, from, until, Optional.of(Representative.Kind.PARENT)));
    return patient(OTHER);
  }

  Situation closed() {
    dossier = Optional.of(State.CLOSED);
    return this;
  }

  Situation unknown() {
    dossier = Optional.empty();
    return this;
  }

  Situation stopped() {
    stopped = true;
    return this;
  }

  Situation blocked() {
    blocked = true;
    return this;
  }

  Situation treating() {
    treating = true;
    return this;
  }

  Situation opposedToBreakGlass() {
    breakGlassOpposed = true;
    return this;
  }

  Situation opposedToRegulation() {
    regulationOpposed = true;
    return this;
  }

  Situation grant() {
    return grant(toDoctor(GRANT, NOW, Optional.empty(), false));
  }

  Situation grant(Grant grant) {
    grants.add(grant);
    return this;
  }

  Situation asIfGranted() {
    supposed = true;
    return this;
  }

  static Grant toDoctor(UUID id, Instant from, Optional<Instant> until, boolean revoked) {
    return new Grant(id, new Grantee(Grantee.Kind.PROFESSIONAL, DOCTOR), from, until, revoked);
  }

  static Grant toHospital(UUID id, Instant from, Optional<Instant> until, boolean revoked) {
    return new Grant(id, new Grantee(Grantee.Kind.STRUCTURE, HOSPITAL), from, until, revoked);
  }

  DecisionRequest request() {
    Optional<String> id = role == Actor.Role.OWNER ? Optional.empty() : Optional.of(DOCTOR.value());
    return new DecisionRequest(
        DOSSIER,
        new Actor(role, id, profession, structure),
        patientRef,
        purpose,
        regulation,
        words,
        supposed,
        occupational);
  }

  DecisionFacts facts() {
    return new DecisionFacts(
        at,
        dossier.map(state -> new Dossier(List.of(OWNER), state)),
        stopped,
        7,
        representation,
        blocked,
        treating,
        breakGlassOpposed,
        regulationOpposed,
        grants);
  }

  AccessDecision decide() {
    return AccessRules.decide(request(), facts(), POLICIES);
  }
}
