package fr.carnet.access.noticing;

import fr.carnet.access.projecting.KnownDossiers.Decided;
import fr.carnet.events.Wire;
import fr.carnet.resourceserver.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.UUID;
import org.eclipse.microprofile.rest.client.inject.RestClient;
import org.jboss.logging.Logger;

/** The same filter stands before notices as before content: the dossier-service's. */
@ApplicationScoped
class ContentFilter {
  private static final Logger LOG = Logger.getLogger(ContentFilter.class);

  @Inject @RestClient DossierService dossierService;

  /** As the dossier-service answers. */
  record KeptFrom(Set<String> itemIds) {
    KeptFrom {
      itemIds = Set.copyOf(itemIds);
    }
  }

  /**
   * The items of which the owner, or who acts for them, may not know now.
   *
   * @throws Refusal when the dossier-service does not answer in time: then nothing is told
   */
  Set<String> keptFrom(Decided reader) {
    UUID dossierId = reader.dossier().dossierId();
    try {
      String answer =
          reader.representation().isPresent()
              ? dossierService.keptFromRepresentative(dossierId)
              : dossierService.keptFromOwner(dossierId);
      return Wire.read(answer.getBytes(StandardCharsets.UTF_8), KeptFrom.class).itemIds();
    } catch (RuntimeException e) {
      // Whatever fails, the filter that fetches this service's own token included.
      LOG.warnf("the dossier-service gave no filter: %s", e.getClass().getName());
      throw new Refusal(NoticeRefusal.FILTER_UNAVAILABLE);
    }
  }
}
