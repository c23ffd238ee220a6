package fr.carnet.dossier;

import fr.carnet.dossier.documents.DocumentRefusal;
import fr.carnet.dossier.forgetting.StoredBeside;
import fr.carnet.resourceserver.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** Notes which dossiers it was told to delete; does not answer for some, as a bucket may not. */
@ApplicationScoped
class StoredBesideForTests implements StoredBeside {
  private final Set<UUID> forgotten = ConcurrentHashMap.newKeySet();
  private final Set<UUID> silentFor = ConcurrentHashMap.newKeySet();

  @Override
  public void forget(UUID dossierId) {
    if (silentFor.contains(dossierId)) {
      throw new Refusal(DocumentRefusal.DOCUMENT_STORE_UNAVAILABLE);
    }
    forgotten.add(dossierId);
  }

  void silentFor(UUID dossierId) {
    silentFor.add(dossierId);
  }

  void answersAgain() {
    silentFor.clear();
  }

  boolean hasForgotten(UUID dossierId) {
    return forgotten.contains(dossierId);
  }
}
