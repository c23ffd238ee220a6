package fr.carnet.audit.querying;

import ca.uhn.fhir.context.FhirContext;
import fr.carnet.events.identity.NationalId;
import fr.carnet.events.trace.AccessTraced;
import fr.carnet.events.trace.Actor;
import java.time.Instant;
import java.util.Date;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.hl7.fhir.r4.model.AuditEvent;
import org.hl7.fhir.r4.model.AuditEvent.AuditEventAction;
import org.hl7.fhir.r4.model.AuditEvent.AuditEventAgentComponent;
import org.hl7.fhir.r4.model.AuditEvent.AuditEventAgentNetworkComponent;
import org.hl7.fhir.r4.model.AuditEvent.AuditEventEntityComponent;
import org.hl7.fhir.r4.model.AuditEvent.AuditEventOutcome;
import org.hl7.fhir.r4.model.CodeType;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.Coding;
import org.hl7.fhir.r4.model.Identifier;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.StringType;

/**
 * A trace as IHE BALP writes it (Basic Audit Log Patterns, FHIR R4): what was shown as a read or a
 * disclosure, a refusal as a consent decision that denied. What a trace does not hold, such as a
 * network address, says that it is unknown.
 */
final class AuditEvents {
  private static final String BALP = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/";
  private static final String DICOM = "http://dicom.nema.org/resources/ontology/DCM";
  private static final String ENTITY = "http://terminology.hl7.org/CodeSystem/audit-entity-type";
  private static final String ROLE = "http://terminology.hl7.org/CodeSystem/object-role";
  private static final String REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason";
  private static final String PARTICIPATION =
      "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";
  private static final String UNKNOWN =
      "http://hl7.org/fhir/StructureDefinition/data-absent-reason";

  /** National ids of professionals and of structures, and table G15, as the agency numbers them. */
  private static final String PROFESSIONALS = "urn:oid:1.2.250.1.71.4.2.1";

  private static final String STRUCTURES = "urn:oid:1.2.250.1.71.4.2.2";
  private static final String PROFESSIONS = "urn:oid:1.2.250.1.213.1.1.5.5";
  private static final String URI = "urn:ietf:rfc:3986";

  /** Actions by which something leaves the suite as a whole. */
  private static final Set<String> DISCLOSING = Set.of("export", "read-released-archive");

  private AuditEvents() {}

  private static final class Fhir {
    static final FhirContext R4 = FhirContext.forR4();
  }

  /** One line of JSON. */
  static String json(AuditEvent event) {
    return Fhir.R4.newJsonParser().encodeResourceToString(event);
  }

  /** Of a trace whose time can be read; nothing of any other entry. */
  static Optional<AuditEvent> of(Found found) {
    return found
        .clear()
        .flatMap(facts -> found.readable().time().flatMap(time -> of(found, facts, time)));
  }

  private static Optional<AuditEvent> of(Found found, ClearFacts facts, Instant time) {
    if (!(facts instanceof ClearFacts.Read read)) {
      return Optional.empty();
    }
    AuditEvent event = new AuditEvent();
    found.readable().eventId().ifPresent(id -> event.setId(id.toString()));
    event.setRecorded(Date.from(time));
    event.addPurposeOfEvent(purpose(read));
    event
        .getSource()
        .setSite("carnet")
        .setObserver(service())
        .addType(
            coding(
                "http://terminology.hl7.org/CodeSystem/security-source-type",
                "4",
                "Application Server"));
    Optional<UUID> dossier = found.readable().dossierId();
    switch (read.outcome()) {
      case REFUSED -> refused(event, read, dossier);
      case RELEASED -> {
        if (DISCLOSING.contains(read.action()) && dossier.isPresent()) {
          disclosed(event, read, dossier);
        } else {
          read(event, read, dossier);
        }
      }
    }
    dossier.ifPresent(id -> event.addEntity(patient(id)));
    if (read.outcome() == AccessTraced.Outcome.RELEASED) {
      event.addEntity(data(found, read));
    }
    return Optional.of(event);
  }

  private static void read(AuditEvent event, ClearFacts.Read read, Optional<UUID> dossier) {
    event
        .getMeta()
        .addProfile(
            BALP + (dossier.isPresent() ? "IHE.BasicAudit.PatientRead" : "IHE.BasicAudit.Read"));
    event.setType(
        coding(
            "http://terminology.hl7.org/CodeSystem/audit-event-type", "rest", "Restful Operation"));
    event.addSubtype(coding("http://hl7.org/fhir/restful-interaction", "read", "read"));
    event.setAction(AuditEventAction.R).setOutcome(AuditEventOutcome._0);
    event.addAgent(
        agent(coding(DICOM, "110152", "Destination Role ID"), software(read), false)
            .setNetwork(unknownNetwork()));
    event.addAgent(
        agent(coding(DICOM, "110153", "Source Role ID"), service(), false)
            .setNetwork(unknownNetwork()));
    event.addAgent(user(read, dossier));
  }

