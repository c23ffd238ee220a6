package fr.carnet.dossier;

import fr.carnet.dossier.forgetting.StoredBeside;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** Notes which dossiers it was told to delete. */
@ApplicationScoped
class StoredBesideForTests implements StoredBeside {
  private final Set<UUID> forgotten = ConcurrentHashMap.newKeySet();

  @Override
  public void forget(UUID dossierId) {
    forgotten.add(dossierId);
  }

  boolean hasForgotten(UUID dossierId) {
    return forgotten.contains(dossierId);
  }
}
