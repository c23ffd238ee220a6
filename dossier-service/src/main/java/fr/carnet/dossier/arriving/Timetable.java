package fr.carnet.dossier.arriving;

import fr.carnet.dossier.deciding.DossierRefusal;
import fr.carnet.dossier.forgetting.Forgetting;
import fr.carnet.resourceserver.DatabaseClock;
import fr.carnet.resourceserver.Refusal;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.jboss.logging.Logger;

/**
 * Does what time demands: destroys archives whose ten years are over, and dossiers whose owner
 * asked for it and has had seven days to think again. It goes by the rows, and the decider has the
 * last word in each dossier's own transaction; so it may run twice, on two replicas at once, or be
 * killed at any point.
 */
@ApplicationScoped
public class Timetable {
  private static final Logger LOG = Logger.getLogger(Timetable.class);

  @Inject Erasing erasing;
  @Inject Forgetting forgetting;
  @Inject DataSource dataSource;
  @Inject DatabaseClock clock;

  private record Due(UUID dossierId, Optional<Instant> archiveEndsAt) {}

  /** By itself; what is due at a start waits for one period, until the streams are compared. */
  @Scheduled(
      every = "{carnet.timetable.every}",
      delayed = "{carnet.timetable.every}",
      concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
  void byItself() throws SQLException {
    run(clock.now());
  }

  /** Does what is due at this instant; gives what was destroyed by this run. */
  public List<UUID> run(Instant now) throws SQLException {
    List<UUID> destroyed = new ArrayList<>();
    for (Due due : due(now)) {
      try {
        erasing.eraseWhenDue(due.dossierId(), now, due.archiveEndsAt());
        destroyed.add(due.dossierId());
      } catch (SQLException | RuntimeException e) {
        if (isNotDue(e)) {
          LOG.debugf("not due any more: %s", e.getMessage());
        } else {
          // The next dossiers do not wait for this one, and the next run comes back to it.
          LOG.warnf("a dossier whose time has come is not erased yet: %s", named(e));
        }
      }
    }
    if (!destroyed.isEmpty()) {
      free();
    }
    return destroyed;
  }

  /** Withdrawn just now, or done by another replica. */
  private static boolean isNotDue(Exception e) {
    return e instanceof Refusal refusal
        && (refusal.reason() == DossierRefusal.NOT_DUE
            || refusal.reason() == DossierRefusal.NO_STANDING);
  }

  /** By its code, such as that of a store that does not answer; of no other is the text known. */
  private static String named(Exception e) {
    return e instanceof Refusal refusal ? refusal.reason().code() : e.getClass().getName();
  }

  private void free() {
    try {
      forgetting.free();
    } catch (SQLException e) {
      LOG.warnf("space of what was erased is freed later: %s", e.getClass().getName());
    }
  }

  private List<Due> due(Instant now) throws SQLException {
    List<Due> due = new ArrayList<>();
    try (Connection connection = dataSource.getConnection();
        PreparedStatement select =
            connection.prepareStatement(
                """
                SELECT dossier_id, archive_ends_at FROM dossier
                WHERE erasure_from <= ? OR archive_ends_at <= ?
                ORDER BY least(erasure_from, archive_ends_at)
                """)) {
      select.setTimestamp(1, Timestamp.from(now));
      select.setTimestamp(2, Timestamp.from(now));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          due.add(
              new Due(
                  row.getObject(1, UUID.class),
                  Optional.ofNullable(row.getTimestamp(2)).map(Timestamp::toInstant)));
        }
      }
    }
    return due;
  }
}
