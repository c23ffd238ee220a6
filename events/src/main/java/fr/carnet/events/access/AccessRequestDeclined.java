package fr.carnet.events.access;

import java.util.Optional;
import java.util.UUID;

/**
 * The patient says no to a professional's request; the professional may ask again.
 *
 * @param representationId who acts for a minor, and said it beside the patient (ADR 21); absent:
 *     the patient
 */
public record AccessRequestDeclined(UUID requestId, Optional<UUID> representationId)
    implements AccessEvent {
  public static final String WIRE_NAME = "access.request-declined.v1";

  /** By the patient. */
  public AccessRequestDeclined(UUID requestId) {
    this(requestId, Optional.empty());
  }
}
