package fr.carnet.events.dossier;

/**
 * Who was there for a minor or a protected adult when their dossier was opened. Only ever sealed on
 * Kafka.
 *
 * @param evidence what the agent was shown, in words
 */
public record Representative(Kind kind, String familyName, String givenName, String evidence) {
  /** By which title somebody acts for another. */
  public enum Kind {
    /** Of a minor. */
    PARENT,
    /** Of a minor whose parents do not act (tutelle des mineurs). */
    GUARDIAN_OF_MINOR,
    /** Of a protected adult (tutelle, curatelle, habilitation familiale). */
    GUARDIAN_OF_ADULT,
    /**
     * Chosen by an adult patient (personne de confiance): reads, for a time, and decides nothing.
     */
    PERSON_OF_TRUST;

    /** Whether it ends by itself at majority. */
    public boolean isForMinors() {
      return switch (this) {
        case PARENT, GUARDIAN_OF_MINOR -> true;
        case GUARDIAN_OF_ADULT, PERSON_OF_TRUST -> false;
      };
    }

    /** Whether who has it decides in the patient's stead, beside reading. */
    public boolean decides() {
      return this != PERSON_OF_TRUST;
    }
  }

  @Override
  public String toString() {
    return "Representative[hidden]";
  }
}
