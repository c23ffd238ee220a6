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
 * @param origin what it follows from; absent: from nothing but the patient's own will
 * @param representationId who acts for a minor, and said it beside the patient (ADR 21); absent:
 *     the patient
 */
public record AccessGranted(
    UUID grantId,
    Grantee grantee,
    Instant from,
    Optional<Instant> until,
    Optional<Sealed> note,
    Optional<Origin> origin,
    Optional<UUID> representationId)
    implements AccessEvent {
  public static final String WIRE_NAME = "access.granted.v1";

  /** Of the patient's own will. */
  public AccessGranted(
      UUID grantId, Grantee grantee, Instant from, Optional<Instant> until, Optional<Sealed> note) {
    this(grantId, grantee, from, until, note, Optional.empty(), Optional.empty());
  }

  /** By the patient, following from something. */
  public AccessGranted(
      UUID grantId,
      Grantee grantee,
      Instant from,
      Optional<Instant> until,
      Optional<Sealed> note,
      Optional<Origin> origin) {
    this(grantId, grantee, from, until, note, origin, Optional.empty());
  }

  /**
   * What a grant follows from.
   *
   * @param id of the grant that it renews, of the one-time code, or of the request
   */
  public record Origin(Kind kind, UUID id) {
    /** In which way a grant may come about beside by the patient's own will. */
    public enum Kind {
      RENEWAL,
      VISIT_CODE,
      REQUEST
    }
  }
}
