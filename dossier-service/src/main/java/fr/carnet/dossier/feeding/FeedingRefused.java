package fr.carnet.dossier.feeding;

import java.util.UUID;

/** The caller of this request may not write to this dossier, or there is none. */
public record FeedingRefused(UUID dossierId) {}
