package fr.carnet.events.dossier;

import java.util.UUID;

/** The one look that a release gives was taken. */
public record ReleaseUsed(UUID requestId) implements DossierEvent {
  public static final String WIRE_NAME = "dossier.release-used.v1";
}
