package fr.carnet.events.dossier;

/** The dossier was opened again within the ten years; its archive is back (CSP R1111-36). */
public record DossierReopened(Channel channel, String consentWording) implements DossierEvent {
  public static final String WIRE_NAME = "dossier.reopened.v1";
}
