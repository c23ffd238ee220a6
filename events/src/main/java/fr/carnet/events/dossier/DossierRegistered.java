package fr.carnet.events.dossier;

import com.fasterxml.jackson.annotation.JsonInclude;
import fr.carnet.events.identity.PatientRef;
import java.util.List;
import java.util.UUID;

/**
 * What the other services need to know of a dossier; the one record on Kafka that ties a patient to
 * a dossier. On {@code dossier.registry}, the last of each; erasure leaves a tombstone.
 *
 * @param version the version of the dossier's stream that this state follows from
 * @param reopenings how often it was opened again
 */
public record DossierRegistered(
    UUID dossierId,
    List<PatientRef> patientRefs,
    String publicKey,
    State state,
    long version,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) int reopenings) {
  public static final String WIRE_NAME = "dossier.registered.v1";

  public DossierRegistered {
    patientRefs = List.copyOf(patientRefs);
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
