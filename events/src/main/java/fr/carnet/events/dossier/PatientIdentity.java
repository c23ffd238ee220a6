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
    Optional<LocalDate> birthDate) {
  @Override
  public String toString() {
    return "PatientIdentity[hidden]";
  }
}
