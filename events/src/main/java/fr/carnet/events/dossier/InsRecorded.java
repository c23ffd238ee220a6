package fr.carnet.events.dossier;

import fr.carnet.events.Sealed;

/**
 * The person has another INS now, and keeps the dossier.
 *
 * @param patient a {@link NewIns}, sealed
 */
public record InsRecorded(Sealed patient) implements DossierEvent {
  public static final String WIRE_NAME = "dossier.ins-recorded.v1";
}
