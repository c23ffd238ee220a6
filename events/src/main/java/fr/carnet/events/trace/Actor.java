package fr.carnet.events.trace;

import fr.carnet.events.identity.NationalId;
import java.util.Optional;

/**
 * Who acted, in clear facts only.
 *
 * @param id the national id of a professional, or an opaque account id of an agent; absent for the
 *     patient, whose identity is never in clear; of a representative the id of the representation
 * @param profession code of table G15, for professionals
 * @param structure national id of the structure that the professional acts in
 */
public record Actor(
    Role role, Optional<String> id, Optional<String> profession, Optional<NationalId> structure) {
  /** Somebody of whom only the role may be said. */
  public static Actor anonymous(Role role) {
    return new Actor(role, Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** As it stands in a header and in search: the role, and the id where there is one. */
  public String label() {
    return id.map(known -> role.label() + ":" + known).orElse(role.label());
  }

  /** What somebody is to the suite. */
  public enum Role {
    OWNER("owner"),
    /** A patient who is not the owner of the dossier in question. */
    OTHER_PATIENT("patient"),
    /**
     * Who acts for the owner; the id is that of the representation, and says of nobody who it is.
     */
    REPRESENTATIVE("representative"),
    PROFESSIONAL("professional"),
    COUNTER_AGENT("counter-agent"),
    BILLING("billing"),
    AUDITOR("auditor"),
    PRIVACY_OFFICER("privacy-officer"),
    PROGRAMME("programme"),
    /** Who pays the fees for openings. */
    PAYER("payer"),
    OPERATOR("operator"),
    /** A service of the suite itself. */
    SERVICE("service"),
    /** A party that the law bars whatever the patient says (CSP L1111-18). */
    BARRED("barred");

    private final String label;

    Role(String label) {
      this.label = label;
    }

    /** Lower case, as in headers. */
    public String label() {
      return label;
    }
  }
}
