package fr.carnet.dossier.querying;

import fr.carnet.events.access.AccessDecision;
import fr.carnet.events.identity.NationalId;
import fr.carnet.events.trace.Actor;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;

/**
 * Whether a dossier knows that a professional cares for its patient: they or their structure
 * performed or prescribed something that was reimbursed, or wrote an item, or they are a médecin
 * traitant. A choice of this project; a grant alone is no care.
 */
final class CareRelation {
  private static final String TREATING_PHYSICIAN = "TREATING_PHYSICIAN";
  private static final String RPPS = "8";
  private static final String FINESS = "3";

  private CareRelation() {}

  /** As a trace states it: of professionals only. */
  static Optional<Boolean> stated(
      Connection tx, UUID dossierId, Actor actor, AccessDecision decision) throws SQLException {
    if (actor.role() != Actor.Role.PROFESSIONAL) {
      return Optional.empty();
    }
    return Optional.of(
        decision.rule().equals(TREATING_PHYSICIAN) || isInDossier(tx, dossierId, actor));
  }

  private static boolean isInDossier(Connection tx, UUID dossierId, Actor actor)
      throws SQLException {
    Optional<String> structure = actor.structure().map(NationalId::value);
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT EXISTS (
                SELECT 1 FROM care_line
                WHERE dossier_id = ? AND NOT withdrawn
                  AND (? IN (performer_rpps, prescriber_rpps)
                       OR ? IN (performer_finess, prescriber_finess)))
              OR EXISTS (
                SELECT 1 FROM item
                WHERE dossier_id = ? AND author_role = 'PROFESSIONAL'
                  AND (author_id = ? OR author_structure = ?))
            """)) {
      select.setObject(1, dossierId);
      select.setString(2, actor.id().flatMap(id -> number(id, RPPS)).orElse(null));
      select.setString(3, structure.flatMap(id -> number(id, FINESS)).orElse(null));
      select.setObject(4, dossierId);
      select.setString(5, actor.id().orElse(null));
      select.setString(6, structure.orElse(null));
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }

  /** The number behind the digit that says of which register it is. */
  private static Optional<String> number(String nationalId, String register) {
    return nationalId.startsWith(register)
        ? Optional.of(nationalId.substring(1))
        : Optional.empty();
  }
}
