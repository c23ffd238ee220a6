package fr.carnet.events.access;

import java.time.Instant;
import java.util.UUID;

/**
 * The patient asked for a one-time code to say in the consulting room; it voids the one before. The
 * code itself stands nowhere: it follows from this id under a secret of the access-control-service.
 *
 * @param expiresAt exclusive
 */
public record VisitCodeIssued(UUID codeId, Instant expiresAt) implements AccessEvent {
  public static final String WIRE_NAME = "access.visit-code-issued.v1";
}
