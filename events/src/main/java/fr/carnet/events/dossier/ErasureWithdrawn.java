package fr.carnet.events.dossier;

import java.time.Instant;

/** The patient no longer asks that everything be destroyed; UTC. */
public record ErasureWithdrawn(Instant withdrawnAt) implements DossierEvent {
  public static final String WIRE_NAME = "dossier.erasure-withdrawn.v1";
}
