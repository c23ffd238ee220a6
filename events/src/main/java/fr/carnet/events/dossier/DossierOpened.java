package fr.carnet.events.dossier;

import fr.carnet.events.Sealed;

/**
 * A person opened their dossier (CSP R1111-26: express, informed consent).
 *
 * @param publicKey towards which everyone seals what concerns this dossier; base64url
 * @param channel how it was opened
 * @param consentWording which wording the person agreed to
 * @param identity a {@link PatientIdentity}, sealed
 */
public record DossierOpened(
    String publicKey, Channel channel, String consentWording, Sealed identity)
    implements DossierEvent {
  public static final String WIRE_NAME = "dossier.opened.v1";
}