  private static void disclosed(AuditEvent event, ClearFacts.Read read, Optional<UUID> dossier) {
    event.getMeta().addProfile(BALP + "IHE.BasicAudit.PrivacyDisclosure.Source");
    event.setType(coding(DICOM, "110106", "Export"));
    event.addSubtype(
        coding(
            "http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle",
            "disclose",
            "Disclose Record Lifecycle Event"));
    event.setAction(AuditEventAction.R).setOutcome(AuditEventOutcome._0);
    event.addAgent(
        agent(coding(DICOM, "110153", "Source Role ID"), service(), false)
            .setNetwork(unknownNetwork()));
    event.addAgent(
        agent(coding(DICOM, "110152", "Destination Role ID"), software(read), false)
            .setNetwork(unknownNetwork()));
    event.addAgent(user(read, dossier));
  }

  /** Its entities are closed to a patient and a consent. */
  private static void refused(AuditEvent event, ClearFacts.Read read, Optional<UUID> dossier) {
    event.getMeta().addProfile(BALP + "IHE.BasicAudit.AuthZconsent");
    event.setType(coding(DICOM, "110113", "Security Alert"));
    event.addSubtype(
        coding(
            "https://profiles.ihe.net/ITI/BALP/CodeSystem/AuthZsubType",
            "AuthZ-Consent",
            "Authorization Decision using Roles and Consent"));
    event
        .setAction(AuditEventAction.E)
        .setOutcome(AuditEventOutcome._8)
        .setOutcomeDesc(read.rule() + ": " + read.action());
    event.addAgent(
        agent(coding(DICOM, "110150", "Application"), software(read), false)
            .setNetwork(unknownNetwork()));
    event.addAgent(user(read, dossier));
    event.addAgent(
        agent(
            coding(
                "http://terminology.hl7.org/CodeSystem/v3-RoleClass",
                "PROV",
                "healthcare provider"),
            read.actor()
                .structure()
                .map(AuditEvents::structure)
                .orElseGet(() -> named("not recorded")),
            false));
    event.addAgent(
        agent(
            coding(
                "http://terminology.hl7.org/CodeSystem/extra-security-role-type",
                "authserver",
                "authorization server"),
            service(),
            false));
    event
        .addEntity()
        .setType(coding("http://hl7.org/fhir/resource-types", "Consent", "Consent"))
        .setWhat(
            identified(
                    "Consent",
                    URI,
                    "urn:carnet:policy:"
                        + read.policyVersion().orElse("none")
                        + ":access-version:"
                        + read.accessVersion().map(Object::toString).orElse("none"))
                .setDisplay("what the patient had decided"));
  }

  private static AuditEventEntityComponent patient(UUID dossier) {
    return new AuditEventEntityComponent()
        .setType(coding(ENTITY, "1", "Person"))
        .setRole(coding(ROLE, "1", "Patient"))
        .setWhat(patientReference(dossier));
  }

  /** A patient is known by the dossier alone. */
  private static Reference patientReference(UUID dossier) {
    return identified("Patient", URI, "urn:uuid:" + dossier);
  }

  /** What was shown: the dossier's record, and in it the items; and by what it was decided. */
  private static AuditEventEntityComponent data(Found found, ClearFacts.Read read) {
    AuditEventEntityComponent data =
        new AuditEventEntityComponent()
            .setType(coding(ENTITY, "2", "System Object"))
            .setRole(coding(ROLE, "4", "Domain Resource"))
            .setWhat(named(read.action()));
    detail(data, "logIndex", Long.toString(found.index()));
    detail(data, "rule", read.rule());
    read.policyVersion().ifPresent(version -> detail(data, "policyVersion", version));
    read.accessVersion().ifPresent(version -> detail(data, "accessVersion", version.toString()));
    read.grantId().ifPresent(grant -> detail(data, "grantId", grant.toString()));
    read.careRelation().ifPresent(states -> detail(data, "careRelation", states.toString()));
    read.itemIds().forEach(item -> detail(data, "itemId", item));
    return data;
  }

