package fr.carnet.access.noticing;

import fr.carnet.events.Paris;
import fr.carnet.events.Topic;
import fr.carnet.events.Wire;
import fr.carnet.events.identity.NationalId;
import fr.carnet.events.trace.AccessTraced;
import fr.carnet.events.trace.Actor;
import fr.carnet.eventstore.Projection;
import fr.carnet.eventstore.RecordedEvent;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.BinaryOperator;
import java.util.stream.Collectors;

/**
 * {@code access.traces} → notices. A trace that comes again, or late, changes nothing but what the
 * earliest is: the rows follow from which traces there are, in whatever order. Of an erased dossier
 * there is nothing; what a professional did in an emergency is counted all the same.
 */
public final class NoticesProjection implements Projection {
  /** The name of the projection. */
  public static final String NAME = "notices";

  /** Every action that shows content is named so; to find a dossier or to assist shows nothing. */
  private static final List<String> SHOWING = List.of("read-", "search-");

  /** In an emergency nobody granted anything: who finds a dossier then is told of too. */
  private static final String FINDING = "find-by-ins";

  /** Three refusals within this time are told. */
  private static final Duration WITHIN = Duration.ofHours(1);

  /** Looks less than this apart are one visit. */
  private static final Duration VISIT = Duration.ofMinutes(30);

  /** Uses of break-glass in a day, beyond which the privacy officer is told. */
  private static final int USES_A_DAY = 5;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<Topic> topics() {
    return List.of(Topic.ACCESS_TRACES);
  }

  @Override
  public Order order() {
    return Order.BY_IDENTITY;
  }

  @Override
  public List<String> tables() {
    return List.of("notice", "refused_access", "break_glass_use", "frequent_break_glass");
  }

  private record Traced(UUID traceId, UUID dossierId, Instant at, AccessTraced fact) {
    Actor actor() {
      return fact.actor();
    }

    boolean isAccessOfProfessional() {
      return isReleasedToProfessional() && SHOWING.stream().anyMatch(fact.action()::startsWith);
    }

    boolean findsOrIsAccess() {
      return isAccessOfProfessional()
          || (isReleasedToProfessional() && fact.action().equals(FINDING));
    }

    private boolean isReleasedToProfessional() {
      return actor().role() == Actor.Role.PROFESSIONAL
          && actor().id().isPresent()
          && fact.outcome() == AccessTraced.Outcome.RELEASED;
    }
  }

  /** A row of {@code notice}. */
  private record Notice(
      UUID noticeId,
      UUID dossierId,
      NoticeCode code,
      Instant at,
      Actor actor,
      UUID traceId,
      List<String> itemIds) {
    private static final Comparator<Notice> EARLIEST =
        Comparator.comparing(Notice::at).thenComparing(notice -> notice.traceId().toString());

    static Notice of(NoticeCode code, UUID noticeId, Traced trace) {
      return new Notice(
          noticeId,
          trace.dossierId(),
          code,
          trace.at(),
          trace.actor(),
          trace.traceId(),
          trace.fact().itemIds());
    }
  }

  @Override
  public void apply(Connection tx, List<RecordedEvent> events) throws SQLException {
    List<Traced> traces =
        events.stream()
            .filter(event -> event.type().equals(AccessTraced.WIRE_NAME))
            .map(
                event ->
                    new Traced(
                        event.id(),
                        event.streamId(),
                        event.time(),
                        Wire.read(event.data(), AccessTraced.class)))
            .toList();
    countBreakGlass(tx, traces);
    List<Notice> news = news(tx, accesses(traces));
    List<Traced> refused =
        traces.stream()
            .filter(trace -> trace.fact().outcome() == AccessTraced.Outcome.REFUSED)
            .toList();
    Set<UUID> gone = heldAndErased(tx, news, refused);
    store(tx, news.stream().filter(notice -> !gone.contains(notice.dossierId())).toList());
    storeRefused(tx, refused.stream().filter(trace -> !gone.contains(trace.dossierId())).toList());
  }

  @Override
  public void withoutErased(Connection tx) throws SQLException {
    for (String table : List.of("notice", "refused_access")) {
      try (PreparedStatement delete =
          tx.prepareStatement(
              "DELETE FROM "
                  + table
                  + " WHERE dossier_id IN (SELECT dossier_id FROM erased_dossier)")) {
        delete.executeUpdate();
      }
    }
  }

