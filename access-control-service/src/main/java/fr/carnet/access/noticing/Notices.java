package fr.carnet.access.noticing;

import fr.carnet.access.noticing.ShownNotices.Ending;
import fr.carnet.access.noticing.ShownNotices.Notice;
import fr.carnet.access.noticing.ShownNotices.Who;
import fr.carnet.access.paging.Place;
import fr.carnet.access.projecting.AccessGrantsProjection;
import fr.carnet.access.projecting.DossierRegistryProjection;
import fr.carnet.events.access.Grantee;
import fr.carnet.events.trace.Actor;
import fr.carnet.eventstore.StreamRecovery;
import fr.carnet.resourceserver.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BinaryOperator;
import javax.sql.DataSource;

/** Reads the notices that are for somebody, in one statement. */
@ApplicationScoped
class Notices {
  private static final String OF_DOSSIER =
      """
      SELECT notice_id, dossier_id, code, at, who_role, who_id, profession, structure,
             NULL::uuid AS grant_id, NULL::text AS grantee_kind, NULL::text AS grantee,
             NULL::timestamptz AS ends_at
      FROM notice
      WHERE dossier_id = ? AND (notice_id, trace_id) IN (SELECT * FROM unnest(?::uuid[], ?::uuid[]))
      UNION ALL
      SELECT grant_id, dossier_id, 'GRANT_ENDS', at, NULL, NULL, NULL, NULL,
             grant_id, grantee_kind, grantee, ends_at
      FROM grant_notice WHERE dossier_id = ? AND at >= coalesce(?::timestamptz, '-infinity')
      """;

  /**
   * What ends, as who acts for the minor knows it: neither whom the minor let in or shut out makes
   * a notice come, nor keeps it from coming.
   */
  private static final String OF_THEIR_GRANTS =
      """
      SELECT g.grant_id AS notice_id, g.dossier_id, 'GRANT_ENDS' AS code,
             greatest(g.given_at, g.valid_until - interval '7 days') AS at,
             NULL::text AS who_role, NULL::text AS who_id, NULL::text AS profession,
             NULL::text AS structure, g.grant_id, g.grantee_kind, g.grantee,
             g.valid_until AS ends_at
      FROM grant_of_representatives g
      WHERE g.dossier_id = ?
        AND g.valid_until - g.valid_from > interval '1 day'
        AND g.valid_until - interval '7 days' <= clock_timestamp()
        AND g.revoked_at IS NULL AND NOT g.blocked
        AND NOT EXISTS (SELECT 1 FROM grant_of_representatives l
                        WHERE l.dossier_id = g.dossier_id
                          AND l.grantee = g.grantee AND l.grantee_kind = g.grantee_kind
                          AND l.revoked_at IS NULL AND l.valid_from <= g.valid_until
                          AND (l.valid_until IS NULL OR l.valid_until > g.valid_until))
      """;

  /**
   * Of emergencies a médecin traitant is told (CSP L1111-17), from when they became one, as long as
   * they may see the dossier: the conditions are those of the decision.
   */
  private static final String OF_PATIENTS =
      """
      SELECT n.notice_id, n.dossier_id, n.code, n.at, n.who_role, n.who_id, n.profession,
             n.structure, NULL::uuid AS grant_id, NULL::text AS grantee_kind,
             NULL::text AS grantee, NULL::timestamptz AS ends_at
      FROM (SELECT dossier_id, professional, min(since) AS since
            FROM treating_physician GROUP BY dossier_id, professional) t
      JOIN dossier d ON d.dossier_id = t.dossier_id AND d.state = 'OPEN'
      JOIN notice n ON n.dossier_id = t.dossier_id AND n.at >= t.since
                   AND n.code IN ('BREAK_GLASS', 'MEDICAL_REGULATION')
      WHERE t.professional = ? AND n.who_id IS DISTINCT FROM t.professional
        AND NOT EXISTS (SELECT 1 FROM block b
                        WHERE b.dossier_id = t.dossier_id AND b.professional = t.professional)
        AND NOT EXISTS (SELECT 1 FROM parked p
                        WHERE p.consumer IN (?, ?) AND p.stream_key = t.dossier_id::text
                          AND p.discarded_at IS NULL)
      """;

  private static final String RECOVERY = StreamRecovery.consumer(new AccessGrantsProjection());

  @Inject DataSource dataSource;

