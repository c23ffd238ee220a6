package fr.carnet.events.access;

import com.fasterxml.jackson.annotation.JsonInclude;
import fr.carnet.events.identity.NationalId;
import java.util.UUID;

/**
 * A professional asks the patient for access.
 *
 * @param requestId the same whenever this professional asks this person
 * @param toRepresentatives whether who acts for a minor is asked too: only the professional knows
 *     whether it is about secret care
 */
public record AccessRequested(
    UUID requestId,
    NationalId professional,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean toRepresentatives)
    implements AccessEvent {
  public static final String WIRE_NAME = "access.requested.v1";

  /** Of the patient alone. */
  public AccessRequested(UUID requestId, NationalId professional) {
    this(requestId, professional, false);
  }
}
