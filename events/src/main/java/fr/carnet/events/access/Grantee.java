package fr.carnet.events.access;

import fr.carnet.events.identity.NationalId;

/** Whom a grant is for. */
public record Grantee(Kind kind, NationalId id) {
  /** A person, or everyone who acts in a structure. */
  public enum Kind {
    PROFESSIONAL,
    STRUCTURE
  }
}
