package fr.carnet.dossier.querying;

import fr.carnet.events.dossier.ErasureCause;
import fr.carnet.events.dossier.ReleaseRequested;
import fr.carnet.events.trace.Actor;
import fr.carnet.resourceserver.CurrentCaller;
import fr.carnet.resourceserver.DatabaseClock;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What the timetable will do next; whose, only the privacy officer is told. */
@Path("/timetable")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Timetable")
public class TimetableResource {
  private static final Duration SOON = Duration.ofDays(30);
  private static final int MOST = 200;

  @Inject DataSource dataSource;
  @Inject CurrentCaller current;
  @Inject DatabaseClock clock;

  /**
   * How many of a kind.
   *
   * @param due whose time has come: done at the next run
   * @param soon within 30 days
   */
  public record Counts(long due, long soon, long later) {}

  /**
   * What will be destroyed.
   *
   * @param at when, UTC
   * @param deadline by when at the latest, of what a patient asked for, Europe/Paris
   */
  public record Next(
      UUID dossierId, ErasureCause cause, Instant at, Optional<LocalDate> deadline) {}

  /** A request that waits for a decision. */
  public record Waiting(
      UUID dossierId, UUID requestId, ReleaseRequested.Kind kind, Instant recordedAt) {}

  /**
   * The timetable.
   *
   * @param waitingRequests of heirs and courts, undecided
   * @param next the first 200, only for the privacy officer
   * @param requests the oldest 200, only for the privacy officer
   */
  public record Shown(
      Instant now,
      Counts erasures,
      Counts archives,
      long waitingRequests,
      Optional<List<Next>> next,
      Optional<List<Waiting>> requests) {}

  /** What comes next. */
  @GET
  @RolesAllowed({"operator", "privacy-officer"})
  @Operation(
      summary = "What time will demand",
      description = "Counts for the operator; dossiers and dates for the privacy officer too.")
  public Shown timetable() throws SQLException {
    boolean whose = current.get().actor().role() == Actor.Role.PRIVACY_OFFICER;
    Instant now = clock.now();
    try (Connection connection = dataSource.getConnection()) {
      return new Shown(
          now,
          counts(connection, "erasure_from", now),
          counts(connection, "archive_ends_at", now),
          waiting(connection),
          whose ? Optional.of(next(connection)) : Optional.empty(),
          whose ? Optional.of(requests(connection)) : Optional.empty());
    }
  }

  private static Counts counts(Connection connection, String column, Instant now)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            SELECT count(*) FILTER (WHERE at <= ?), count(*) FILTER (WHERE at > ? AND at <= ?),
                   count(*) FILTER (WHERE at > ?)
            FROM (SELECT %1$s AS at FROM dossier WHERE %1$s IS NOT NULL) dated
            """
                .formatted(column))) {
      Timestamp soon = Timestamp.from(now.plus(SOON));
      select.setTimestamp(1, Timestamp.from(now));
      select.setTimestamp(2, Timestamp.from(now));
      select.setTimestamp(3, soon);
      select.setTimestamp(4, soon);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return new Counts(row.getLong(1), row.getLong(2), row.getLong(3));
      }
    }
  }

  private static long waiting(Connection connection) throws SQLException {
    try (PreparedStatement select =
            connection.prepareStatement(
                "SELECT count(*) FROM release_request WHERE state = 'ASKED'");
        ResultSet row = select.executeQuery()) {
      row.next();
      return row.getLong(1);
    }
  }

  private static List<Next> next(Connection connection) throws SQLException {
    List<Next> next = new ArrayList<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            SELECT dossier_id, coalesce(erasure_from <= archive_ends_at, erasure_from IS NOT NULL),
                   least(erasure_from, archive_ends_at) AS at, erasure_deadline
            FROM dossier WHERE erasure_from IS NOT NULL OR archive_ends_at IS NOT NULL
            ORDER BY at, dossier_id LIMIT ?
            """)) {
      select.setInt(1, MOST);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          next.add(
              new Next(
                  row.getObject(1, UUID.class),
                  row.getBoolean(2) ? ErasureCause.REQUESTED : ErasureCause.ARCHIVE_ENDED,
                  row.getObject(3, OffsetDateTime.class).toInstant(),
                  Optional.ofNullable(row.getDate(4)).map(Date::toLocalDate)));
        }
      }
    }
    return next;
  }

  private static List<Waiting> requests(Connection connection) throws SQLException {
    List<Waiting> waiting = new ArrayList<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            SELECT dossier_id, request_id, kind, recorded_at FROM release_request
            WHERE state = 'ASKED' ORDER BY recorded_at, request_id LIMIT ?
            """)) {
      select.setInt(1, MOST);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          waiting.add(
              new Waiting(
                  row.getObject(1, UUID.class),
                  row.getObject(2, UUID.class),
                  ReleaseRequested.Kind.valueOf(row.getString(3)),
                  row.getObject(4, OffsetDateTime.class).toInstant()));
        }
      }
    }
    return waiting;
  }
}
