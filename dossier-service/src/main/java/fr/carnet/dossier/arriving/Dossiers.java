package fr.carnet.dossier.arriving;

import fr.carnet.dossier.deciding.ContentState;
import fr.carnet.dossier.deciding.DossierCommand;
import fr.carnet.dossier.deciding.DossierDecider;
import fr.carnet.dossier.deciding.DossierRefusal;
import fr.carnet.dossier.deciding.DossierState;
import fr.carnet.dossier.projecting.CareHistoryProjection;
import fr.carnet.dossier.projecting.DossierProjection;
import fr.carnet.dossier.projecting.FirstUseProjection;
import fr.carnet.events.Reason;
import fr.carnet.events.dossier.DossierEvent;
import fr.carnet.eventstore.CaughtUp;
import fr.carnet.eventstore.CommandEnvelope;
import fr.carnet.eventstore.CommandHandler;
import fr.carnet.eventstore.CommandResult;
import fr.carnet.eventstore.Projection;
import fr.carnet.eventstore.ProjectionApplier;
import fr.carnet.eventstore.Rebuild;
import fr.carnet.eventstore.RecordedEvent;
import fr.carnet.eventstore.StreamRecovery;
import fr.carnet.eventstore.TopicReader;
import fr.carnet.resourceserver.KafkaSettings;
import fr.carnet.resourceserver.Machinery;
import fr.carnet.resourceserver.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.sql.DataSource;

/** The moving parts of this service: the dossier's command handler and the readers. */
@ApplicationScoped
public class Dossiers {
  @Inject DataSource dataSource;
  @Inject KafkaSettings kafka;
  @Inject Machinery machinery;
  @Inject DossierProjection dossiers;
  @Inject CareHistoryProjection careHistory;
  @Inject FirstUseProjection firstUses;

  private volatile Optional<CommandHandler<DossierState, DossierEvent>> handler = Optional.empty();
  private volatile BooleanSupplier ready = () -> false;

  void start(@Observes Machinery.Starting starting) {
    DossierAggregate streams = new DossierAggregate(dossiers);
    String recovery = StreamRecovery.consumer(dossiers);
    starting.reader(
        new TopicReader(
            recovery, dossiers.topics(), dataSource, kafka.client(), new StreamRecovery(streams)));
    starting.streams(streams.topic());
    for (Projection projection : List.of(careHistory, firstUses)) {
      starting.reader(
          new TopicReader(
              projection.name(),
              projection.topics(),
              dataSource,
              kafka.client(),
              new ProjectionApplier(projection)));
      starting.rebuild(
          projection.name(),
          new Rebuild(dataSource, kafka.client(), projection, Rebuild.Source.TOPIC_READER));
    }
    starting.rebuild(
        dossiers.name(),
        new Rebuild(dataSource, kafka.client(), dossiers, Rebuild.Source.OWN_STREAMS));
    CaughtUp streamsCompared =
        new CaughtUp(dataSource, kafka.client(), recovery, dossiers.topics());
    ready = streamsCompared::reached;
    handler = Optional.of(new CommandHandler<>(dataSource, streams, machinery::wakeRelay, ready));
  }

  CommandHandler<DossierState, DossierEvent> handler() {
    return handler.orElseThrow(() -> new IllegalStateException("not started"));
  }

  /** Carries a command out and gives its answer, or ends the request with the reason why not. */
  public CommandResult.Done carryOut(
      CommandEnvelope envelope,
      DossierCommand command,
      Function<List<RecordedEvent>, byte[]> answer)
      throws SQLException {
    return carryOut(envelope, _ -> {}, command, answer);
  }

  CommandResult.Done carryOut(
      CommandEnvelope envelope,
      CommandHandler.Beforehand beforehand,
      DossierCommand command,
      Function<List<RecordedEvent>, byte[]> answer)
      throws SQLException {
    return carryOut(envelope, beforehand, () -> command, answer);
  }

  /**
   * The same of a command that depends on the instant: one at which no other command of the dossier
   * is under way. What was has ended, whether or not it succeeded.
   */
  CommandResult.Done carryOutAlone(
      CommandEnvelope envelope,
      Function<Instant, DossierCommand> command,
      Function<List<RecordedEvent>, byte[]> answer)
      throws SQLException {
    AtomicReference<Instant> alone = new AtomicReference<>();
    return carryOut(
        envelope,
        tx -> alone.set(alone(tx, envelope.streamId())),
        () -> command.apply(alone.get()),
        answer);
  }

  private static Instant alone(Connection tx, UUID dossierId) throws SQLException {
    try (PreparedStatement hold =
        tx.prepareStatement("SELECT 1 FROM stream WHERE id = ? FOR UPDATE")) {
      hold.setObject(1, dossierId);
      hold.execute();
    }
    // In a statement of its own: after the wait.
    try (Statement select = tx.createStatement();
        ResultSet row = select.executeQuery("SELECT clock_timestamp()")) {
      row.next();
      return row.getObject(1, OffsetDateTime.class).toInstant();
    }
  }

  private CommandResult.Done carryOut(
      CommandEnvelope envelope,
      CommandHandler.Beforehand beforehand,
      Supplier<DossierCommand> command,
      Function<List<RecordedEvent>, byte[]> answer)
      throws SQLException {
    CommandResult result =
        handler()
            .handle(
                envelope, beforehand, state -> DossierDecider.decide(command.get(), state), answer);
    return switch (result) {
      case CommandResult.Done done -> done;
      case CommandResult.Refused refused -> throw refusal(refused.reason());
    };
  }

  private static Refusal refusal(Reason reason) {
    return reason instanceof DossierRefusal known
        ? new Refusal(known, known.field())
        : new Refusal(reason);
  }

  /** Handles commands about one thing in a dossier: an item, or a mask. */
  CommandHandler<ContentState, DossierEvent> contentHandler(UUID subject) {
    return new CommandHandler<>(
        dataSource, new ContentAggregate(dossiers, subject), machinery::wakeRelay, ready);
  }
}
