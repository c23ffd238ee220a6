package fr.carnet.events.dossier;

import fr.carnet.events.identity.PatientRef;
import java.time.Instant;
import java.util.Optional;

/**
 * Who acts for the patient. Only ever sealed on Kafka.
 *
 * @param by the pseudonym with which the representative signs in
 * @param evidence what the agent was shown, in words
 * @param from inclusive
 * @param until exclusive; of a minor, the day of majority at 00:00 Europe/Paris
 */
public record Representation(
    PatientRef by,
    Representative.Kind kind,
    String familyName,
    String givenName,
    String evidence,
    Instant from,
    Optional<Instant> until) {
  @Override
  public String toString() {
    return "Representation[hidden]";
  }
}
