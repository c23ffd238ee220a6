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
 */
public record DecisionRequest(
    UUID dossierId,
    Actor actor,
    Optional<PatientRef> patientRef,
    PurposeOfUse purpose,
    boolean regulation,
    boolean wordsGiven) {}
