package fr.carnet.dossier.deciding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fr.carnet.events.Decision;
import fr.carnet.events.Reason;
import fr.carnet.events.Sealed;
import fr.carnet.events.dossier.Affiliation;
import fr.carnet.events.dossier.Channel;
import fr.carnet.events.dossier.DossierEvent;
import fr.carnet.events.dossier.DossierOpened;
import fr.carnet.events.dossier.PatientIdentity;
import fr.carnet.events.dossier.Representative;
import fr.carnet.events.dossier.Sex;
import fr.carnet.events.identity.Ins;
import fr.carnet.events.identity.PatientRef;
import fr.carnet.events.trace.Actor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Who opens a dossier, how, and when. */
class OpeningTest {
  private static final Rollouts ROLLOUTS = shipped();
  private static final Instant NOW = Instant.parse("2026-11-22T09:00:00Z");
  private static final LocalDate BORN = LocalDate.of(1953, 7, 14);
  private static final Affiliation BAS_RHIN = new Affiliation("01", "671", true);

  /** What holds today. */
  static final Optional<Rollout> EVERYWHERE = ROLLOUTS.at(NOW);

  private static Rollouts shipped() {
    try (InputStream file = OpeningTest.class.getResourceAsStream("/rollout.json")) {
      return Rollouts.read(file.readAllBytes());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** An adult whose traits are those of the INS. */
  static Applicant somebody() {
    return applicant("253072B07300470", Optional.of(BORN), Optional.of(Sex.FEMALE));
  }

  private static Applicant applicant(String ins, Optional<LocalDate> birthDate, Optional<Sex> sex) {
    return new Applicant(
        Ins.parse(ins).orElseThrow(),
        new PatientIdentity(
            new PatientRef("0123456789abcdef".repeat(4)),
            Optional.of("Testaud"),
            Optional.of("Camille"),
            birthDate,
            sex,
            Optional.empty(),
            Optional.empty()));
  }

  private static Applicant insured(Affiliation affiliation) {
    return with(somebody(), Optional.of(affiliation), Optional.empty());
  }

  private static Applicant with(
      Applicant applicant, Optional<Affiliation> insuredBy, Optional<Representative> by) {
    return new Applicant(applicant.ins(), applicant.identity().with(insuredBy, by));
  }

  /** Born on this day, with an INS that says so. */
  private static Applicant born(LocalDate day) {
    long number =
        1_00_00_75_115_001L
            + (day.getYear() % 100) * 10_000_000_000L
            + day.getMonthValue() * 100_000_000L;
    String ins = number + String.format("%02d", 97 - number % 97);
    return applicant(ins, Optional.of(day), Optional.of(Sex.MALE));
  }

  private static Representative by(Representative.Kind kind) {
    return new Representative(kind, "Testaud", "Dominique", "livret de famille");
  }

  private static Decision<DossierEvent> asked(Applicant applicant, Channel channel, Instant at) {
    DossierOpened opening =
        new DossierOpened(
            "key",
            channel,
            "v1",
            new Sealed("s", "k", "b"),
            Optional.of(Actor.anonymous(Actor.Role.OWNER)));
    return DossierDecider.decide(
        new DossierCommand.OpenDossier(opening, applicant, ROLLOUTS.at(at), at),
        DossierDecider.initial());
  }

  private static Optional<String> refusal(Applicant applicant, Channel channel, Instant at) {
    return switch (asked(applicant, channel, at)) {
      case Decision.Accepted<DossierEvent> _ -> Optional.empty();
      case Decision.Refused<DossierEvent> refused -> Optional.of(refused.reason().code());
    };
  }

  @Test
  void an_adult_opens_by_every_channel() {
    for (Channel channel : Channel.values()) {
      assertThat(refusal(somebody(), channel, NOW)).isEmpty();
    }
  }

  @Test
  void an_ins_that_contradicts_the_traits_names_the_field() {
    assertThat(Applicant.mismatch(somebody().ins(), Optional.of(Sex.MALE), Optional.of(BORN)))
        .contains(DossierRefusal.INS_CONTRADICTS_SEX);
    assertThat(
            Applicant.mismatch(
                somebody().ins(), Optional.of(Sex.FEMALE), Optional.of(BORN.plusYears(1))))
        .contains(DossierRefusal.INS_CONTRADICTS_BIRTH_YEAR);
    assertThat(
            Applicant.mismatch(
                somebody().ins(), Optional.of(Sex.FEMALE), Optional.of(BORN.plusMonths(1))))
        .contains(DossierRefusal.INS_CONTRADICTS_BIRTH_MONTH);
    assertThat(DossierRefusal.INS_CONTRADICTS_SEX.field()).isEqualTo("sex");
    assertThat(DossierRefusal.INS_CONTRADICTS_BIRTH_YEAR.field()).isEqualTo("birthDate");
    assertThat(DossierRefusal.INS_CONTRADICTS_BIRTH_MONTH.field()).isEqualTo("birthDate");
    assertThat(
            refusal(
                applicant("253072B07300470", Optional.of(BORN), Optional.of(Sex.MALE)),
                Channel.COUNTER,
                NOW))
        .contains("INS_CONTRADICTS_SEX");
  }

  @Test
  void a_birth_date_is_of_a_century_in_which_somebody_was_born_who_lives() {
    for (String day :
        List.of(
            "0053-07-14",
            "1853-07-14",
            "2053-07-14",
            "9953-07-14",
            "+10053-07-14",
            "+999999953-07-14",
            "-0047-07-14")) {
      Applicant applicant =
          applicant("253072B07300470", Optional.of(LocalDate.parse(day)), Optional.of(Sex.FEMALE));
      for (Channel channel : Channel.values()) {
        assertThat(refusal(applicant, channel, NOW)).as(day).contains("BIRTH_DATE_INVALID");
      }
    }
    assertThat(DossierRefusal.BIRTH_DATE_INVALID.field()).isEqualTo("birthDate");
    assertThat(refusal(born(LocalDate.of(1880, 1, 1)), Channel.COUNTER, NOW)).isEmpty();
    assertThat(represented(born(LocalDate.of(2026, 11, 22)), Representative.Kind.PARENT)).isEmpty();
    assertThat(represented(born(LocalDate.of(2026, 11, 23)), Representative.Kind.PARENT))
        .contains("BIRTH_DATE_INVALID");
  }

  @Test
  void a_name_is_one_that_can_be_kept() {
    for (String name : List.of(" ", "a\0b", "a\ud83d", "x".repeat(1_001))) {
      assertThat(refusal(named(Optional.of(name), Optional.empty()), Channel.COUNTER, NOW))
          .contains("NAME_INVALID");
      assertThat(refusal(named(Optional.empty(), Optional.of(name)), Channel.ONLINE, NOW))
          .contains("NAME_INVALID");
      assertThat(
              refusal(
                  with(
                      somebody(),
                      Optional.empty(),
                      Optional.of(
                          new Representative(
                              Representative.Kind.GUARDIAN_OF_ADULT, name, "D", "livret"))),
                  Channel.COUNTER,
                  NOW))
          .contains("REPRESENTATIVE_INVALID");
    }
    assertThat(refusal(named(Optional.empty(), Optional.of("Zoé 😀")), Channel.ONLINE, NOW))
        .isEmpty();
  }

  private static Applicant named(Optional<String> familyName, Optional<String> givenName) {
    PatientIdentity of = somebody().identity();
    return new Applicant(
        somebody().ins(),
        new PatientIdentity(
            of.patientRef(),
            familyName,
            givenName,
            of.birthDate(),
            of.sex(),
            Optional.empty(),
            Optional.empty()));
  }

  @Test
  void months_that_stand_for_an_unknown_one_are_lawful() {
    for (int month = 0; month < 100; month++) {
      long number = 1_53_00_75_115_001L + month * 100_000_000L;
      Ins ins = Ins.parse(number + String.format("%02d", 97 - number % 97)).orElseThrow();
      boolean lawful = month == 7 || (month >= 20 && month <= 42) || month >= 50;
      assertThat(Applicant.mismatch(ins, Optional.of(Sex.MALE), Optional.of(BORN)).isEmpty())
          .as("month %d", month)
          .isEqualTo(lawful);
    }
  }

  @Test
  void a_minor_opens_at_a_counter_with_a_representative_only() {
    Applicant minor = born(LocalDate.of(2016, 6, 5));
    for (Channel channel : List.of(Channel.ONLINE, Channel.PHARMACIST, Channel.PROFESSIONAL)) {
      assertThat(refusal(minor, channel, NOW)).contains("MINOR_OPENS_AT_COUNTER");
    }
    assertThat(DossierRefusal.MINOR_OPENS_AT_COUNTER.english()).contains("parent", "counter");
    assertThat(DossierRefusal.MINOR_OPENS_AT_COUNTER.french()).contains("parent", "guichet");
    assertThat(refusal(minor, Channel.COUNTER, NOW)).contains("REPRESENTATIVE_MISSING");
    assertThat(represented(minor, Representative.Kind.PARENT)).isEmpty();
    assertThat(represented(minor, Representative.Kind.GUARDIAN_OF_MINOR)).isEmpty();
    assertThat(represented(minor, Representative.Kind.GUARDIAN_OF_ADULT))
        .contains("REPRESENTATIVE_INVALID");
  }

  @Test
  void who_may_be_a_minor_by_the_ins_is_not_an_adult_because_the_birth_date_was_left_out() {
    // On 22 November 2026. A month above 12 is not known.
    Map<String, Boolean> mayBeMinor =
        Map.ofEntries(
            Map.entry("1609", true),
            Map.entry("0811", true),
            Map.entry("0812", true),
            Map.entry("0810", false),
            Map.entry("2611", true),
            Map.entry("2612", false),
            Map.entry("2701", false),
            Map.entry("0831", true),
            Map.entry("0731", false),
            Map.entry("2655", true),
            Map.entry("5307", false),
            Map.entry("0001", false));
    mayBeMinor.forEach(
        (yearMonth, may) -> {
          long number = Long.parseLong("1" + yearMonth + "75115001");
          Applicant unknown =
              applicant(
                  number + String.format("%02d", 97 - number % 97),
                  Optional.empty(),
                  Optional.empty());
          for (Channel channel : Channel.values()) {
            assertThat(refusal(unknown, channel, NOW))
                .as(yearMonth + " " + channel)
                .isEqualTo(may ? Optional.of("BIRTH_DATE_MISSING") : Optional.empty());
          }
        });
    assertThat(DossierRefusal.BIRTH_DATE_MISSING.field()).isEqualTo("birthDate");
    assertThat(DossierRefusal.BIRTH_DATE_MISSING.french()).contains("birthDate", "mineure");
  }

  @Test
  void a_representative_does_not_stand_for_a_birth_date() {
    Applicant child =
        applicant(born(LocalDate.of(2016, 6, 5)).ins().value(), Optional.empty(), Optional.empty());
    for (Representative.Kind kind : Representative.Kind.values()) {
      assertThat(represented(child, kind)).contains("BIRTH_DATE_MISSING");
    }
  }

  @Test
  void a_protected_adult_is_represented_at_a_counter_only() {
    assertThat(represented(somebody(), Representative.Kind.GUARDIAN_OF_ADULT)).isEmpty();
    assertThat(represented(somebody(), Representative.Kind.PARENT))
        .contains("REPRESENTATIVE_INVALID");
    Applicant represented =
        with(somebody(), Optional.empty(), Optional.of(by(Representative.Kind.GUARDIAN_OF_ADULT)));
    for (Channel channel : List.of(Channel.ONLINE, Channel.PHARMACIST, Channel.PROFESSIONAL)) {
      assertThat(refusal(represented, channel, NOW)).contains("REPRESENTATIVE_AT_COUNTER_ONLY");
    }
    Applicant withoutEvidence =
        with(
            somebody(),
            Optional.empty(),
            Optional.of(
                new Representative(
                    Representative.Kind.GUARDIAN_OF_ADULT, "Testaud", "Dominique", " ")));
    assertThat(refusal(withoutEvidence, Channel.COUNTER, NOW)).contains("REPRESENTATIVE_INVALID");
  }

  private static Optional<String> represented(Applicant applicant, Representative.Kind kind) {
    return refusal(with(applicant, Optional.empty(), Optional.of(by(kind))), Channel.COUNTER, NOW);
  }

  @Test
  void a_minor_is_an_adult_from_midnight_in_paris_on_the_eighteenth_birthday() {
    Applicant young = born(LocalDate.of(2008, 6, 5));
    assertThat(refusal(young, Channel.ONLINE, Instant.parse("2026-06-04T21:59:59Z")))
        .contains("MINOR_OPENS_AT_COUNTER");
    assertThat(refusal(young, Channel.ONLINE, Instant.parse("2026-06-04T22:00:00Z"))).isEmpty();
  }

  @Test
  void nobody_opens_before_the_pilots() {
    assertThat(refusal(insured(BAS_RHIN), Channel.ONLINE, Instant.parse("2018-06-30T21:59:59Z")))
        .contains("ROLLOUT_NOT_BEGUN");
  }

  @Test
  void pilots_are_adult_policyholders_of_the_general_scheme_in_nine_caisses() {
    Instant first = Instant.parse("2018-06-30T22:00:00Z");
    List<String> nine = List.of("671", "641", "221", "251", "311", "371", "631", "801", "941");
    for (String caisse : nine) {
      assertThat(refusal(insured(new Affiliation("01", caisse, true)), Channel.PHARMACIST, first))
          .isEmpty();
    }
    for (Applicant other :
        List.of(
            somebody(),
            insured(new Affiliation("01", "751", true)),
            insured(new Affiliation("02", "671", true)),
            insured(new Affiliation("01", "671", false)),
            with(
                born(LocalDate.of(2010, 6, 5)),
                Optional.of(BAS_RHIN),
                Optional.of(by(Representative.Kind.PARENT))))) {
      assertThat(refusal(other, Channel.COUNTER, first)).contains("ROLLOUT_PILOTS_ONLY");
    }
  }

  @Test
  void a_refusal_in_the_pilots_says_in_both_languages_what_would_make_it_possible() {
    Reason reason =
        ((Decision.Refused<DossierEvent>)
                asked(somebody(), Channel.ONLINE, Instant.parse("2018-10-01T10:00:00Z")))
            .reason();
    assertThat(reason.english())
        .contains("Bas-Rhin", "Val-de-Marne", "policyholder", "6 November 2018");
    assertThat(reason.french()).contains("Bas-Rhin", "assurés majeurs", "6 novembre 2018");
  }

  @Test
  void everybody_opens_from_the_sixth_of_november_2018_in_paris() {
    assertThat(refusal(somebody(), Channel.ONLINE, Instant.parse("2018-11-05T22:59:59Z")))
        .contains("ROLLOUT_PILOTS_ONLY");
    assertThat(refusal(somebody(), Channel.ONLINE, Instant.parse("2018-11-05T23:00:00Z")))
        .isEmpty();
  }

  @Test
  void a_rollout_that_is_out_of_order_or_empty_is_not_started_with() {
    for (String file :
        List.of(
            "{\"steps\":[]}",
            "{\"steps\":[{\"version\":\"b\",\"validFrom\":\"2018-11-05T23:00:00Z\"},"
                + "{\"version\":\"a\",\"validFrom\":\"2018-06-30T22:00:00Z\"}]}",
            "{\"steps\":[{\"version\":\"a\",\"validFrom\":\"2018-06-30T22:00:00Z\","
                + "\"pilots\":{}}]}",
            "{\"steps\":[{\"version\":\"a\",\"validFrom\":\"2018-06-30T22:00:00Z\"},"
                + "{\"version\":\"a\",\"validFrom\":\"2018-11-05T23:00:00Z\"}]}")) {
      assertThatThrownBy(() -> Rollouts.read(file.getBytes(StandardCharsets.UTF_8)))
          .isInstanceOf(RuntimeException.class);
    }
  }

  @Test
  void an_affiliation_has_codes_of_the_right_form() {
    assertThat(refusal(insured(new Affiliation("1", "671", true)), Channel.COUNTER, NOW))
        .contains("AFFILIATION_INVALID");
    assertThat(refusal(insured(new Affiliation("01", "6711", true)), Channel.COUNTER, NOW))
        .contains("AFFILIATION_INVALID");
  }
}
