package fr.carnet.audit.querying;

import static org.assertj.core.api.Assertions.assertThat;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.validation.FhirValidator;
import ca.uhn.fhir.validation.ResultSeverityEnum;
import fr.carnet.audit.sequencing.HeaderBytes.NamedValue;
import fr.carnet.events.Headers;
import fr.carnet.events.Topic;
import fr.carnet.events.Wire;
import fr.carnet.events.identity.NationalId;
import fr.carnet.events.trace.AccessTraced;
import fr.carnet.events.trace.AccessTraced.Outcome;
import fr.carnet.events.trace.Actor;
import fr.carnet.events.trace.PurposeOfUse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.hl7.fhir.common.hapi.validation.support.CommonCodeSystemsTerminologyService;
import org.hl7.fhir.common.hapi.validation.support.InMemoryTerminologyServerValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.common.hapi.validation.validator.FhirInstanceValidator;
import org.hl7.fhir.r4.model.AuditEvent;
import org.hl7.fhir.r4.model.AuditEvent.AuditEventAgentComponent;
import org.hl7.fhir.r4.model.AuditEvent.AuditEventEntityComponent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What stands in the profiles of IHE BALP as required, beside what FHIR R4 itself requires. */
class AuditEventsTest {
  private static final UUID DOSSIER = UUID.fromString("01a2002e-9329-7756-990e-ac0f75b69a43");
  private static final FhirContext R4 = FhirContext.forR4();
  private static final FhirValidator VALIDATOR = validator();

  private static FhirValidator validator() {
    FhirInstanceValidator validator =
        new FhirInstanceValidator(
            new ValidationSupportChain(
                new DefaultProfileValidationSupport(R4),
                new InMemoryTerminologyServerValidationSupport(R4),
                new CommonCodeSystemsTerminologyService(R4)));
    return R4.newValidator().registerValidatorModule(validator);
  }

  private static AuditEvent event(
      PurposeOfUse purpose, Outcome outcome, String action, Optional<NationalId> structure) {
    return event(
        new Actor(
            Actor.Role.PROFESSIONAL, Optional.of("899700024450"), Optional.of("10"), structure),
        purpose,
        outcome,
        action,
        Optional.of(DOSSIER));
  }

  private static AuditEvent event(
      Actor actor, PurposeOfUse purpose, Outcome outcome, String action, Optional<UUID> dossier) {
    AccessTraced traced =
        new AccessTraced(
            actor,
            purpose,
            action,
            outcome,
            "GRANT",
            Optional.of(DOSSIER),
            Optional.of("2018-11"),
            Optional.of(4L),
            List.of("item-1", "item-2"),
            Optional.empty(),
            Optional.of(true));
    Found found =
        new Found(
            7,
            Topic.ACCESS_TRACES.wireName(),
            0,
            3,
            Optional.empty(),
            Stream.concat(
                    Stream.of(
                        header(Headers.ID, UUID.randomUUID().toString()),
                        header(Headers.TYPE, AccessTraced.WIRE_NAME),
                        header(Headers.TIME, "2026-05-03T10:00:00Z")),
                    dossier.map(id -> header(Headers.SUBJECT, id.toString())).stream())
                .toList(),
            Optional.of(Wire.write(traced)),
            Optional.empty());
    AuditEvent event = AuditEvents.of(found).orElseThrow();
    // BALP's own profiles come in no jar: what they require is asked by each test.
    AuditEvent plain = event.copy();
    plain.setMeta(null);
    String json = AuditEvents.json(plain);
    assertThat(VALIDATOR.validateWithResult(json).getMessages())
        .filteredOn(
            message ->
                Set.of(ResultSeverityEnum.ERROR, ResultSeverityEnum.FATAL)
                    .contains(message.getSeverity()))
        .as(json)
        .isEmpty();
    return event;
  }

  private static NamedValue header(String name, String value) {
    return new NamedValue(name, Optional.of(value.getBytes(StandardCharsets.UTF_8)));
  }

  private static final Optional<NationalId> STRUCTURE = Optional.of(new NationalId("3750100125"));

  private static AuditEventAgentComponent agent(AuditEvent event, String code) {
    return event.getAgent().stream()
        .filter(each -> each.getType().getCodingFirstRep().getCode().equals(code))
        .findFirst()
        .orElseThrow();
  }

  private static AuditEventEntityComponent entity(AuditEvent event, String type) {
    List<AuditEventEntityComponent> of =
        event.getEntity().stream().filter(each -> each.getType().getCode().equals(type)).toList();
    assertThat(of).as("exactly one entity of type " + type).hasSize(1);
    return of.getFirst();
  }

