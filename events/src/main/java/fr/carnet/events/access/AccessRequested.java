package fr.carnet.events.access;

import fr.carnet.events.identity.NationalId;
import java.util.UUID;

/**
 * A professional asks the patient for access.
 *
 * @param requestId the same whenever this professional asks this person
 */
public record AccessRequested(UUID requestId, NationalId professional) implements AccessEvent {
  public static final String WIRE_NAME = "access.requested.v1";
}
