package fr.carnet.dossier.documents;

import java.util.UUID;

/**
 * Where the bytes of one version of a document are. Both ids stand in clear wherever bytes are
 * kept, and say nothing.
 */
public record StoredAt(UUID dossierId, UUID bytesId) {}
