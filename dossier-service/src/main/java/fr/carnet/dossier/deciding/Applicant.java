package fr.carnet.dossier.deciding;

import fr.carnet.events.Paris;
import fr.carnet.events.dossier.Channel;
import fr.carnet.events.dossier.PatientIdentity;
import fr.carnet.events.dossier.Representative;
import fr.carnet.events.dossier.Sex;
import fr.carnet.events.identity.Ins;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Whose dossier is to be opened. What is not known is not checked, but for the birth date of who
 * may be a minor.
 *
 * @param ins with a right key
 */
public record Applicant(Ins ins, PatientIdentity identity) {
  private static final int MAJORITY = 18;
  private static final Pattern SCHEME = Pattern.compile("[0-9]{2}");
  private static final Pattern CAISSE = Pattern.compile("[0-9]{3}");

  /** The first day on which a person of this birth date is an adult, from 00:00 Europe/Paris. */
  public static LocalDate majority(LocalDate birthDate) {
    return birthDate.plusYears(MAJORITY);
  }

  /** Whether the person is a minor at this instant, in Europe/Paris. */
  boolean isMinor(Instant at) {
    return identity
        .birthDate()
        .filter(born -> Paris.dayOf(at).isBefore(majority(born)))
        .isPresent();
  }

  /** Why this person cannot open a dossier in this way, if so. */
  Optional<DossierRefusal> fault(Channel channel, Instant at) {
    return nameFault()
        .or(() -> bornFault(at))
        .or(() -> mismatch(ins, identity.sex(), identity.birthDate()))
        .or(() -> birthDateFault(at))
        .or(() -> affiliationFault())
        .or(() -> representativeFault(channel, at));
  }

  private Optional<DossierRefusal> nameFault() {
    return Stream.of(identity.familyName(), identity.givenName())
            .flatMap(Optional::stream)
            .allMatch(Words::are)
        ? Optional.empty()
        : Optional.of(DossierRefusal.NAME_INVALID);
  }

  /** The INS has two digits of the year, so it says nothing of the century. */
  private Optional<DossierRefusal> bornFault(Instant at) {
    return identity
        .birthDate()
        .filter(born -> born.isBefore(ItemRules.FIRST_DAY) || born.isAfter(Paris.dayOf(at)))
        .map(_ -> DossierRefusal.BIRTH_DATE_INVALID);
  }

  /** Nobody is taken for an adult because a birth date was left out. */
  private Optional<DossierRefusal> birthDateFault(Instant at) {
    return identity.birthDate().isEmpty() && mayBeMinor(ins, Paris.dayOf(at))
        ? Optional.of(DossierRefusal.BIRTH_DATE_MISSING)
        : Optional.empty();
  }

  /**
   * Whether the INS leaves it open that the person is a minor on this day: its year has two digits,
   * so that a child and somebody a hundred years older may have the same, and its month has no day.
   */
  static boolean mayBeMinor(Ins ins, LocalDate today) {
    int month = digits(ins, 3);
    boolean known = month >= 1 && month <= 12;
    YearMonth youngest =
        YearMonth.of(today.getYear() / 100 * 100 + digits(ins, 1), known ? month : 1);
    if (youngest.isAfter(YearMonth.from(today))) {
      youngest = youngest.minusYears(100);
    }
    LocalDate latest = (known ? youngest : youngest.withMonth(12)).atEndOfMonth();
    return today.isBefore(majority(latest));
  }

  private static int digits(Ins ins, int from) {
    return Integer.parseInt(ins.value().substring(from, from + 2));
  }

  /**
   * In what an INS contradicts the traits, if in anything. The INS begins with the sex (odd: male),
   * two digits of the year and two of the month of birth; months 20 to 42 and 50 to 99 stand for
   * births whose month is not known, and are lawful (INSEE).
   */
  public static Optional<DossierRefusal> mismatch(
      Ins ins, Optional<Sex> sex, Optional<LocalDate> birthDate) {
    Sex inscribed = (ins.value().charAt(0) - '0') % 2 == 1 ? Sex.MALE : Sex.FEMALE;
    if (sex.filter(known -> known != inscribed).isPresent()) {
      return Optional.of(DossierRefusal.INS_CONTRADICTS_SEX);
    }
    int year = digits(ins, 1);
    int month = digits(ins, 3);
    if (birthDate.filter(born -> born.getYear() % 100 != year).isPresent()) {
      return Optional.of(DossierRefusal.INS_CONTRADICTS_BIRTH_YEAR);
    }
    boolean unknown = (month >= 20 && month <= 42) || month >= 50;
    if (!unknown && birthDate.filter(born -> born.getMonthValue() != month).isPresent()) {
      return Optional.of(DossierRefusal.INS_CONTRADICTS_BIRTH_MONTH);
    }
    return Optional.empty();
  }

  private Optional<DossierRefusal> affiliationFault() {
    return identity
        .affiliation()
        .filter(
            insured ->
                !SCHEME.matcher(insured.scheme()).matches()
                    || !CAISSE.matcher(insured.caisse()).matches())
        .map(_ -> DossierRefusal.AFFILIATION_INVALID);
  }

  private Optional<DossierRefusal> representativeFault(Channel channel, Instant at) {
    boolean minor = isMinor(at);
    Optional<Representative> representative = identity.representative();
    return switch (channel) {
      case ONLINE, PHARMACIST, PROFESSIONAL ->
          minor
              ? Optional.of(DossierRefusal.MINOR_OPENS_AT_COUNTER)
              : representative.map(_ -> DossierRefusal.REPRESENTATIVE_AT_COUNTER_ONLY);
      case COUNTER -> {
        if (minor && representative.isEmpty()) {
          yield Optional.of(DossierRefusal.REPRESENTATIVE_MISSING);
        }
        yield representative
            .filter(
                known ->
                    known.kind().isForMinors() != minor
                        || !known.kind().decides()
                        || !isNamed(known))
            .map(_ -> DossierRefusal.REPRESENTATIVE_INVALID);
      }
    };
  }

  private static boolean isNamed(Representative representative) {
    return Words.are(representative.familyName())
        && Words.are(representative.givenName())
        && Words.are(representative.evidence());
  }

  @Override
  public String toString() {
    return "Applicant[hidden]";
  }
}
