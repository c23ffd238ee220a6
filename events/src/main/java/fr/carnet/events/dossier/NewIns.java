package fr.carnet.events.dossier;

import fr.carnet.events.identity.PatientRef;

/**
 * Under which further pseudonym a person is known. Only ever sealed on Kafka.
 *
 * @param evidence what the agent was shown, in words
 */
public record NewIns(PatientRef patientRef, String evidence) {
  @Override
  public String toString() {
    return "NewIns[hidden]";
  }
}
