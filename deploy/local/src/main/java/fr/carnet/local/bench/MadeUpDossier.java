package fr.carnet.local.bench;

import fr.carnet.events.Sealed;
import fr.carnet.events.Wire;
import fr.carnet.events.access.AccessGranted;
import fr.carnet.events.access.Grantee;
import fr.carnet.events.care.Act;
import fr.carnet.events.care.ActSystem;
import fr.carnet.events.care.Care;
import fr.carnet.events.care.CareCategory;
import fr.carnet.events.care.CareLinePassed;
import fr.carnet.events.care.CareProvider;
import fr.carnet.events.content.ItemBody;
import fr.carnet.events.content.ItemContent;
import fr.carnet.events.dossier.Channel;
import fr.carnet.events.dossier.DossierOpened;
import fr.carnet.events.dossier.DossierRegistered;
import fr.carnet.events.dossier.ItemAdded;
import fr.carnet.events.dossier.PatientIdentity;
import fr.carnet.events.dossier.Sex;
import fr.carnet.events.identity.NationalId;
import fr.carnet.events.identity.PatientRef;
import fr.carnet.events.trace.Actor;
import fr.carnet.sealing.Binding;
import fr.carnet.sealing.DossierKeySet;
import fr.carnet.sealing.MasterKey;
import fr.carnet.sealing.SealingSession;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;

/**
 * One made-up person's dossier as the facts that services would have recorded: opened at the
 * counter, a doctor let in, items added, care passed. Sealed as services seal: what is added under
 * one session key, as of one month, all care under another. Ids depend on seed and number alone;
 * keys are new each time.
 */
final class MadeUpDossier {
  /** So many of what a dossier holds are items; the rest is care. */
  static final int ONE_ITEM_IN = 10;

  /** The doctor of the local realm, who reads. */
  static final String DOCTOR = "doctor";

  private static final String DOCTOR_ID = "899700024450";
  private static final Actor AUTHOR =
      new Actor(
          Actor.Role.PROFESSIONAL,
          Optional.of(DOCTOR_ID),
          Optional.of("10"),
          Optional.of(new NationalId("3750100125")));
  private static final Actor OWNER = Actor.anonymous(Actor.Role.OWNER);
  private static final Actor AGENT =
      new Actor(Actor.Role.COUNTER_AGENT, Optional.of("bench"), Optional.empty(), Optional.empty());

  /** Care of the last 24 months, but not of the day on which the window ends meanwhile. */
  private static final int DAYS = 700;

  private static final String REPORT =
      """
      Patient vu en consultation pour le suivi habituel. Tension artérielle 128/76, poids stable, \
      auscultation cardiaque et pulmonaire sans particularité. Le traitement en cours est bien \
      toléré et poursuivi. Contrôle biologique dans trois mois, prochaine consultation ensuite. \
      Conseils d'activité physique et d'alimentation rappelés, vaccination à jour.\
      """;
  private static final List<CareCategory> CATEGORIES = List.of(CareCategory.values());
  private static final HexFormat HEX = HexFormat.of();

  /** An event of a stream, as a table and Kafka hold it. */
  record Event(
      UUID id,
      long version,
      String type,
      Instant time,
      Actor actor,
      String correlation,
      byte[] data) {}

  /** A line that passed. */
  record Line(UUID id, Instant time, byte[] data) {}

  private final long seed;
  private final LocalDate today;

  MadeUpDossier(long seed, LocalDate today) {
    this.seed = seed;
    this.today = today;
  }

  /**
   * All of one dossier.
   *
   * @param wrappedKeys its key set under the master key
   * @param events of its own stream, from version 1
   * @param access of its stream of access, from version 1
   * @param registered as the registry tells it
   */
  record Facts(
      UUID id,
      byte[] wrappedKeys,
      List<Event> events,
      List<Event> access,
      byte[] registered,
      List<Line> care) {
    Facts {
      events = List.copyOf(events);
      access = List.copyOf(access);
      care = List.copyOf(care);
    }
  }

