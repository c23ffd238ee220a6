package fr.carnet.events.access;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Optional;
import java.util.UUID;

/**
 * What the patient wants in an emergency (CSP R1111-48); two separate wishes, each asked anew when
 * the dossier is opened again (CSP R1111-36).
 *
 * @param opposed true: not even then
 * @param reopenings how often the dossier had been opened again when it was said: a wish from
 *     before the last reopening has to be asked anew
 * @param representationId who acts for a minor, and said it beside the patient (ADR 21); absent:
 *     the patient
 */
public record EmergencyWishRecorded(
    Wish wish,
    boolean opposed,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) int reopenings,
    Optional<UUID> representationId)
    implements AccessEvent {
  public static final String WIRE_NAME = "access.emergency-wish-recorded.v1";

  /** In a dossier that was never opened again. */
  public EmergencyWishRecorded(Wish wish, boolean opposed) {
    this(wish, opposed, 0);
  }

  /** By the patient. */
  public EmergencyWishRecorded(Wish wish, boolean opposed, int reopenings) {
    this(wish, opposed, reopenings, Optional.empty());
  }

  /** The two situations that a patient may oppose. */
  public enum Wish {
    /** Bris de glace: the person cannot express their will and there is immediate risk. */
    BREAK_GLASS,
    /** Medical regulation, centre 15. */
    MEDICAL_REGULATION
  }
}
