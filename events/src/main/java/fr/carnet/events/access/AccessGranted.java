package fr.carnet.events.access;

import fr.carnet.events.Sealed;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * The patient lets a professional or a structure read.
 *
 * @param from inclusive
 * @param until exclusive; absent: until revoked
 * @param note the patient's own words, sealed
 */
public record AccessGranted(
    UUID grantId, Grantee grantee, Instant from, Optional<Instant> until, Optional<Sealed> note)
    implements AccessEvent {
  public static final String WIRE_NAME = "access.granted.v1";
}