  /**
   * What accesses give; of several that give the same notice, the earliest. The first access is
   * noted once for each of whom all that it showed was kept from, mostly nobody: who is told of
   * accesses is told of the first of which they may know.
   */
  private static List<Notice> accesses(List<Traced> traces) {
    Map<UUID, Notice> notices = new HashMap<>();
    for (Traced trace : traces) {
      if (trace.isAccessOfProfessional()) {
        String who = trace.actor().id().orElseThrow();
        String of = trace.fact().keptFrom().map(kept -> who + "/" + kept).orElse(who);
        UUID first = id(NoticeCode.FIRST_ACCESS, trace.dossierId(), of);
        keep(notices, Notice.of(NoticeCode.FIRST_ACCESS, first, trace));
      }
      if (trace.findsOrIsAccess()) {
        emergency(trace).ifPresent(code -> keep(notices, Notice.of(code, trace.traceId(), trace)));
      }
    }
    return List.copyOf(notices.values());
  }

  private static void keep(Map<UUID, Notice> notices, Notice notice) {
    notices.merge(notice.noticeId(), notice, BinaryOperator.minBy(Notice.EARLIEST));
  }

  /** By what was said, not by the rule that let somebody in: who says emergency is told of. */
  private static Optional<NoticeCode> emergency(Traced trace) {
    return switch (trace.fact().purpose()) {
      case NORMAL -> Optional.empty();
      case BREAK_GLASS -> Optional.of(NoticeCode.BREAK_GLASS);
      case MEDICAL_REGULATION -> Optional.of(NoticeCode.MEDICAL_REGULATION);
    };
  }

  private static UUID id(NoticeCode code, UUID dossierId, String rest) {
    return UUID.nameUUIDFromBytes(
        (code + "/" + dossierId + "/" + rest).getBytes(StandardCharsets.UTF_8));
  }

