package fr.carnet.events.dossier;

import fr.carnet.events.identity.PatientRef;
import java.time.LocalDate;
import java.util.Optional;

/**
 * Who the patient is. Only ever sealed on Kafka.
 *
 * @param birthDate a calendar day, without zone
 */
public record PatientIdentity(
    PatientRef patientRef,
    Optional<String> familyName,
    Optional<String> givenName,
    Optional<LocalDate> birthDate,
    Optional<Sex> sex,
    Optional<Affiliation> affiliation,
    Optional<Representative> representative) {
  /** The same, of whom an opening says more than a token does. */
  public PatientIdentity with(
      Optional<Affiliation> insuredBy, Optional<Representative> representedBy) {
    return new PatientIdentity(
        patientRef, familyName, givenName, birthDate, sex, insuredBy, representedBy);
  }

  @Override
  public String toString() {
    return "PatientIdentity[hidden]";
  }
}
