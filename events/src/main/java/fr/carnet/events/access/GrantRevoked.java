package fr.carnet.events.access;

import java.util.UUID;

/** A grant ended before its time; it binds the very next decision. */
public record GrantRevoked(UUID grantId) implements AccessEvent {
  public static final String WIRE_NAME = "access.revoked.v1";
}
