package fr.carnet.events.dossier;

/** The dossier was closed; it is archived for ten years (CSP L1111-18). */
public record DossierClosed(ClosingReason reason) implements DossierEvent {
  public static final String WIRE_NAME = "dossier.closed.v1";
}
