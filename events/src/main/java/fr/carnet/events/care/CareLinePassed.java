package fr.carnet.events.care;

import fr.carnet.events.Sealed;

/**
 * A reimbursed line passed the valve.
 *
 * @param lineKey HMAC of the insurer's line id: the line's identity, so that repeats change nothing
 * @param care a {@link Care}, sealed
 */
public record CareLinePassed(String lineKey, Sealed care) {
  public static final String WIRE_NAME = "care.line-passed.v1";
}
