package fr.carnet.access.counting;

import fr.carnet.access.tracing.Traces;
import fr.carnet.events.Reason;
import fr.carnet.events.Sha256;
import fr.carnet.events.access.RefusedCaller;
import fr.carnet.events.trace.Actor;
import fr.carnet.eventstore.Transactions;
import fr.carnet.resourceserver.Caller;
import fr.carnet.resourceserver.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;

/**
 * Counts refusals an account and hour, for every service and replica: trying door after door comes
 * to an end, and the privacy officer is told.
 */
@ApplicationScoped
public class Refusals {
  /** Refusals within an hour before everything else that would be refused is too much. */
  private static final int AN_HOUR = 20;

  /** Persons whom an agent at a counter may look for in vain within an hour. */
  private static final int AN_AGENTS_HOUR = 200;

  @Inject DataSource dataSource;
  @Inject Traces traces;

  /** Counts one more, unless there were too many: then it is reported, and true. */
  public boolean tooMany(RefusedCaller refused) throws SQLException {
    int most =
        switch (refused.kind()) {
          case DOSSIER -> AN_HOUR;
          case AT_COUNTER -> AN_AGENTS_HOUR;
        };
    return Transactions.run(
        dataSource,
        tx -> {
          // Requests of one account at once would each count without the others.
          lock(tx, refused.account());
          boolean tooMany = counted(tx, refused.account()) >= most;
          if (tooMany) {
            report(tx, refused, most);
          } else {
            count(tx, refused.account());
          }
          return tooMany;
        });
  }

  /**
   * What is being refused here, about a dossier or none.
   *
   * @param dossier where there is such a dossier: its owner finds the refusal in the log
   * @param actor who asks
   * @param action what for, as a trace names it
   */
  public record Refused(Optional<UUID> dossier, Actor actor, String action) {}

  /**
   * The same of who is being refused here; gives what to answer. Kept in the log only where there
   * is such a dossier and only as long as it is counted: so nobody fills it.
   */
  public Refusal counted(Caller caller, Reason reason, Refused what) throws SQLException {
    if (isOneTooMany(caller)) {
      return new Refusal(CountRefusal.TOO_MANY_REFUSALS);
    }
    traces.refused(what.dossier(), what.actor(), what.action(), reason);
    return new Refusal(reason);
  }

  /** The same where it is about no dossier. */
  public Refusal counted(Caller caller, Reason reason) throws SQLException {
    return new Refusal(isOneTooMany(caller) ? CountRefusal.TOO_MANY_REFUSALS : reason);
  }

  private boolean isOneTooMany(Caller caller) throws SQLException {
    return tooMany(
        new RefusedCaller(
            Sha256.hex(caller.subject()), caller.actor(), RefusedCaller.Kind.DOSSIER));
  }

  private static void lock(Connection tx, String account) throws SQLException {
    try (PreparedStatement lock =
        tx.prepareStatement("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))")) {
      lock.setString(1, "carnet-refused/" + account);
      lock.execute();
    }
  }

  private static long counted(Connection tx, String account) throws SQLException {
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT coalesce(sum(count), 0) FROM refusal_count
            WHERE account = ? AND minute > clock_timestamp() - interval '1 hour'
            """)) {
      select.setString(1, account);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  /** By minute, so that the hour slides. */
  private static void count(Connection tx, String account) throws SQLException {
    try (PreparedStatement upsert =
        tx.prepareStatement(
            """
            WITH old AS (
              DELETE FROM refusal_count
              WHERE account = ? AND minute < clock_timestamp() - interval '2 hours')
            INSERT INTO refusal_count (account, minute, count)
            VALUES (?, date_trunc('minute', clock_timestamp()), 1)
            ON CONFLICT (account, minute) DO UPDATE SET count = refusal_count.count + 1
            """)) {
      upsert.setString(1, account);
      upsert.setString(2, account);
      upsert.executeUpdate();
    }
  }

  private static void report(Connection tx, RefusedCaller refused, int most) throws SQLException {
    try (PreparedStatement upsert =
        tx.prepareStatement(
            """
            INSERT INTO scanning (account, day, actor, at, refusals)
            VALUES (?, (clock_timestamp() AT TIME ZONE 'Europe/Paris')::date, ?,
                    clock_timestamp(), ?)
            ON CONFLICT (account, day) DO UPDATE SET refusals = scanning.refusals + 1
            """)) {
      upsert.setString(1, refused.account());
      upsert.setString(2, label(refused.actor()));
      upsert.setLong(3, most + 1L);
      upsert.executeUpdate();
    }
  }

  /** Until it is known whose dossier it is about, every patient is an owner. */
  private static String label(Actor actor) {
    return actor.role() == Actor.Role.OWNER ? Actor.Role.OTHER_PATIENT.label() : actor.label();
  }
}
