package fr.carnet.dossier.querying;

import fr.carnet.dossier.nomenclatures.CodeLists;
import fr.carnet.dossier.querying.Reading.Asked;
import fr.carnet.dossier.querying.Reading.Released;
import fr.carnet.dossier.showing.Viewer;
import fr.carnet.events.access.AccessDecision;
import fr.carnet.resourceserver.CurrentCaller;
import fr.carnet.resourceserver.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** What the bearer of a release sees, and its trace. Whether they may is decided before. */
@ApplicationScoped
public class ReleasedArchive {
  @Inject Reading reading;
  @Inject WhenLogIsNotWhole log;
  @Inject CurrentCaller current;
  @Inject CodeLists lists;

  /** Where reading stops while the audit log is not whole, a release is not used up for nothing. */
  public void refuseWhileLogIsNotWhole() {
    log.refuseOthers();
  }

  /** The archive, as its owner would export it, but for what the owner hid. */
  public ExportedDossier read(UUID dossierId, UUID requestId) throws SQLException {
    return reading.readReleased(
        asked(dossierId),
        tx -> decision(true, rule(tx, dossierId, requestId), requestId),
        (tx, _) -> {
          ExportedDossier all = ExportedDossier.of(tx, dossierId, Viewer.bearerOfRelease(), lists);
          return new Released<>(all, all.itemIds());
        });
  }

  /** Traces and counts a refusal, and gives what to answer. */
  public Refusal refused(UUID dossierId, UUID requestId, Refusal why) throws SQLException {
    Refusal counted =
        reading.refuse(
            asked(dossierId), current.get(), decision(false, why.reason().code(), requestId));
    return why.reason().code().equals(counted.reason().code()) ? counted : why;
  }

  private static Asked asked(UUID dossierId) {
    return DossierReadsResource.asked(dossierId, "read-released-archive", null, null);
  }

  /** Says for which purpose: {@code RELEASE_HEIRS} or {@code RELEASE_FORENSIC}. */
  private static String rule(Connection tx, UUID dossierId, UUID requestId) throws SQLException {
    try (PreparedStatement select =
        tx.prepareStatement(
            "SELECT kind FROM release_request WHERE dossier_id = ? AND request_id = ?")) {
      select.setObject(1, dossierId);
      select.setObject(2, requestId);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return "RELEASE_" + row.getString(1);
      }
    }
  }

  private static AccessDecision decision(boolean allowed, String rule, UUID requestId) {
    return new AccessDecision(
        allowed,
        rule,
        allowed ? Set.of(AccessDecision.REIMBURSEMENTS) : Set.of(),
        false,
        Optional.of(requestId),
        "",
        0,
        Optional.empty());
  }
}
