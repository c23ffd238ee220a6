package fr.carnet.events.content;

/**
 * An item as it is sealed in {@code dossier.item-added.v1} and {@code dossier.item-replaced.v1}.
 *
 * @param invisibleUntilAnnounced the patient is not shown it until it was announced in a
 *     consultation, or a month is over (CSP R1111-53); what the first version says holds
 * @param invisibleToRepresentatives a minor's secret care; what the first version says holds
 */
public record ItemBody(
    ItemContent content, boolean invisibleUntilAnnounced, boolean invisibleToRepresentatives) {
  @Override
  public String toString() {
    return "ItemBody[hidden]";
  }
}