  private static void detail(AuditEventEntityComponent data, String type, String value) {
    data.addDetail().setType(type).setValue(new StringType(value));
  }

  private static AuditEventAgentComponent user(ClearFacts.Read read, Optional<UUID> dossier) {
    Actor actor = read.actor();
    AuditEventAgentComponent user =
        agent(coding(PARTICIPATION, "IRCP", "information recipient"), who(actor, dossier), true);
    user.addRole(new CodeableConcept().setText(actor.role().label()));
    actor
        .profession()
        .ifPresent(
            code -> user.addRole(new CodeableConcept().addCoding(coding(PROFESSIONS, code, null))));
    user.addPurposeOfUse(purpose(read));
    return user;
  }

  /** An owner is known by the dossier alone, and another patient by nothing. */
  private static Reference who(Actor actor, Optional<UUID> dossier) {
    return switch (actor.role()) {
      case OWNER ->
          dossier.map(AuditEvents::patientReference).orElseGet(() -> known(actor, "Patient"));
      case OTHER_PATIENT -> known(actor, "Patient");
      case REPRESENTATIVE -> known(actor, "RelatedPerson");
      case PROFESSIONAL, COUNTER_AGENT, AUDITOR, PRIVACY_OFFICER, OPERATOR ->
          known(actor, "Practitioner");
      case BILLING, PROGRAMME, PAYER, BARRED -> known(actor, "Organization");
      case SERVICE -> known(actor, "Device");
    };
  }

  private static Reference known(Actor actor, String type) {
    String system =
        actor.role() == Actor.Role.PROFESSIONAL
            ? PROFESSIONALS
            : "urn:carnet:" + actor.role().label();
    return actor
        .id()
        .map(id -> identified(type, system, id))
        .orElseGet(() -> named(actor.role().label()).setType(type));
  }

  private static Reference structure(NationalId id) {
    return identified("Organization", STRUCTURES, id.value());
  }

  /** A trace does not say which software it was; it was that of the structure. */
  private static Reference software(ClearFacts.Read read) {
    return named(
        read.actor()
            .structure()
            .map(structure -> "software in structure " + structure)
            .orElse("software of the " + read.actor().role().label()));
  }

  private static Reference service() {
    return named("carnet");
  }

  private static Reference named(String display) {
    return new Reference().setDisplay(display);
  }

  private static Reference identified(String type, String system, String value) {
    return new Reference()
        .setIdentifier(new Identifier().setSystem(system).setValue(value))
        .setType(type);
  }

  private static AuditEventAgentComponent agent(Coding type, Reference who, boolean requestor) {
    return new AuditEventAgentComponent()
        .setType(new CodeableConcept().addCoding(type))
        .setWho(who)
        .setRequestor(requestor);
  }

  private static AuditEventAgentNetworkComponent unknownNetwork() {
    AuditEventAgentNetworkComponent network = new AuditEventAgentNetworkComponent();
    network.getAddressElement().addExtension(UNKNOWN, new CodeType("unknown"));
    return network;
  }

  private static CodeableConcept purpose(ClearFacts.Read read) {
    Coding reason =
        switch (read.purpose()) {
          case NORMAL -> ordinary(read.actor().role());
          case BREAK_GLASS -> coding(REASON, "BTG", "break the glass");
          case MEDICAL_REGULATION -> coding(REASON, "ETREAT", "Emergency Treatment");
        };
    return new CodeableConcept().addCoding(reason).setText(read.purpose().code());
  }

  /** What somebody of this role reads for, when it is no emergency. */
  private static Coding ordinary(Actor.Role role) {
    return switch (role) {
      case PROFESSIONAL -> coding(REASON, "TREAT", "treatment");
      case OWNER, OTHER_PATIENT -> coding(REASON, "PATRQT", "patient requested");
      case REPRESENTATIVE -> coding(REASON, "FAMRQT", "family requested");
      case COUNTER_AGENT -> coding(REASON, "PATADMIN", "patient administration");
      case AUDITOR, PRIVACY_OFFICER -> coding(REASON, "HCOMPL", "health compliance");
      case PROGRAMME -> coding(REASON, "PUBHLTH", "public health");
      case BILLING, PAYER -> coding(REASON, "HPAYMT", "healthcare payment");
      case OPERATOR -> coding(REASON, "HSYSADMIN", "health system administration");
      case SERVICE, BARRED -> coding(REASON, "HOPERAT", "healthcare operations");
    };
  }

  private static Coding coding(String system, String code, String display) {
    return new Coding(system, code, display);
  }
}