  private static void isOfPatientByUser(AuditEvent event, String purpose) {
    AuditEventEntityComponent patient = entity(event, "1");
    assertThat(patient.getRole().getCode()).isEqualTo("1");
    assertThat(patient.getWhat().getType()).isEqualTo("Patient");
    assertThat(patient.getWhat().getIdentifier().getValue()).isEqualTo("urn:uuid:" + DOSSIER);
    AuditEventAgentComponent user = agent(event, "IRCP");
    assertThat(user.getRequestor()).isTrue();
    assertThat(user.getWho().getIdentifier().getValue()).isEqualTo("899700024450");
    assertThat(user.hasNetwork()).isFalse();
    assertThat(user.hasMedia()).isFalse();
    assertThat(user.getPurposeOfUseFirstRep().getCodingFirstRep().getCode()).isEqualTo(purpose);
    assertThat(event.getRecorded()).isEqualTo("2026-05-03T10:00:00.000Z");
    assertThat(event.getSource().hasObserver()).isTrue();
  }

  private static void isSentBetween(AuditEvent event, String source, String destination) {
    for (String end : List.of(source, destination)) {
      assertThat(agent(event, end).hasWho()).isTrue();
      assertThat(agent(event, end).hasNetwork()).isTrue();
      assertThat(agent(event, end).hasMedia()).isFalse();
    }
  }

  private static void isRead(AuditEvent event) {
    assertThat(event.getMeta().getProfile().getFirst().getValue())
        .endsWith("IHE.BasicAudit.PatientRead");
    assertThat(event.getType().getCode()).isEqualTo("rest");
    assertThat(event.getSubtypeFirstRep().getCode()).isEqualTo("read");
    assertThat(event.getAction().toCode()).isEqualTo("R");
    assertThat(event.getOutcome().toCode()).isEqualTo("0");
    isSentBetween(event, "110153", "110152");
    AuditEventEntityComponent data = entity(event, "2");
    assertThat(data.getRole().getCode()).isEqualTo("4");
    assertThat(data.hasWhat()).isTrue();
    assertThat(data.getDetail())
        .filteredOn(detail -> detail.getType().equals("itemId"))
        .extracting(detail -> detail.getValueStringType().getValue())
        .containsExactly("item-1", "item-2");
  }

  @Test
  void a_read_has_what_balp_requires_and_passes_the_validator() {
    AuditEvent event = event(PurposeOfUse.NORMAL, Outcome.RELEASED, "read-items", STRUCTURE);
    isRead(event);
    isOfPatientByUser(event, "TREAT");
  }

  /** Which kind of party somebody is, and for what they read when it is no emergency. */
  private record Party(String type, String purpose) {
    static Party of(Actor.Role role) {
      return switch (role) {
        case PROFESSIONAL -> new Party("Practitioner", "TREAT");
        case OWNER, OTHER_PATIENT -> new Party("Patient", "PATRQT");
        case REPRESENTATIVE -> new Party("RelatedPerson", "FAMRQT");
        case COUNTER_AGENT -> new Party("Practitioner", "PATADMIN");
        case AUDITOR, PRIVACY_OFFICER -> new Party("Practitioner", "HCOMPL");
        case OPERATOR -> new Party("Practitioner", "HSYSADMIN");
        case PROGRAMME -> new Party("Organization", "PUBHLTH");
        case BILLING, PAYER -> new Party("Organization", "HPAYMT");
        case BARRED -> new Party("Organization", "HOPERAT");
        case SERVICE -> new Party("Device", "HOPERAT");
      };
    }
  }

