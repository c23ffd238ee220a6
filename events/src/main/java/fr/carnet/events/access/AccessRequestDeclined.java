package fr.carnet.events.access;

import java.util.UUID;

/** The patient says no to a professional's request; the professional may ask again. */
public record AccessRequestDeclined(UUID requestId) implements AccessEvent {
  public static final String WIRE_NAME = "access.request-declined.v1";
}
