package fr.carnet.events.access;

import fr.carnet.events.identity.PatientRef;
import fr.carnet.events.trace.Actor;
import fr.carnet.events.trace.PurposeOfUse;
import java.util.Optional;
import java.util.UUID;

/**
 * May this person, now, for this purpose, see what? Asked by the services that release data, never
 * by people.
 *
 * @param patientRef of the caller, when the caller is a patient
 * @param regulation whether the caller's token carries the claim of medical regulation
 * @param wordsGiven whether a reason in words was given; break-glass needs one
 * @param asIfGranted supposes a grant in force to the actor, for an owner who wants to see what it
 *     would show; what bars the actor bars all the same
 * @param occupational whether the professional acts in occupational medicine
 */
public record DecisionRequest(
    UUID dossierId,
    Actor actor,
    Optional<PatientRef> patientRef,
    PurposeOfUse purpose,
    boolean regulation,
    boolean wordsGiven,
    boolean asIfGranted,
    boolean occupational) {
  /** What holds, with nothing supposed. */
  public DecisionRequest(
      UUID dossierId,
      Actor actor,
      Optional<PatientRef> patientRef,
      PurposeOfUse purpose,
      boolean regulation,
      boolean wordsGiven) {
    this(dossierId, actor, patientRef, purpose, regulation, wordsGiven, false, false);
  }
}
