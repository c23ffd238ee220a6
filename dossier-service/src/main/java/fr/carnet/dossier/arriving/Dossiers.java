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
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
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
    CommandResult result =
        handler()
            .handle(envelope, beforehand, state -> DossierDecider.decide(command, state), answer);
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
