package fr.carnet.dossier.arriving;

import fr.carnet.dossier.deciding.DossierDecider;
import fr.carnet.dossier.deciding.DossierRefusal;
import fr.carnet.dossier.deciding.DossierState;
import fr.carnet.dossier.projecting.DossierProjection;
import fr.carnet.dossier.projecting.RegistryView;
import fr.carnet.events.Reason;
import fr.carnet.events.Topic;
import fr.carnet.events.Wire;
import fr.carnet.events.dossier.DossierClosed;
import fr.carnet.events.dossier.DossierErased;
import fr.carnet.events.dossier.DossierEvent;
import fr.carnet.events.dossier.DossierOpened;
import fr.carnet.events.dossier.DossierRegistered;
import fr.carnet.events.dossier.DossierReopened;
import fr.carnet.events.dossier.InsRecorded;
import fr.carnet.events.dossier.RepresentationEnded;
import fr.carnet.events.dossier.RepresentativeRecorded;
import fr.carnet.eventstore.Aggregate;
import fr.carnet.eventstore.CommandHandler;
import fr.carnet.eventstore.Outbox;
import fr.carnet.eventstore.Projection;
import fr.carnet.eventstore.RecordedEvent;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** The dossier as a stream: its events, its read model, and the registry that tells the others. */
final class DossierAggregate implements Aggregate<DossierState, DossierEvent> {
  /** What changes whose the dossier is, who acts for them, or whether it is open. */
  private static final Set<String> TOLD_BY_REGISTRY =
      Set.of(
          DossierOpened.WIRE_NAME,
          DossierClosed.WIRE_NAME,
          DossierReopened.WIRE_NAME,
          DossierErased.WIRE_NAME,
          InsRecorded.WIRE_NAME,
          RepresentativeRecorded.WIRE_NAME,
          RepresentationEnded.WIRE_NAME);

  private final DossierProjection readModel;

  DossierAggregate(DossierProjection readModel) {
    this.readModel = readModel;
  }

  @Override
  public Topic topic() {
    return Topic.DOSSIER_EVENTS;
  }

  @Override
  public DossierState initial() {
    return DossierDecider.initial();
  }

  @Override
  public DossierState evolve(DossierState state, DossierEvent event) {
    return DossierDecider.evolve(state, event);
  }

  @Override
  public String wireName(DossierEvent event) {
    return event.wireName();
  }

  @Override
  public DossierEvent read(String wireName, byte[] json) {
    return DossierEvent.read(wireName, json);
  }

  @Override
  public Projection readModel() {
    return readModel;
  }

  /** The registry says what the events led to, once for each command that changes it. */
  @Override
  public List<Outbox.Entry> alsoPublish(Connection tx, List<RecordedEvent> events)
      throws SQLException {
    if (events.stream().noneMatch(event -> TOLD_BY_REGISTRY.contains(event.type()))) {
      return List.of();
    }
    RecordedEvent last = events.getLast();
    Optional<DossierRegistered> registered = RegistryView.of(tx, last.streamId());
    if (registered.isEmpty() && !last.type().equals(DossierErased.WIRE_NAME)) {
      // An earlier event of an erased dossier, that a restored database gets back from Kafka.
      return List.of();
    }
    return List.of(
        new Outbox.Entry(
            CommandHandler.eventId(last.id(), 1_000),
            Topic.DOSSIER_REGISTRY,
            last.streamId().toString(),
            DossierRegistered.WIRE_NAME,
            Optional.of(last.streamId().toString()),
            OptionalLong.of(last.version().orElseThrow()),
            last.actor(),
            last.correlation(),
            // Erased: a tombstone, and Kafka forgets who it was.
            registered.map(Wire::write)));
  }

  @Override
  public Optional<Reason> refusalOf(String constraint) {
    return constraint.equals("one_dossier_a_person")
        ? Optional.of(DossierRefusal.DOSSIER_EXISTS)
        : Optional.empty();
  }
}
