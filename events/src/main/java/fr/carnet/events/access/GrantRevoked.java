package fr.carnet.events.access;

import java.util.Optional;
import java.util.UUID;

/**
 * A grant ended before its time; it binds the very next decision.
 *
 * @param representationId who acts for a minor, and said it beside the patient (ADR 21); absent:
 *     the patient
 */
public record GrantRevoked(UUID grantId, Optional<UUID> representationId) implements AccessEvent {
  public static final String WIRE_NAME = "access.revoked.v1";

  /** By the patient. */
  public GrantRevoked(UUID grantId) {
    this(grantId, Optional.empty());
  }
}