  @ParameterizedTest
  @EnumSource
  void whoever_it_was_is_somebody_with_a_purpose_of_their_own(Actor.Role role) {
    Optional<String> id =
        Set.of(Actor.Role.OWNER, Actor.Role.OTHER_PATIENT).contains(role)
            ? Optional.empty()
            : Optional.of("account-1");
    Actor actor = new Actor(role, id, Optional.empty(), Optional.empty());
    AuditEvent read =
        event(actor, PurposeOfUse.NORMAL, Outcome.RELEASED, "read-items", Optional.of(DOSSIER));
    isRead(read);
    AuditEvent search =
        event(actor, PurposeOfUse.NORMAL, Outcome.RELEASED, "audit-search", Optional.empty());
    assertThat(search.getMeta().getProfile().getFirst().getValue()).endsWith("IHE.BasicAudit.Read");
    assertThat(search.getEntity()).as("of no patient").hasSize(1);
    for (AuditEvent event :
        List.of(
            read,
            search,
            event(actor, PurposeOfUse.NORMAL, Outcome.RELEASED, "export", Optional.of(DOSSIER)),
            event(actor, PurposeOfUse.NORMAL, Outcome.REFUSED, "read-items", Optional.of(DOSSIER)),
            event(actor, PurposeOfUse.NORMAL, Outcome.REFUSED, "read-items", Optional.empty()))) {
      AuditEventAgentComponent user = agent(event, "IRCP");
      assertThat(user.getWho().getType()).isEqualTo(Party.of(role).type());
      assertThat(user.getPurposeOfUseFirstRep().getCodingFirstRep().getCode())
          .isEqualTo(Party.of(role).purpose());
      assertThat(event.getPurposeOfEventFirstRep().getCodingFirstRep().getCode())
          .isEqualTo(Party.of(role).purpose());
      id.ifPresent(known -> assertThat(user.getWho().getIdentifier().getValue()).isEqualTo(known));
    }
    if (role == Actor.Role.OWNER) {
      assertThat(agent(read, "IRCP").getWho().getIdentifier().getValue())
          .as("by the dossier alone")
          .isEqualTo("urn:uuid:" + DOSSIER);
    }
  }

  @Test
  void an_emergency_has_what_balp_requires_and_passes_the_validator() {
    AuditEvent glass = event(PurposeOfUse.BREAK_GLASS, Outcome.RELEASED, "read-items", STRUCTURE);
    isRead(glass);
    isOfPatientByUser(glass, "BTG");
    assertThat(glass.getPurposeOfEventFirstRep().getCodingFirstRep().getCode()).isEqualTo("BTG");
    isOfPatientByUser(
        event(PurposeOfUse.MEDICAL_REGULATION, Outcome.RELEASED, "read-items", STRUCTURE),
        "ETREAT");
  }

  @Test
  void a_refusal_has_what_balp_requires_and_passes_the_validator() {
    for (Optional<NationalId> structure : List.of(STRUCTURE, Optional.<NationalId>empty())) {
      AuditEvent event = event(PurposeOfUse.NORMAL, Outcome.REFUSED, "read-items", structure);
      assertThat(event.getMeta().getProfile().getFirst().getValue())
          .endsWith("IHE.BasicAudit.AuthZconsent");
      assertThat(event.getType().getCode()).isEqualTo("110113");
      assertThat(event.getSubtypeFirstRep().getCode()).isEqualTo("AuthZ-Consent");
      assertThat(event.getAction().toCode()).isEqualTo("E");
      assertThat(event.getOutcome().toCode()).isEqualTo("8");
      assertThat(event.getOutcomeDesc()).isNotEmpty();
      assertThat(agent(event, "110150").hasWho()).isTrue();
      assertThat(agent(event, "110150").hasNetwork()).isTrue();
      assertThat(agent(event, "PROV").hasWho()).isTrue();
      assertThat(agent(event, "PROV").getRequestor()).isFalse();
      assertThat(agent(event, "authserver").getWho().getDisplay())
          .as("the source is the one that decided")
          .isEqualTo(event.getSource().getObserver().getDisplay());
      isOfPatientByUser(event, "TREAT");
      assertThat(entity(event, "Consent").hasWhat()).isTrue();
      assertThat(event.getEntity()).as("closed to a patient and a consent").hasSize(2);
    }
  }

  @Test
  void an_export_has_what_balp_requires_and_passes_the_validator() {
    AuditEvent event = event(PurposeOfUse.NORMAL, Outcome.RELEASED, "export", STRUCTURE);
    assertThat(event.getMeta().getProfile().getFirst().getValue())
        .endsWith("IHE.BasicAudit.PrivacyDisclosure.Source");
    assertThat(event.getType().getCode()).isEqualTo("110106");
    assertThat(event.getSubtypeFirstRep().getCode()).isEqualTo("disclose");
    assertThat(event.getAction().toCode()).isEqualTo("R");
    assertThat(event.getOutcome().toCode()).isEqualTo("0");
    isSentBetween(event, "110153", "110152");
    assertThat(agent(event, "110153").getWho().getDisplay())
        .as("the source recorded it")
        .isEqualTo(event.getSource().getObserver().getDisplay());
    isOfPatientByUser(event, "TREAT");
    assertThat(event.getEntity()).hasSize(2);
  }
}