  /** The id of the n-th. */
  UUID id(int number) {
    SplittableRandom random = new SplittableRandom(seed * 1_000_003 + number);
    long millis = today.toEpochDay() * 86_400_000L + number;
    return new UUID(
        (millis << 16) | 0x7000L | random.nextLong(0x1000),
        (random.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L);
  }

  /** How many of what it holds are items. */
  static int itemsOf(int held) {
    return Math.ceilDiv(held, ONE_ITEM_IN);
  }

  /** The n-th, which holds so many items and care lines together. */
  Facts facts(int number, int held, MasterKey master) {
    UUID id = id(number);
    SplittableRandom random = new SplittableRandom(seed * 7_368_787 + number);
    Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
    DossierKeySet keys = DossierKeySet.generate(id);
    PatientRef patient = new PatientRef(HEX.formatHex(bytes(random, 32)));
    List<Event> events = new ArrayList<>();
    events.add(opened(id, keys.publicKey(), patient, now, random));
    int items = itemsOf(held);
    SealingSession content = SealingSession.towards(id, keys.publicKey());
    for (int i = 0; i < items; i++) {
      events.add(added(id, content, i, now, random));
    }
    SealingSession session = SealingSession.towards(id, keys.publicKey());
    List<Line> care = new ArrayList<>();
    for (int i = items; i < held; i++) {
      care.add(passed(id, session, care(i, random), now, random));
    }
    return new Facts(
        id,
        keys.wrap(master),
        events,
        List.of(
            event(
                uuid(random),
                1,
                AccessGranted.WIRE_NAME,
                now,
                OWNER,
                new AccessGranted(
                    uuid(random),
                    new Grantee(Grantee.Kind.PROFESSIONAL, new NationalId(DOCTOR_ID)),
                    now,
                    Optional.empty(),
                    Optional.empty()))),
        Wire.write(
            new DossierRegistered(
                id, List.of(patient), keys.publicKey(), DossierRegistered.State.OPEN, 1)),
        care);
  }

  private static Event event(
      UUID id, long version, String type, Instant time, Actor actor, Object fact) {
    return new Event(id, version, type, time, actor, "bench-" + id, Wire.write(fact));
  }

  private static Event opened(
      UUID dossierId, String publicKey, PatientRef patient, Instant now, SplittableRandom random) {
    UUID id = uuid(random);
    PatientIdentity identity =
        new PatientIdentity(
            patient,
            Optional.of("EXEMPLE"),
            Optional.of("Camille"),
            Optional.of(LocalDate.of(1940 + random.nextInt(80), 1 + random.nextInt(12), 1)),
            Optional.of(random.nextBoolean() ? Sex.FEMALE : Sex.MALE),
            Optional.empty(),
            Optional.empty());
    return event(
        id,
        1,
        DossierOpened.WIRE_NAME,
        now,
        AGENT,
        new DossierOpened(
            publicKey,
            Channel.COUNTER,
            "J'accepte l'ouverture de mon dossier.",
            sealed(
                dossierId,
                SealingSession.towards(dossierId, publicKey),
                id,
                DossierOpened.WIRE_NAME,
                identity),
            Optional.of(AGENT)));
  }

  private static Sealed sealed(
      UUID dossierId, SealingSession session, UUID event, String type, Object body) {
    return session.seal(Wire.write(body), new Binding(dossierId, event.toString(), type));
  }

  private Event added(
      UUID dossierId, SealingSession session, int index, Instant now, SplittableRandom random) {
    UUID id = uuid(random);
    ItemContent content = content(index, random);
    Actor author =
        switch (content.kind()) {
          case EMERGENCY_CONTACT, ADVANCE_DIRECTIVE, NOTE -> OWNER;
          case CONDITION,
              ALLERGY,
              TREATMENT,
              PRESCRIPTION,
              DISPENSING,
              LABORATORY_RESULT,
              IMAGING_RESULT,
              CONSULTATION_REPORT,
              HOSPITAL_REPORT,
              VACCINATION,
              CARE_PLAN,
              CERTIFICATE,
              DOCUMENT ->
              AUTHOR;
        };
    return event(
        id,
        index + 2L,
        ItemAdded.WIRE_NAME,
        now,
        author,
        new ItemAdded(
            uuid(random),
            author,
            sealed(
                dossierId, session, id, ItemAdded.WIRE_NAME, new ItemBody(content, false, false))));
  }

  private ItemContent content(int index, SplittableRandom random) {
    LocalDate day = today.minusDays(1L + random.nextInt(DAYS));
    return switch (index % 11) {
      case 0 ->
          new ItemContent.Allergy(
              "Pénicilline", Optional.of("Urticaire"), ItemContent.Severity.SEVERE);
      case 1 ->
          new ItemContent.Treatment(
              "Metformine 1000 mg",
              Optional.empty(),
              Optional.of("1 matin et soir"),
              Optional.of(day),
              Optional.empty());
      case 2 ->
          new ItemContent.Condition(
              "E11.9", "Diabète de type 2", Optional.of(day), Optional.empty());
      case 3 ->
          new ItemContent.EmergencyContact(
              "Dominique Exemple", "0102030405", Optional.of("conjoint"));
      case 4 ->
          new ItemContent.AdvanceDirective(
              "Pas d'acharnement thérapeutique.", day, Optional.of("Dominique Exemple"));
      case 5 ->
          new ItemContent.Vaccination(
              "Vaccin antigrippal",
              Optional.empty(),
              Optional.of("J07BB02"),
              Optional.of("L" + random.nextInt(1_000)),
              day);
      case 6 ->
          new ItemContent.LaboratoryResult(
              "4548-4",
              "Hémoglobine glyquée",
              Optional.of(new BigDecimal("6.8")),
              Optional.of("%"),
              Optional.empty(),
              Optional.of(new BigDecimal("4.0")),
              Optional.of(new BigDecimal("6.0")),
              day);
      case 7 -> new ItemContent.ConsultationReport("Consultation de suivi", REPORT, day);
      case 8 ->
          new ItemContent.Prescription(
              day,
              List.of(
                  new ItemContent.PrescribedLine(
                      "Metformine 1000 mg",
                      Optional.of(medicine(random)),
                      Optional.of("1 matin et soir"),
                      Optional.of(90))));
      case 9 ->
          new ItemContent.ImagingResult(
              "Radiographie du thorax",
              Optional.of(new Act(ActSystem.CCAM, "ZBQK002")),
              "Pas d'anomalie décelable.",
              day);
      default -> new ItemContent.Note("Ma tension", "12/7 le matin, 13/8 le soir.");
    };
  }

  private static Act medicine(SplittableRandom random) {
    List<String> packs = List.of("3400930000014", "3400930000021", "3400930000038");
    return new Act(ActSystem.CIP13, packs.get(random.nextInt(packs.size())));
  }

  /** A line of care that no other is identical with. */
  Care care(int index, SplittableRandom random) {
    LocalDate day = today.minusDays(1L + random.nextInt(DAYS));
    CareCategory category = CATEGORIES.get(index % CATEGORIES.size());
    Act act =
        switch (category) {
          case MEDICATION, VACCINATION -> medicine(random);
          case DEVICE -> new Act(ActSystem.LPP, "1234567");
          case HOSPITAL_STAY -> new Act(ActSystem.GHM, "04M053");
          case MEDICAL_CARE -> new Act(ActSystem.NGAP, "G");
          case DENTAL_CARE -> new Act(ActSystem.CCAM, "HBMD038");
          case IMAGING -> new Act(ActSystem.CCAM, "ZBQK002");
          case LABORATORY -> new Act(ActSystem.NABM, "1577");
        };
    return new Care(
        HEX.formatHex(bytes(random, 16)),
        category,
        "1111",
        Optional.of(act),
        BigDecimal.ONE,
        new CareProvider(Optional.of("99700024450"), Optional.empty(), Optional.of("01")),
        Optional.of(
            new CareProvider(Optional.of("99700032024"), Optional.empty(), Optional.of("01"))),
        Optional.of(day),
        day,
        day,
        false,
        Optional.of("99700032024"),
        Optional.of(day.plusDays(1)),
        0);
  }

  private static Line passed(
      UUID dossierId, SealingSession session, Care care, Instant now, SplittableRandom random) {
    String lineKey = HEX.formatHex(bytes(random, 32));
    Sealed sealed =
        session.seal(Wire.write(care), new Binding(dossierId, lineKey, CareLinePassed.WIRE_NAME));
    return new Line(uuid(random), now, Wire.write(new CareLinePassed(lineKey, sealed)));
  }

  private static UUID uuid(SplittableRandom random) {
    return new UUID(
        (random.nextLong() & ~0xF000L) | 0x4000L,
        (random.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L);
  }

  private static byte[] bytes(SplittableRandom random, int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }
}
