package fr.carnet.events.dossier;

import fr.carnet.events.Sealed;
import fr.carnet.events.trace.Actor;
import java.util.Optional;

/**
 * A person opened their dossier (CSP R1111-26: express, informed consent).
 *
 * @param publicKey towards which everyone seals what concerns this dossier; base64url
 * @param channel how it was opened, and so how the consent was given
 * @param consentWording which wording the person agreed to
 * @param identity a {@link PatientIdentity}, sealed
 * @param consentTakenBy who took the consent: the patient, an agent, or a professional in a
 *     structure; absent in openings that were recorded before it was asked
 */
public record DossierOpened(
    String publicKey,
    Channel channel,
    String consentWording,
    Sealed identity,
    Optional<Actor> consentTakenBy)
    implements DossierEvent {
  public static final String WIRE_NAME = "dossier.opened.v1";
}
