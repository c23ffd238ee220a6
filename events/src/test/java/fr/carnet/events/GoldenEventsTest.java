package fr.carnet.events;

import static org.assertj.core.api.Assertions.assertThat;

import fr.carnet.events.access.AccessEvent;
import fr.carnet.events.access.AccessGranted;
import fr.carnet.events.access.AccessRequestDeclined;
import fr.carnet.events.access.AccessRequested;
import fr.carnet.events.access.EmergencyWishRecorded;
import fr.carnet.events.access.GrantRevoked;
import fr.carnet.events.access.Grantee;
import fr.carnet.events.access.ProfessionalBlocked;
import fr.carnet.events.access.ProfessionalUnblocked;
import fr.carnet.events.access.TreatingPhysicianEnded;
import fr.carnet.events.access.TreatingPhysicianNamed;
import fr.carnet.events.access.TreatingPhysicianProposed;
import fr.carnet.events.access.VisitCodeIssued;
import fr.carnet.events.billing.LineRejected;
import fr.carnet.events.care.Act;
import fr.carnet.events.care.ActSystem;
import fr.carnet.events.care.Care;
import fr.carnet.events.care.CareCategory;
import fr.carnet.events.care.CareLinePassed;
import fr.carnet.events.care.CareLineWithdrawn;
import fr.carnet.events.care.CareProvider;
import fr.carnet.events.content.ItemBody;
import fr.carnet.events.content.ItemContent;
import fr.carnet.events.content.ItemContent.Severity;
import fr.carnet.events.content.Mask;
import fr.carnet.events.dossier.Affiliation;
import fr.carnet.events.dossier.Channel;
import fr.carnet.events.dossier.ClosingReason;
import fr.carnet.events.dossier.DossierClosed;
import fr.carnet.events.dossier.DossierErased;
import fr.carnet.events.dossier.DossierEvent;
import fr.carnet.events.dossier.DossierOpened;
import fr.carnet.events.dossier.DossierRegistered;
import fr.carnet.events.dossier.DossierReopened;
import fr.carnet.events.dossier.EndOfRepresentation;
import fr.carnet.events.dossier.ErasureCause;
import fr.carnet.events.dossier.ErasureRequested;
import fr.carnet.events.dossier.ErasureWithdrawn;
import fr.carnet.events.dossier.InsRecorded;
import fr.carnet.events.dossier.ItemAdded;
import fr.carnet.events.dossier.ItemAnnounced;
import fr.carnet.events.dossier.ItemDeleted;
import fr.carnet.events.dossier.ItemReplaced;
import fr.carnet.events.dossier.MaskLifted;
import fr.carnet.events.dossier.MaskSet;
import fr.carnet.events.dossier.NewIns;
import fr.carnet.events.dossier.PatientIdentity;
import fr.carnet.events.dossier.ReleaseDecided;
import fr.carnet.events.dossier.ReleaseRequest;
import fr.carnet.events.dossier.ReleaseRequested;
import fr.carnet.events.dossier.ReleaseUsed;
import fr.carnet.events.dossier.Representation;
import fr.carnet.events.dossier.RepresentationEnded;
import fr.carnet.events.dossier.Representative;
import fr.carnet.events.dossier.RepresentativeRecorded;
import fr.carnet.events.dossier.Sex;
import fr.carnet.events.identity.NationalId;
import fr.carnet.events.identity.PatientRef;
import fr.carnet.events.trace.AccessTraced;
import fr.carnet.events.trace.Actor;
import fr.carnet.events.trace.PurposeOfUse;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every version of every fact ever written, as it stands on Kafka for ever. A golden file is never
 * edited: what was written must be readable, and what is written must not change by accident. A new
 * fact or version gets a new file, which this test names when it is missing.
 */
class GoldenEventsTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");
  private static final UUID ID = UUID.fromString("01a2002e-9329-7756-990e-ac0f75b69a43");
  private static final Sealed SEALED = new Sealed("session", "wrapped", "body");
  private static final NationalId DOCTOR = new NationalId("899700024450");
  private static final Actor AUTHOR =
      new Actor(
          Actor.Role.PROFESSIONAL,
          Optional.of(DOCTOR.value()),
          Optional.of("10"),
          Optional.of(new NationalId("3750100125")));
  private static final LocalDate DAY = LocalDate.of(2026, 5, 3);
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

  private static Map<String, Object> facts() {
    Map<String, Object> facts = new LinkedHashMap<>();
    for (DossierEvent event :
        List.of(
            new DossierOpened("key", Channel.ONLINE, "v1", SEALED, Optional.empty()),
            new DossierClosed(ClosingReason.FERMETURE_DEMANDE_PATIENT, Optional.empty()),
            new DossierReopened(Channel.COUNTER, "v2", Optional.empty()),
            new DossierErased(ErasureCause.REQUESTED),
            new InsRecorded(SEALED),
            new RepresentativeRecorded(ID, SEALED),
            new RepresentationEnded(ID, SEALED),
            new ErasureRequested(NOON, NOON.plusSeconds(604_800), LocalDate.of(2027, 2, 21)),
            new ErasureWithdrawn(NOON),
            new ReleaseRequested(ID, ReleaseRequested.Kind.HEIRS, SEALED),
            new ReleaseDecided(ID, ReleaseDecided.Reason.STANDING_NOT_SHOWN, Optional.empty()),
            new ReleaseUsed(ID),
            new ItemAdded(ID, AUTHOR, SEALED),
            new ItemReplaced(ID, Actor.anonymous(Actor.Role.OWNER), SEALED),
            new ItemDeleted(ID),
            new ItemAnnounced(ID),
            new MaskSet(ID, SEALED),
            new MaskLifted(ID))) {
      facts.put(event.wireName(), event);
    }
    facts.put(
        "dossier.opened.v1-with-consent-taker",
        new DossierOpened(
            "key", Channel.PHARMACIST, "v1", SEALED, Optional.of(professional("21"))));
    facts.put(
        "dossier.closed.v1-with-end",
        new DossierClosed(ClosingReason.FERMETURE_DECES, Optional.of(NOON)));
    facts.put(
        "dossier.reopened.v1-with-consent-taker",
        new DossierReopened(Channel.ONLINE, "v2", Optional.of(Actor.anonymous(Actor.Role.OWNER))));
    facts.put(
        "dossier.release-decided.v1-granted",
        new ReleaseDecided(
            ID,
            ReleaseDecided.Reason.CAUSES_OF_DEATH,
            Optional.of(new ReleaseDecided.Release(NOON, "hash"))));
    facts.put(
        "dossier.identity.v1",
        new PatientIdentity(
            new PatientRef("0123456789abcdef".repeat(4)),
            Optional.of("Testaud"),
            Optional.of("Camille"),
            Optional.of(LocalDate.of(2016, 6, 5)),
            Optional.of(Sex.FEMALE),
            Optional.of(new Affiliation("01", "671", false)),
            Optional.of(
                new Representative(
                    Representative.Kind.PARENT, "Testaud", "Dominique", "livret de famille"))));
    facts.put(
        "dossier.new-ins.v1",
        new NewIns(new PatientRef("0123456789abcdef".repeat(4)), "attestation de droits"));
    facts.put(
        "dossier.release-request.v1",
        new ReleaseRequest("Testaud", "Dominique", "causes du décès"));
    for (AccessEvent event :
        List.of(
            new AccessGranted(
                ID,
                new Grantee(Grantee.Kind.PROFESSIONAL, DOCTOR),
                NOON,
                Optional.of(NOON.plusSeconds(60)),
                Optional.of(SEALED)),
            new GrantRevoked(ID),
            new ProfessionalBlocked(DOCTOR),
            new ProfessionalUnblocked(DOCTOR),
            new TreatingPhysicianProposed(DOCTOR),
            new TreatingPhysicianNamed(DOCTOR),
            new TreatingPhysicianEnded(DOCTOR, TreatingPhysicianEnded.Cause.BLOCKED),
            new VisitCodeIssued(ID, NOON),
            new AccessRequested(ID, DOCTOR),
            new AccessRequestDeclined(ID),
            new EmergencyWishRecorded(EmergencyWishRecorded.Wish.BREAK_GLASS, true))) {
      facts.put(event.wireName(), event);
    }
    facts.put(
        DossierRegistered.WIRE_NAME,
        new DossierRegistered(
            ID,
            List.of(new PatientRef("0123456789abcdef".repeat(4))),
            "key",
            DossierRegistered.State.OPEN,
            1));
    facts.put(
        "dossier.representation.v1",
        new Representation(
            new PatientRef("0123456789abcdef".repeat(4)),
            Representative.Kind.PERSON_OF_TRUST,
            "Testaud",
            "Dominique",
            "désignation signée",
            NOON,
            Optional.of(NOON.plusSeconds(60))));
    facts.put(
        "dossier.end-of-representation.v1",
        new EndOfRepresentation(EndOfRepresentation.Cause.EXCLUDED, "jugement"));
    facts.put(
        "dossier.registered.v1-represented",
        new DossierRegistered(
            ID,
            List.of(new PatientRef("0123456789abcdef".repeat(4))),
            "key",
            DossierRegistered.State.OPEN,
            4,
            0,
            List.of(
                new DossierRegistered.ActsFor(
                    ID,
                    new PatientRef("0123456789abcdef".repeat(4)),
                    Representative.Kind.PARENT,
                    NOON,
                    Optional.of(NOON.plusSeconds(60))))));
    facts.put(
        "dossier.registered.v1-reopened",
        new DossierRegistered(
            ID,
            List.of(new PatientRef("0123456789abcdef".repeat(4))),
            "key",
            DossierRegistered.State.OPEN,
            3,
            1));
    facts.put(
        "access.granted.v1-renewal",
        new AccessGranted(
            ID,
            new Grantee(Grantee.Kind.PROFESSIONAL, DOCTOR),
            NOON,
            Optional.empty(),
            Optional.empty(),
            Optional.of(new AccessGranted.Origin(AccessGranted.Origin.Kind.RENEWAL, ID))));
    facts.put(
        "access.treating-physician-named.v1-same-right",
        new TreatingPhysicianNamed(DOCTOR, Optional.of(TreatingPhysicianNamed.Title.SAME_RIGHT)));
    facts.put("access.requested.v1-to-representatives", new AccessRequested(ID, DOCTOR, true));
    facts.put(
        "access.emergency-wish-recorded.v1-asked-anew",
        new EmergencyWishRecorded(EmergencyWishRecorded.Wish.BREAK_GLASS, true, 1));
    for (AccessEvent event :
        List.of(
            new AccessGranted(
                ID,
                new Grantee(Grantee.Kind.PROFESSIONAL, DOCTOR),
                NOON,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(ID)),
            new GrantRevoked(ID, Optional.of(ID)),
            new ProfessionalBlocked(DOCTOR, Optional.of(ID)),
            new ProfessionalUnblocked(DOCTOR, Optional.of(ID)),
            new TreatingPhysicianProposed(DOCTOR, Optional.of(ID)),
            new TreatingPhysicianNamed(
                DOCTOR, Optional.of(TreatingPhysicianNamed.Title.SAME_RIGHT), Optional.of(ID)),
            new TreatingPhysicianEnded(
                DOCTOR, TreatingPhysicianEnded.Cause.BY_PATIENT, Optional.of(ID)),
            new VisitCodeIssued(ID, NOON, Optional.of(ID)),
            new AccessRequestDeclined(ID, Optional.of(ID)),
            new EmergencyWishRecorded(
                EmergencyWishRecorded.Wish.BREAK_GLASS, true, 0, Optional.of(ID)))) {
      facts.put(event.wireName() + "-by-representative", event);
    }
    facts.put(CareLinePassed.WIRE_NAME, new CareLinePassed("line", SEALED));
    facts.put("care.line.v1", care(Optional.empty(), Optional.empty(), 0));
    facts.put("care.line.v1-with-repeats", care(Optional.of("99700024450"), Optional.empty(), 2));
    facts.put(
        "care.line.v1-with-processing",
        care(Optional.of("99700024450"), Optional.of(LocalDate.of(2026, 5, 12)), 2));
    contents()
        .forEach(
            content ->
                facts.put("item." + content.kind() + ".v1", new ItemBody(content, false, true)));
    for (Mask mask :
        List.of(
            new Mask.OfItem("item"),
            new Mask.OfAct(ActSystem.CCAM, "QEQJ001"),
            new Mask.OfCategory(CareCategory.IMAGING),
            new Mask.OfClass("31"))) {
      facts.put("mask." + mask.getClass().getSimpleName() + ".v1", mask);
    }
    facts.put(CareLineWithdrawn.WIRE_NAME, new CareLineWithdrawn("line"));
    facts.put(
        AccessTraced.WIRE_NAME,
        new AccessTraced(
            AUTHOR,
            PurposeOfUse.BREAK_GLASS,
            "read-care-history",
            AccessTraced.Outcome.RELEASED,
            "BREAK_GLASS",
            Optional.of(ID),
            Optional.of("2018-11"),
            Optional.of(3L),
            List.of("item"),
            Optional.of(SEALED)));
    facts.put(
        "access.traced.v1-with-care-relation",
        new AccessTraced(
            AUTHOR,
            PurposeOfUse.NORMAL,
            "read-care-history",
            AccessTraced.Outcome.RELEASED,
            "GRANT",
            Optional.of(ID),
            Optional.of("2018-11"),
            Optional.of(3L),
            List.of("item"),
            Optional.empty(),
            Optional.of(false)));
    facts.put(
        "access.traced.v1-kept-from",
        new AccessTraced(
            AUTHOR,
            PurposeOfUse.NORMAL,
            "read-items",
            AccessTraced.Outcome.RELEASED,
            "AUTHOR",
            Optional.empty(),
            Optional.of("2018-11"),
            Optional.of(3L),
            List.of("item"),
            Optional.empty(),
            Optional.of(true),
            Optional.of(
                List.of(AccessTraced.Audience.OWNER, AccessTraced.Audience.REPRESENTATIVE))));
    facts.put(
        LineRejected.WIRE_NAME,
        new LineRejected(
            "billing-system",
            Optional.of("line-1"),
            List.of(new LineRejected.Fault("quantity", "QUANTITY_ZERO", "en", "fr")),
            "e30="));
    return facts;
  }

  private static Actor professional(String profession) {
    return new Actor(
        Actor.Role.PROFESSIONAL,
        Optional.of(DOCTOR.value()),
        Optional.of(profession),
        Optional.of(new NationalId("3750100125")));
  }

  private static List<ItemContent> contents() {
    Optional<LocalDate> until = Optional.of(DAY.plusDays(7));
    Optional<String> cip13 = Optional.of("3400931959496");
    return List.of(
        new ItemContent.Condition("J45.0", "Asthme", Optional.of(DAY), until),
        new ItemContent.Allergy("Pénicilline", Optional.of("œdème"), Severity.SEVERE),
        new ItemContent.Treatment(
            "Ventoline", cip13, Optional.of("2 par jour"), Optional.of(DAY), until),
        new ItemContent.Prescription(
            DAY,
            List.of(
                new ItemContent.PrescribedLine(
                    "Ventoline",
                    Optional.of(new Act(ActSystem.CIP13, "3400931959496")),
                    Optional.of("2 par jour"),
                    Optional.of(30)))),
        new ItemContent.Dispensing(
            Optional.of(ID), DAY, List.of(new ItemContent.DispensedLine("Ventoline", cip13, 2))),
        new ItemContent.LaboratoryResult(
            "718-7",
            "Hémoglobine",
            Optional.of(new BigDecimal("13.2")),
            Optional.of("g/dL"),
            Optional.empty(),
            Optional.of(new BigDecimal("12.0")),
            Optional.of(new BigDecimal("16.5")),
            DAY),
        new ItemContent.ImagingResult(
            "IRM", Optional.of(new Act(ActSystem.CCAM, "QEQJ001")), "Normale", DAY),
        new ItemContent.ConsultationReport("Consultation", "Va bien.", DAY),
        new ItemContent.HospitalReport("Séjour", "Va mieux.", DAY, until),
        new ItemContent.Vaccination(
            "Vaccin", cip13, Optional.of("J07BB02"), Optional.of("LOT1"), DAY),
        new ItemContent.CarePlan("Plan", "Marcher.", DAY, until),
        new ItemContent.Certificate("Certificat", "Apte.", DAY),
        new ItemContent.EmergencyContact("Alex", "+33 1 02 03 04 05", Optional.of("enfant")),
        new ItemContent.AdvanceDirective("Rien de trop.", DAY, Optional.of("Alex")),
        new ItemContent.Note("Note", "À dire."),
        new ItemContent.Document(
            "Lettre",
            "11490-0",
            "application/pdf",
            1_024,
            "0".repeat(64),
            Optional.of(DAY),
            Optional.of(UUID.fromString("01900000-0000-7000-8000-00000000000d"))));
  }

  private static Care care(
      Optional<String> treatingPhysician, Optional<LocalDate> processedOn, int repeats) {
    return new Care(
        "item",
        CareCategory.IMAGING,
        "1351",
        Optional.of(new Act(ActSystem.CCAM, "QEQJ001")),
        BigDecimal.ONE,
        new CareProvider(Optional.of("99700024450"), Optional.empty(), Optional.of("06")),
        Optional.empty(),
        Optional.empty(),
        LocalDate.of(2026, 5, 3),
        LocalDate.of(2026, 5, 3),
        false,
        treatingPhysician,
        processedOn,
        repeats);
  }

  @TestFactory
  Stream<DynamicTest> is_written_and_read_as_ever() {
    return facts().entrySet().stream()
        .map(
            fact ->
                DynamicTest.dynamicTest(
                    fact.getKey(),
                    () -> {
                      Path file = GOLDEN.resolve(fact.getKey() + ".json");
                      String written =
                          new String(Wire.write(fact.getValue()), StandardCharsets.UTF_8);
                      assertThat(file)
                          .as("a new fact needs a golden file with: " + written)
                          .exists();
                      String golden = Files.readString(file).strip();
                      assertThat(written).isEqualTo(golden);
                      assertThat(
                              Wire.read(
                                  golden.getBytes(StandardCharsets.UTF_8),
                                  fact.getValue().getClass()))
                          .isEqualTo(fact.getValue());
                    }));
  }

  @Test
  void every_event_of_the_two_streams_has_a_golden_file() throws IOException {
    long events =
        Arrays.stream(DossierEvent.class.getPermittedSubclasses()).count()
            + Arrays.stream(AccessEvent.class.getPermittedSubclasses()).count();
    try (Stream<Path> files = Files.list(GOLDEN)) {
      assertThat(files.count()).isGreaterThanOrEqualTo(events + 5);
    }
  }

  @Test
  void a_field_that_a_later_version_adds_is_ignored() {
    byte[] later =
        "{\"grantId\":\"%s\",\"why\":\"later\"}".formatted(ID).getBytes(StandardCharsets.UTF_8);
    assertThat(AccessEvent.read(GrantRevoked.WIRE_NAME, later)).isEqualTo(new GrantRevoked(ID));
  }
}
