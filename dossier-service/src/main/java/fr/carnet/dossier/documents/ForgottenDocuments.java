package fr.carnet.dossier.documents;

import fr.carnet.dossier.forgetting.StoredBeside;
import fr.carnet.resourceserver.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.UUID;

/** The bytes of an erased dossier go with it, where they are outside the database. */
@ApplicationScoped
class ForgottenDocuments implements StoredBeside {
  @Inject KeptDocuments documents;

  @Override
  public void forget(UUID dossierId) {
    try {
      documents.forget(dossierId);
    } catch (IOException e) {
      throw new Refusal(DocumentRefusal.DOCUMENT_STORE_UNAVAILABLE);
    }
  }
}