  /** Who reads, and so what is for them. */
  sealed interface Reader {
    /**
     * Who is told of all access to this dossier: its owner, or an adult's guardian.
     *
     * @param shown what the filter let through of what had been noted before it was asked
     * @param since of what a guardian is told; absent: of all
     */
    record OfDossier(UUID dossierId, Actor actor, List<Noted> shown, Optional<Instant> since)
        implements Reader {
      public OfDossier {
        shown = List.copyOf(shown);
      }
    }

    /** Who acts for a minor: of the end of the grants that they gave, or others who do. */
    record OfTheirGrants(UUID dossierId, Actor actor) implements Reader {}

    /** A doctor, in every dossier of which they are a médecin traitant. */
    record TreatingPhysician(String professional) implements Reader {}

    private String sql() {
      return switch (this) {
        case OfDossier _ -> OF_DOSSIER;
        case OfTheirGrants _ -> OF_THEIR_GRANTS;
        case TreatingPhysician _ -> OF_PATIENTS;
      };
    }

    /** Under which name it is kept that they have read a notice. */
    private String name() {
      return switch (this) {
        case OfDossier(_, var actor, _, _) -> actor.label();
        case OfTheirGrants(_, var actor) -> actor.label();
        case TreatingPhysician(var professional) -> professional;
      };
    }

    private int bind(PreparedStatement statement) throws SQLException {
      return switch (this) {
        case OfDossier(var dossierId, _, var shown, var since) -> {
          Connection connection = statement.getConnection();
          statement.setObject(1, dossierId);
          statement.setArray(
              2, connection.createArrayOf("uuid", shown.stream().map(Noted::noticeId).toArray()));
          statement.setArray(
              3, connection.createArrayOf("uuid", shown.stream().map(Noted::traceId).toArray()));
          statement.setObject(4, dossierId);
          statement.setObject(5, utc(since));
          yield 6;
        }
        case OfTheirGrants(var dossierId, _) -> {
          statement.setObject(1, dossierId);
          yield 2;
        }
        case TreatingPhysician(var professional) -> {
          statement.setString(1, professional);
          statement.setString(2, DossierRegistryProjection.NAME);
          statement.setString(3, RECOVERY);
          yield 4;
        }
      };
    }
  }

  /**
   * An access, as it is noted now.
   *
   * @param traceId on which it rests; a notice that rests on another one since is another
   * @param firstOf whose first access it is, unless it is told for another reason
   * @param itemIds what was shown
   */
  record Noted(
      UUID noticeId,
      UUID traceId,
      Instant at,
      Optional<String> firstOf,
      boolean emergency,
      Set<String> itemIds) {
    private static final Comparator<Noted> EARLIEST =
        Comparator.comparing(Noted::at).thenComparing(noted -> noted.traceId().toString());

    Noted {
      itemIds = Set.copyOf(itemIds);
    }

    /**
     * An access that showed only what the owner may not know of is not told of, as if it had not
     * been; an emergency is told of always (ADR 17).
     */
    private boolean shows(Set<String> keptFrom) {
      return emergency || itemIds.isEmpty() || !keptFrom.containsAll(itemIds);
    }

    /**
     * What is told to whom this is kept from: of the accesses of each that show, the first (ADR
     * 23).
     *
     * @param since of what they are told; absent: of all
     */
    static List<Noted> told(
        Collection<Noted> noted, Set<String> keptFrom, Optional<Instant> since) {
      Map<String, Noted> told = new HashMap<>();
      for (Noted each : noted) {
        if (each.shows(keptFrom)) {
          told.merge(
              each.firstOf().orElseGet(() -> each.noticeId().toString()),
              each,
              BinaryOperator.minBy(EARLIEST));
        }
      }
      return told.values().stream()
          .filter(each -> since.isEmpty() || !each.at().isBefore(since.get()))
          .toList();
    }
  }

