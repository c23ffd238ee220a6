package fr.carnet.events.dossier;

/**
 * The dossier was erased: its keys are destroyed, and what the log holds of it opens no more. The
 * last event of its stream.
 */
public record DossierErased(ErasureCause cause) implements DossierEvent {
  public static final String WIRE_NAME = "dossier.erased.v1";
}
