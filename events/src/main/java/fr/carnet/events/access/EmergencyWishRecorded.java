package fr.carnet.events.access;

/**
 * What the patient wants in an emergency (CSP R1111-48); two separate wishes.
 *
 * @param opposed true: not even then
 */
public record EmergencyWishRecorded(Wish wish, boolean opposed) implements AccessEvent {
  public static final String WIRE_NAME = "access.emergency-wish-recorded.v1";

  /** The two situations that a patient may oppose. */
  public enum Wish {
    /** Bris de glace: the person cannot express their will and there is immediate risk. */
    BREAK_GLASS,
    /** Medical regulation, centre 15. */
    MEDICAL_REGULATION
  }
}