  /**
   * All accesses to a dossier that are noted. They are read before the filter is asked: what comes
   * in between it does not know of.
   */
  List<Noted> noted(UUID dossierId) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement select =
            connection.prepareStatement(
                """
                SELECT notice_id, trace_id, at, CASE code WHEN 'FIRST_ACCESS' THEN who_id END AS first_of,
                       code IN ('BREAK_GLASS', 'MEDICAL_REGULATION') AS emergency, item_ids
                FROM notice
                WHERE dossier_id = ?
                """)) {
      select.setObject(1, dossierId);
      List<Noted> noted = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          noted.add(
              new Noted(
                  row.getObject("notice_id", UUID.class),
                  row.getObject("trace_id", UUID.class),
                  instant(row, "at").orElseThrow(),
                  Optional.ofNullable(row.getString("first_of")),
                  row.getBoolean("emergency"),
                  Set.copyOf(Arrays.asList((String[]) row.getArray("item_ids").getArray()))));
        }
      }
      return noted;
    }
  }

  /** At most {@code most} of them, after this place. */
  ShownNotices read(Reader reader, Optional<Place> after, int most) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement select =
            connection.prepareStatement(
                """
                WITH told AS (%s),
                shown AS (SELECT told.*, r.read_at
                          FROM told LEFT JOIN notice_read r
                            ON r.dossier_id = told.dossier_id AND r.notice_id = told.notice_id
                               AND r.reader = ?)
                SELECT now.at AS now, (SELECT count(*) FROM shown WHERE read_at IS NULL) AS unread, page.*
                FROM (SELECT clock_timestamp() AS at) now
                LEFT JOIN (SELECT * FROM shown WHERE ?::timestamptz IS NULL OR (at, notice_id) < (?, ?)
                           ORDER BY at DESC, notice_id DESC LIMIT ?) page ON true
                ORDER BY page.at DESC, page.notice_id DESC
                """
                    .formatted(reader.sql()))) {
      int next = reader.bind(select);
      select.setString(next, reader.name());
      select.setInt(Place.bind(select, next + 1, after), most + 1);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        Instant now = instant(row, "now").orElseThrow();
        long unread = row.getLong("unread");
        List<Notice> notices = new ArrayList<>();
        do {
          Optional<UUID> noticeId = Optional.ofNullable(row.getObject("notice_id", UUID.class));
          if (noticeId.isPresent()) {
            notices.add(notice(row, noticeId.get()));
          }
        } while (row.next());
        Place.Page<Notice> page =
            Place.Page.of(notices, most, notice -> new Place(notice.at(), notice.noticeId()));
        return new ShownNotices(now, unread, page.rows(), page.next());
      }
    }
  }

  /**
   * Keeps that they have read it.
   *
   * @throws Refusal when there is no such notice for them
   */
  void mark(Reader reader, String noticeId) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement insert =
            connection.prepareStatement(
                """
                WITH told AS (%s)
                INSERT INTO notice_read (dossier_id, notice_id, reader)
                SELECT told.dossier_id, told.notice_id, ?
                FROM told JOIN dossier d ON d.dossier_id = told.dossier_id WHERE told.notice_id = ?
                -- An erasure deletes the dossier's row first: before this, or once this has ended.
                FOR KEY SHARE OF d
                ON CONFLICT (dossier_id, notice_id, reader) DO UPDATE SET reader = excluded.reader
                """
                    .formatted(reader.sql()))) {
      int next = reader.bind(insert);
      insert.setString(next, reader.name());
      insert.setObject(next + 1, parse(noticeId));
      if (insert.executeUpdate() == 0) {
        throw new Refusal(NoticeRefusal.NO_SUCH_NOTICE);
      }
    }
  }

  private static UUID parse(String noticeId) {
    try {
      return UUID.fromString(noticeId);
    } catch (IllegalArgumentException e) {
      throw new Refusal(NoticeRefusal.NO_SUCH_NOTICE);
    }
  }

  private static Notice notice(ResultSet row, UUID noticeId) throws SQLException {
    NoticeCode code = NoticeCode.valueOf(row.getString("code"));
    return new Notice(
        noticeId,
        row.getObject("dossier_id", UUID.class),
        code,
        code.sentence(),
        instant(row, "at").orElseThrow(),
        who(row),
        ending(row),
        instant(row, "read_at"));
  }

  private static Optional<Who> who(ResultSet row) throws SQLException {
    Optional<String> role = Optional.ofNullable(row.getString("who_role"));
    return role.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Who(
                Actor.Role.valueOf(role.get()),
                Optional.ofNullable(row.getString("who_id")),
                Optional.ofNullable(row.getString("profession")),
                Optional.ofNullable(row.getString("structure"))));
  }

  private static Optional<Ending> ending(ResultSet row) throws SQLException {
    Optional<UUID> grantId = Optional.ofNullable(row.getObject("grant_id", UUID.class));
    return grantId.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Ending(
                grantId.get(),
                Grantee.Kind.valueOf(row.getString("grantee_kind")),
                row.getString("grantee"),
                instant(row, "ends_at").orElseThrow()));
  }

  private static OffsetDateTime utc(Optional<Instant> instant) {
    return instant.map(at -> at.atOffset(ZoneOffset.UTC)).orElse(null);
  }

  private static Optional<Instant> instant(ResultSet row, String column) throws SQLException {
    return Optional.ofNullable(row.getObject(column, OffsetDateTime.class))
        .map(OffsetDateTime::toInstant);
  }
}
