package fr.carnet.access;

import fr.carnet.access.deciding.AccessDecider;
import fr.carnet.access.deciding.AccessState;
import fr.carnet.access.projecting.AccessGrantsProjection;
import fr.carnet.events.Topic;
import fr.carnet.events.access.AccessEvent;
import fr.carnet.eventstore.Aggregate;
import fr.carnet.eventstore.Projection;

/** The streams of access, one a dossier, under the dossier's id. */
final class AccessStreams implements Aggregate<AccessState, AccessEvent> {
  private final Projection readModel = new AccessGrantsProjection();

  @Override
  public Topic topic() {
    return Topic.ACCESS_EVENTS;
  }

  @Override
  public AccessState initial() {
    return AccessState.INITIAL;
  }

  @Override
  public AccessState evolve(AccessState state, AccessEvent event) {
    return AccessDecider.evolve(state, event);
  }

  @Override
  public String wireName(AccessEvent event) {
    return event.wireName();
  }

  @Override
  public AccessEvent read(String wireName, byte[] json) {
    return AccessEvent.read(wireName, json);
  }

  @Override
  public Projection readModel() {
    return readModel;
  }
}