  /** What the rows do not say yet: most accesses are not the first, and lock nothing. */
  private static List<Notice> news(Connection tx, List<Notice> notices) throws SQLException {
    if (notices.isEmpty()) {
      return notices;
    }
    Set<UUID> news = new HashSet<>();
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT n.notice_id
            FROM unnest(?::uuid[], ?::timestamptz[], ?::uuid[]) AS n(notice_id, at, trace_id)
            LEFT JOIN notice known USING (notice_id)
            WHERE known.notice_id IS NULL OR (n.at, n.trace_id) < (known.at, known.trace_id)
            """)) {
      select.setArray(
          1, tx.createArrayOf("uuid", notices.stream().map(Notice::noticeId).toArray()));
      select.setArray(
          2,
          tx.createArrayOf(
              "timestamptz", notices.stream().map(notice -> notice.at().toString()).toArray()));
      select.setArray(3, tx.createArrayOf("uuid", notices.stream().map(Notice::traceId).toArray()));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          news.add(row.getObject(1, UUID.class));
        }
      }
    }
    return notices.stream().filter(notice -> news.contains(notice.noticeId())).toList();
  }

  /**
   * Which of these dossiers were erased. An erasure of another waits until this transaction has
   * ended, and then deletes its rows; it may be of a dossier that this service has not heard of.
   */
  private static Set<UUID> heldAndErased(Connection tx, List<Notice> notices, List<Traced> refused)
      throws SQLException {
    Set<UUID> dossiers = notices.stream().map(Notice::dossierId).collect(Collectors.toSet());
    refused.forEach(trace -> dossiers.add(trace.dossierId()));
    Set<UUID> erased = new HashSet<>();
    if (dossiers.isEmpty()) {
      return erased;
    }
    try (PreparedStatement hold =
            tx.prepareStatement(
                """
                SELECT pg_advisory_xact_lock_shared(
                  hashtextextended('carnet-known-dossier/' || dossier_id, 0))
                FROM unnest(?::text[]) AS d(dossier_id) ORDER BY dossier_id
                """);
        PreparedStatement select =
            tx.prepareStatement(
                "SELECT dossier_id FROM erased_dossier WHERE dossier_id = ANY (?)")) {
      hold.setArray(
          1, tx.createArrayOf("text", dossiers.stream().map(UUID::toString).sorted().toArray()));
      hold.execute();
      select.setArray(1, tx.createArrayOf("uuid", dossiers.toArray()));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          erased.add(row.getObject(1, UUID.class));
        }
      }
    }
    return erased;
  }

  private static void store(Connection tx, List<Notice> notices) throws SQLException {
    if (notices.isEmpty()) {
      return;
    }
    try (PreparedStatement upsert =
        tx.prepareStatement(
            """
            INSERT INTO notice AS known
              (notice_id, dossier_id, code, at, who_role, who_id, profession, structure, trace_id,
               item_ids)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (notice_id) DO UPDATE
            SET at = excluded.at, who_role = excluded.who_role, who_id = excluded.who_id,
                profession = excluded.profession, structure = excluded.structure,
                trace_id = excluded.trace_id, item_ids = excluded.item_ids
            WHERE (excluded.at, excluded.trace_id) < (known.at, known.trace_id)
            """)) {
      for (Notice notice : notices) {
        upsert.setObject(1, notice.noticeId());
        upsert.setObject(2, notice.dossierId());
        upsert.setString(3, notice.code().name());
        upsert.setObject(4, utc(notice.at()));
        upsert.setString(5, notice.actor().role().name());
        upsert.setString(6, notice.actor().id().orElse(null));
        upsert.setString(7, notice.actor().profession().orElse(null));
        upsert.setString(8, notice.actor().structure().map(NationalId::value).orElse(null));
        upsert.setObject(9, notice.traceId());
        upsert.setArray(10, tx.createArrayOf("text", notice.itemIds().toArray()));
        upsert.addBatch();
      }
      upsert.executeBatch();
    }
  }

  private record Day(UUID dossierId, String actor, LocalDate day) {}

  /** Keeps the refusals, and tells of a day of somebody's from the third within an hour on. */
  private static void storeRefused(Connection tx, List<Traced> refused) throws SQLException {
    if (refused.isEmpty()) {
      return;
    }
    Map<Day, Actor> days = new HashMap<>();
    try (PreparedStatement insert =
        tx.prepareStatement(
            """
            INSERT INTO refused_access (trace_id, dossier_id, actor, at) VALUES (?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            """)) {
      for (Traced trace : refused) {
        insert.setObject(1, trace.traceId());
        insert.setObject(2, trace.dossierId());
        insert.setString(3, trace.actor().label());
        insert.setObject(4, utc(trace.at()));
        insert.addBatch();
        // Those of the last hour before midnight count towards the next day's.
        for (Instant at : List.of(trace.at(), trace.at().plus(WITHIN))) {
          LocalDate day = Paris.dayOf(at);
          days.put(new Day(trace.dossierId(), trace.actor().label(), day), trace.actor());
        }
      }
      insert.executeBatch();
    }
    List<Notice> notices = new ArrayList<>();
    for (Map.Entry<Day, Actor> entry : days.entrySet()) {
      repeated(tx, entry.getKey(), entry.getValue()).ifPresent(notices::add);
    }
    store(tx, news(tx, notices));
  }

  private static Optional<Notice> repeated(Connection tx, Day day, Actor actor)
      throws SQLException {
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT trace_id, at
            FROM (SELECT trace_id, at, lag(at, 2) OVER (ORDER BY at, trace_id) AS two_before
                  FROM refused_access WHERE dossier_id = ? AND actor = ? AND at >= ? AND at < ?) r
            WHERE at >= ? AND two_before > at - make_interval(secs => ?)
            ORDER BY at, trace_id LIMIT 1
            """)) {
      Instant begin = day.day().atStartOfDay(Paris.ZONE).toInstant();
      Instant end = day.day().plusDays(1).atStartOfDay(Paris.ZONE).toInstant();
      select.setObject(1, day.dossierId());
      select.setString(2, day.actor());
      select.setObject(3, utc(begin.minus(WITHIN)));
      select.setObject(4, utc(end));
      select.setObject(5, utc(begin));
      select.setLong(6, WITHIN.toSeconds());
      try (ResultSet row = select.executeQuery()) {
        return row.next()
            ? Optional.of(
                new Notice(
                    id(
                        NoticeCode.REFUSALS_REPEATED,
                        day.dossierId(),
                        day.actor() + "/" + day.day()),
                    day.dossierId(),
                    NoticeCode.REFUSALS_REPEATED,
                    row.getObject("at", OffsetDateTime.class).toInstant(),
                    // Profession and structure may change within a day.
                    new Actor(actor.role(), actor.id(), Optional.empty(), Optional.empty()),
                    row.getObject("trace_id", UUID.class),
                    List.of()))
            : Optional.empty();
      }
    }
  }

  /**
   * A look by break-glass. Those of one professional into one dossier on one day of Europe/Paris
   * share an id that follows from all three and tells no dossier, for this stays when a dossier is
   * forgotten.
   */
  private record Use(UUID useOf, String professional, LocalDate day, Instant at) {
    static Use of(Traced trace) {
      String professional = trace.actor().id().orElseThrow();
      LocalDate day = Paris.dayOf(trace.at());
      return new Use(
          id(NoticeCode.BREAK_GLASS, trace.dossierId(), professional + "/" + day),
          professional,
          day,
          trace.at());
    }
  }

  private static void countBreakGlass(Connection tx, List<Traced> traces) throws SQLException {
    List<Use> uses =
        traces.stream()
            .filter(Traced::findsOrIsAccess)
            .filter(trace -> emergency(trace).equals(Optional.of(NoticeCode.BREAK_GLASS)))
            .map(Use::of)
            .toList();
    if (uses.isEmpty()) {
      return;
    }
    // Two replicas may read of the same professional, in dossiers of two partitions.
    lock(tx, uses.stream().map(Use::professional).collect(Collectors.toCollection(TreeSet::new)));
    Array useOf = tx.createArrayOf("uuid", uses.stream().map(Use::useOf).toArray());
    try (PreparedStatement insert =
        tx.prepareStatement(
            """
            INSERT INTO break_glass_use (use_of, professional, day, at)
            SELECT * FROM unnest(?::uuid[], ?::text[], ?::date[], ?::timestamptz[])
            ON CONFLICT DO NOTHING
            """)) {
      insert.setArray(1, useOf);
      insert.setArray(2, tx.createArrayOf("text", uses.stream().map(Use::professional).toArray()));
      insert.setArray(
          3, tx.createArrayOf("date", uses.stream().map(use -> use.day().toString()).toArray()));
      insert.setArray(
          4,
          tx.createArrayOf("timestamptz", uses.stream().map(use -> use.at().toString()).toArray()));
      insert.executeUpdate();
    }
    // A look that comes late may make one visit of two: then there are fewer than there were.
    try (PreparedStatement delete =
            tx.prepareStatement(
                """
                DELETE FROM frequent_break_glass WHERE (professional, day) IN
                  (SELECT professional, day FROM break_glass_use WHERE use_of = ANY (?))
                """);
        PreparedStatement insert =
            tx.prepareStatement(
                """
                INSERT INTO frequent_break_glass (professional, day, uses, at)
                SELECT professional, day, count(*), (array_agg(at ORDER BY at))[%1$d + 1]
                FROM (SELECT professional, day, at,
                             at - lag(at) OVER (PARTITION BY use_of ORDER BY at) AS since_last
                      FROM break_glass_use
                      WHERE (professional, day) IN
                        (SELECT professional, day FROM break_glass_use WHERE use_of = ANY (?))
                     ) looked
                WHERE since_last IS NULL OR since_last >= make_interval(secs => %2$d)
                GROUP BY professional, day HAVING count(*) > %1$d
                """
                    .formatted(USES_A_DAY, VISIT.toSeconds()))) {
      delete.setArray(1, useOf);
      delete.executeUpdate();
      insert.setArray(1, useOf);
      insert.executeUpdate();
    }
  }

  private static void lock(Connection tx, Collection<String> professionals) throws SQLException {
    try (PreparedStatement lock =
        tx.prepareStatement("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))")) {
      for (String professional : professionals) {
        lock.setString(1, "carnet-break-glass/" + professional);
        lock.execute();
      }
    }
  }

  private static OffsetDateTime utc(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }
}
