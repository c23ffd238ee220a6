package fr.carnet.audit.querying;

import fr.carnet.events.access.AccessDecision;
import fr.carnet.events.identity.UuidV7;
import fr.carnet.events.trace.AccessTraced;
import fr.carnet.events.trace.Actor;
import fr.carnet.events.trace.PurposeOfUse;
import fr.carnet.eventstore.Outbox;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Optional;
import java.util.UUID;

/**
 * Who read the log of a dossier, put into the outbox of the transaction that reads: no data without
 * the trace.
 */
final class ReadTrace {
  private ReadTrace() {}

  /** The owner read, or who acts for them, by this decision. */
  static AccessTraced byOwner(AccessDecision decision, String action, List<Found> shown) {
    return of(reader(decision), action, decision, AccessTraced.Outcome.RELEASED, stretch(shown));
  }

  /** Who reads by this decision; who acts for the owner is named by the representation alone. */
  static Actor reader(AccessDecision decision) {
    return OwnershipDecision.actsForOwner(decision)
        ? new Actor(
            Actor.Role.REPRESENTATIVE,
            decision.representationId().map(UUID::toString),
            Optional.empty(),
            Optional.empty())
        : Actor.anonymous(Actor.Role.OWNER);
  }

  /** A patient asked and was refused, by this decision. */
  static AccessTraced refused(AccessDecision decision, String action) {
    return of(
        Actor.anonymous(Actor.Role.OTHER_PATIENT),
        action,
        decision,
        AccessTraced.Outcome.REFUSED,
        List.of());
  }

  private static AccessTraced of(
      Actor actor,
      String action,
      AccessDecision decision,
      AccessTraced.Outcome outcome,
      List<String> items) {
    return new AccessTraced(
        actor,
        PurposeOfUse.NORMAL,
        action,
        outcome,
        decision.rule(),
        decision.grantId(),
        Optional.of(decision.policyVersion()),
        Optional.of(decision.accessVersion()),
        items,
        Optional.empty());
  }

  /** An auditor, or the privacy officer, read. */
  static AccessTraced byAuditor(Actor auditor, String action, List<Found> shown) {
    return ofAuditor(auditor, action, stretch(shown));
  }

  /** An auditor read entries from one index to another, both of them too. */
  static AccessTraced byAuditor(Actor auditor, String action, long first, long last) {
    return ofAuditor(auditor, action, List.of("log:" + first + "-" + last));
  }

  private static AccessTraced ofAuditor(Actor auditor, String action, List<String> items) {
    return new AccessTraced(
        auditor,
        PurposeOfUse.NORMAL,
        action,
        AccessTraced.Outcome.RELEASED,
        auditor.role().name(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        items,
        Optional.empty());
  }

  /**
   * One item, however long the page: {@code log:17-116}, the stretch of the log in which the
   * entries lie. A trace becomes an entry of the same log, so one that named every entry would make
   * each page longer than the one before.
   */
  private static List<String> stretch(List<Found> shown) {
    LongSummaryStatistics indexes = shown.stream().mapToLong(Found::index).summaryStatistics();
    return shown.isEmpty()
        ? List.of()
        : List.of("log:" + indexes.getMin() + "-" + indexes.getMax());
  }

  /** Puts it in the queue; without a dossier when what was read is not of one. */
  static void put(Connection tx, Optional<UUID> dossier, AccessTraced trace, String correlation)
      throws SQLException {
    Outbox.put(tx, entries(dossier, trace, correlation));
  }

  /** The same, and taken back: where there is no dossier that takes as long. */
  static void putInVain(Connection tx, UUID dossier, AccessTraced trace, String correlation)
      throws SQLException {
    Outbox.putInVain(tx, entries(Optional.of(dossier), trace, correlation));
  }

  private static List<Outbox.Entry> entries(
      Optional<UUID> dossier, AccessTraced trace, String correlation) {
    return List.of(
        Outbox.Entry.ofTrace(UuidV7.next(Clock.systemUTC()), dossier, trace, correlation));
  }
}
