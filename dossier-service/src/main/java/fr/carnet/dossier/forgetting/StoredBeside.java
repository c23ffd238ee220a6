package fr.carnet.dossier.forgetting;

import java.util.UUID;

/** Something of dossiers that is kept outside the database, such as the bytes of documents. */
public interface StoredBeside {
  /**
   * Deletes all of a dossier; nothing of it is no error. Called after the erasure was journalled
   * and before it commits: what fails here is tried again with the erasure.
   */
  void forget(UUID dossierId);
}
