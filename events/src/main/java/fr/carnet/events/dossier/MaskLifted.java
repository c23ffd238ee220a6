package fr.carnet.events.dossier;

import java.util.UUID;

/** The patient shows again what a mask had hidden. */
public record MaskLifted(UUID maskId) implements ContentEvent {
  public static final String WIRE_NAME = "dossier.mask-lifted.v1";
}
