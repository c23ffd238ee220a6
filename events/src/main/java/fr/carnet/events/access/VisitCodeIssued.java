package fr.carnet.events.access;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * The patient asked for a one-time code to say in the consulting room; it voids the one before. The
 * code itself stands nowhere: it follows from this id under a secret of the access-control-service.
 *
 * @param expiresAt exclusive
 * @param representationId who acts for a minor, and said it beside the patient (ADR 21); absent:
 *     the patient
 */
public record VisitCodeIssued(UUID codeId, Instant expiresAt, Optional<UUID> representationId)
    implements AccessEvent {
  public static final String WIRE_NAME = "access.visit-code-issued.v1";

  /** By the patient. */
  public VisitCodeIssued(UUID codeId, Instant expiresAt) {
    this(codeId, expiresAt, Optional.empty());
  }
}
