package fr.carnet.events.dossier;

/**
 * Why somebody acts for the patient no longer. Only ever sealed on Kafka.
 *
 * @param evidence what the agent was shown, in words
 */
public record EndOfRepresentation(Cause cause, String evidence) {
  /** Why. */
  public enum Cause {
    /** It is over: a mandate given back, a protection lifted, an exclusion lifted. */
    ENDED,
    /** A court took it away, and it is not recorded again for this person. */
    EXCLUDED
  }

  @Override
  public String toString() {
    return "EndOfRepresentation[hidden]";
  }
}
