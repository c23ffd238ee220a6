package fr.carnet.events.dossier;

import fr.carnet.events.trace.Actor;
import java.util.Optional;

/**
 * The dossier was opened again within the ten years; its archive is back (CSP R1111-36).
 *
 * @param consentTakenBy who took the new consent; absent in what was recorded before it was asked
 */
public record DossierReopened(
    Channel channel, String consentWording, Optional<Actor> consentTakenBy)
    implements DossierEvent {
  public static final String WIRE_NAME = "dossier.reopened.v1";
}
