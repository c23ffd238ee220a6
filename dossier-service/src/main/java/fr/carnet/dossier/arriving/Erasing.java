package fr.carnet.dossier.arriving;

import fr.carnet.dossier.deciding.DossierCommand;
import fr.carnet.dossier.deciding.DossierCommand.EraseDossier;
import fr.carnet.dossier.deciding.DossierCommand.EraseWhenDue;
import fr.carnet.dossier.deciding.DossierDecider;
import fr.carnet.dossier.forgetting.ErasureCertificate;
import fr.carnet.dossier.forgetting.ErasureJournal;
import fr.carnet.events.dossier.DossierErased;
import fr.carnet.events.dossier.ErasureCause;
import fr.carnet.events.identity.UuidV7;
import fr.carnet.events.trace.Actor;
import fr.carnet.eventstore.CommandEnvelope;
import fr.carnet.eventstore.CommandResult;
import fr.carnet.resourceserver.Machinery;
import fr.carnet.resourceserver.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.jboss.logging.Logger;

/**
 * Erases a dossier, in one transaction: the journal outside the database, the key, every row, the
 * event, and the tombstone that makes the others forget. Who may ask for it is not decided here.
 */
@ApplicationScoped
public class Erasing {
  private static final Logger LOG = Logger.getLogger(Erasing.class);
  private static final byte[] NO_ANSWER = new byte[0];
  private static final Duration BETWEEN = Duration.ofMillis(500);

  @Inject ErasureJournal journal;
  @Inject Dossiers dossiers;
  @Inject DataSource dataSource;

  /** Finishes, once the streams were compared with Kafka, what was journalled and not committed. */
  void start(@Observes Machinery.Starting starting) {
    Thread thread = Thread.ofVirtual().name("unfinished-erasures").unstarted(this::finishAll);
    starting.worker(thread::interrupt);
    thread.start();
  }

  private void finishAll() {
    while (!Thread.currentThread().isInterrupted()) {
      try {
        finish();
        return;
      } catch (Refusal | SQLException e) {
        LOG.debugf("erasures are finished later: %s", e.getClass().getSimpleName());
      }
      LockSupport.parkNanos(BETWEEN.toNanos());
    }
  }

  /** The keys are destroyed already; what is missing is the event, and the tombstone. */
  public void finish() throws SQLException {
    List<ErasureJournal.Entry> entries = journal.entries();
    Set<UUID> unfinished = unfinished(entries);
    for (ErasureJournal.Entry entry : entries) {
      if (unfinished.remove(entry.dossierId())) {
        erase(entry.dossierId(), entry.cause(), entry.actor());
        LOG.info("an erasure that was journalled is recorded");
      }
    }
  }

  private Set<UUID> unfinished(List<ErasureJournal.Entry> entries) throws SQLException {
    Set<UUID> found = new HashSet<>();
    try (Connection connection = dataSource.getConnection();
        PreparedStatement select =
            connection.prepareStatement(
                """
                SELECT s.id FROM stream s
                WHERE s.id = ANY (?) AND NOT EXISTS (SELECT 1 FROM event e
                                                     WHERE e.stream_id = s.id AND e.type = ?)
                """)) {
      select.setArray(
          1,
          connection.createArrayOf(
              "uuid", entries.stream().map(ErasureJournal.Entry::dossierId).toArray()));
      select.setString(2, DossierErased.WIRE_NAME);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          found.add(row.getObject(1, UUID.class));
        }
      }
    }
    return found;
  }

  /**
   * Erases a dossier that is open or closed; with a correlation of its own.
   *
   * @param actor who asks, in clear facts only
   * @throws Refusal when there is no such dossier, or not any more
   */
  public ErasureCertificate erase(UUID dossierId, ErasureCause cause, String actor)
      throws SQLException {
    return erase(dossierId, cause, actor, UUID.randomUUID().toString());
  }

  /** The same, as part of what this correlation follows. */
  public ErasureCertificate erase(
      UUID dossierId, ErasureCause cause, String actor, String correlation) throws SQLException {
    return erase(dossierId, new EraseDossier(cause), actor, correlation);
  }

  /**
   * Erases a dossier if time demands it, at this instant.
   *
   * @param archiveEndsAt as the rows have it
   * @throws Refusal when it does not, or not any more
   */
  ErasureCertificate eraseWhenDue(UUID dossierId, Instant at, Optional<Instant> archiveEndsAt)
      throws SQLException {
    return erase(
        dossierId,
        new EraseWhenDue(at, archiveEndsAt),
        Actor.Role.SERVICE.label() + ":timetable",
        UUID.randomUUID().toString());
  }

  private ErasureCertificate erase(
      UUID dossierId, DossierCommand command, String actor, String correlation)
      throws SQLException {
    CommandEnvelope envelope =
        new CommandEnvelope(
            dossierId, UuidV7.next(Clock.systemUTC()), actor, correlation, Optional.empty());
    CommandResult result =
        dossiers
            .handler()
            .handle(envelope, state -> DossierDecider.decide(command, state), _ -> NO_ANSWER);
    return switch (result) {
      case CommandResult.Done _ -> certificate(dossierId);
      case CommandResult.Refused refused -> throw new Refusal(refused.reason());
    };
  }

  private ErasureCertificate certificate(UUID dossierId) throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      return ErasureCertificate.of(connection, dossierId).orElseThrow();
    }
  }
}
