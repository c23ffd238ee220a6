package fr.carnet.dossier.querying;

import fr.carnet.events.access.AccessDecision;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.UUID;

/**
 * What only the owner is told of their dossier's life.
 *
 * @param archiveEndsAt of a closed dossier: when it is destroyed by itself, UTC
 */
public record LifeDates(Optional<Instant> archiveEndsAt, Optional<Erasure> erasure) {
  /** To everybody else nothing. */
  static final LifeDates NONE = new LifeDates(Optional.empty(), Optional.empty());

  /**
   * The erasure that was asked for.
   *
   * @param carriedOutFrom until then the request may be withdrawn, UTC
   * @param deadline the last day on which it may be carried out, Europe/Paris
   */
  public record Erasure(Instant requestedAt, Instant carriedOutFrom, LocalDate deadline) {}

  /** The owner's dates, and nobody else's. */
  static LifeDates shownTo(AccessDecision decision, Connection tx, UUID dossierId)
      throws SQLException {
    return decision.rule().equals(Reading.OWNER) ? of(tx, dossierId) : NONE;
  }

  static LifeDates of(Connection tx, UUID dossierId) throws SQLException {
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT archive_ends_at, erasure_requested_at, erasure_from, erasure_deadline
            FROM dossier WHERE dossier_id = ?
            """)) {
      select.setObject(1, dossierId);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        Optional<Instant> requestedAt = instant(row, 2);
        return new LifeDates(
            instant(row, 1),
            requestedAt.isPresent()
                ? Optional.of(
                    new Erasure(
                        requestedAt.get(),
                        instant(row, 3).orElseThrow(),
                        row.getObject(4, Date.class).toLocalDate()))
                : Optional.empty());
      }
    }
  }

  private static Optional<Instant> instant(ResultSet row, int column) throws SQLException {
    return Optional.ofNullable(row.getObject(column, OffsetDateTime.class))
        .map(OffsetDateTime::toInstant);
  }
}
