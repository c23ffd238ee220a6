package fr.carnet.events.access;

import fr.carnet.events.trace.Actor;

/**
 * Somebody is being refused by a service that releases data: it counts, so that trying door after
 * door comes to an end. Answered with a {@link Standing}.
 *
 * @param account SHA-256 of the account's id at the identity provider, hexadecimal
 * @param actor who it is, in clear facts
 */
public record RefusedCaller(String account, Actor actor, Kind kind) {
  /** What was refused. */
  public enum Kind {
    /** To see a dossier, or it was told that there is one. */
    DOSSIER,
    /** An agent at a counter looked for somebody's dossier: that is the work. */
    AT_COUNTER
  }

  /**
   * How an account stands.
   *
   * @param tooMany refused too often within the hour: nothing more is to be said to it
   */
  public record Standing(boolean tooMany) {}
}
