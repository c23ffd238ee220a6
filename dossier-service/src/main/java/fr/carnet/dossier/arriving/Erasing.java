package fr.carnet.dossier.arriving;

import fr.carnet.dossier.deciding.DossierCommand;
import fr.carnet.dossier.deciding.DossierCommand.EraseDossier;
import fr.carnet.dossier.deciding.DossierCommand.EraseWhenDue;
import fr.carnet.dossier.deciding.DossierDecider;
import fr.carnet.dossier.forgetting.ErasureCertificate;
import fr.carnet.events.dossier.ErasureCause;
import fr.carnet.events.identity.UuidV7;
import fr.carnet.events.trace.Actor;
import fr.carnet.eventstore.CommandEnvelope;
import fr.carnet.eventstore.CommandResult;
import fr.carnet.resourceserver.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;

/**
 * Erases a dossier, in one transaction: the journal outside the database, the key, every row, the
 * event, and the tombstone that makes the others forget. Who may ask for it is not decided here.
 */
@ApplicationScoped
public class Erasing {
  private static final byte[] NO_ANSWER = new byte[0];

  @Inject Dossiers dossiers;
  @Inject DataSource dataSource;

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
