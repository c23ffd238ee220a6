package fr.carnet.events.dossier;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import fr.carnet.events.identity.PatientRef;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What the other services need to know of a dossier; the one record on Kafka that ties a patient to
 * a dossier. On {@code dossier.registry}, the last of each; erasure leaves a tombstone.
 *
 * @param version the version of the dossier's stream that this state follows from
 * @param reopenings how often it was opened again
 * @param representatives who acts for the patient, now or at another time; not who was ended
 */
public record DossierRegistered(
    UUID dossierId,
    List<PatientRef> patientRefs,
    String publicKey,
    State state,
    long version,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) int reopenings,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) @JsonSetter(nulls = Nulls.AS_EMPTY)
        List<ActsFor> representatives) {
  public static final String WIRE_NAME = "dossier.registered.v1";

  public DossierRegistered {
    patientRefs = List.copyOf(patientRefs);
    representatives = List.copyOf(representatives);
  }

  /**
   * Who acts for the patient.
   *
   * @param representationId stands for the person wherever their identity must not
   * @param from inclusive
   * @param until exclusive
   */
  public record ActsFor(
      UUID representationId,
      PatientRef patientRef,
      Representative.Kind kind,
      Instant from,
      Optional<Instant> until) {
    /** Whether it holds at this instant. */
    public boolean isInForceAt(Instant instant) {
      return !from.isAfter(instant) && until.map(instant::isBefore).orElse(true);
    }
  }

  /** Of a dossier that nobody acts for. */
  public DossierRegistered(
      UUID dossierId,
      List<PatientRef> patientRefs,
      String publicKey,
      State state,
      long version,
      int reopenings) {
    this(dossierId, patientRefs, publicKey, state, version, reopenings, List.of());
  }

  /** Of a dossier that was never opened again. */
  public DossierRegistered(
      UUID dossierId, List<PatientRef> patientRefs, String publicKey, State state, long version) {
    this(dossierId, patientRefs, publicKey, state, version, 0);
  }

  /** Where a dossier is in its life. */
  public enum State {
    OPEN,
    CLOSED
  }
}
