package fr.carnet.dossier.deciding;

import fr.carnet.events.Paris;
import fr.carnet.events.dossier.Channel;
import fr.carnet.events.dossier.PatientIdentity;
import fr.carnet.events.dossier.Representative;
import fr.carnet.events.dossier.Sex;
import fr.carnet.events.identity.Ins;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Whose dossier is to be opened. What is not known is not checked.
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
    return mismatch(ins, identity.sex(), identity.birthDate())
        .or(() -> affiliationFault())
        .or(() -> representativeFault(channel, at));
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
    int year = Integer.parseInt(ins.value().substring(1, 3));
    int month = Integer.parseInt(ins.value().substring(3, 5));
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
            .filter(known -> known.kind().isForMinors() != minor || !isNamed(known))
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
