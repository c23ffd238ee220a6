package fr.carnet.dossier.arriving;

import fr.carnet.dossier.deciding.ContentDecider;
import fr.carnet.dossier.deciding.ContentRefusal;
import fr.carnet.dossier.deciding.ContentState;
import fr.carnet.events.Reason;
import fr.carnet.events.Topic;
import fr.carnet.events.dossier.DossierEvent;
import fr.carnet.eventstore.Aggregate;
import fr.carnet.eventstore.Projection;
import java.util.Optional;
import java.util.UUID;

/**
 * The same stream as {@link DossierAggregate}, folded for one item or mask in it. The registry says
 * nothing of what a dossier holds.
 */
record ContentAggregate(Projection readModel, UUID subject)
    implements Aggregate<ContentState, DossierEvent> {

  @Override
  public Topic topic() {
    return Topic.DOSSIER_EVENTS;
  }

  @Override
  public ContentState initial() {
    return ContentDecider.initial(subject);
  }

  @Override
  public ContentState evolve(ContentState state, DossierEvent event) {
    return ContentDecider.evolve(state, event);
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
  public Optional<Reason> refusalOf(String constraint) {
    return constraint.equals("one_mask_a_target")
        ? Optional.of(ContentRefusal.MASKED_ALREADY)
        : Optional.empty();
  }
}
