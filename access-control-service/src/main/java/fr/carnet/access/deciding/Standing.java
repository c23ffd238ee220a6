package fr.carnet.access.deciding;

import fr.carnet.access.deciding.DecisionFacts.Dossier;
import fr.carnet.access.deciding.DecisionFacts.Grant;
import fr.carnet.events.access.AccessEvent;
import fr.carnet.events.access.DecisionRequest;
import fr.carnet.events.access.EmergencyWishRecorded;
import fr.carnet.events.access.EmergencyWishRecorded.Wish;
import fr.carnet.events.access.Grantee;
import fr.carnet.events.identity.NationalId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the events of a dossier's access stream say up to one of them, about everybody. It is what
 * the tables of the present say, made from the events alone, so that it can be made for any moment.
 *
 * @param version of the last event; 0: none yet
 * @param said what commands agreed with then
 */
public record Standing(long version, AccessState said) {
  /** Before any event. */
  public static final Standing NONE = new Standing(0, AccessState.INITIAL);

  /** After one more event. */
  public Standing after(long eventsVersion, AccessEvent event) {
    return new Standing(eventsVersion, AccessDecider.evolve(said, event));
  }

  /** After one more event of which nothing is known but that it came. */
  public Standing afterUnknown(long eventsVersion) {
    return new Standing(eventsVersion, said);
  }

  /** Professionals whom somebody barred. */
  public Set<NationalId> blocked() {
    return said.blocked();
  }

  /** Every grant that was ever given. */
  public List<Grant> grants() {
    return said.grants().entrySet().stream()
        .map(
            given ->
                new Grant(
                    given.getKey(),
                    given.getValue().grantee(),
                    given.getValue().from(),
                    given.getValue().until(),
                    given.getValue().revoked()))
        .toList();
  }

  private boolean isOpposed(Wish wish) {
    return Optional.ofNullable(said.wishes().get(wish))
        .map(EmergencyWishRecorded::opposed)
        .orElse(false);
  }

  /** What a decision about the one who asks looks at, at this instant. */
  public DecisionFacts factsFor(
      DecisionRequest request, Instant at, Optional<Dossier> dossier, boolean stopped) {
    Optional<NationalId> asking = request.actor().id().flatMap(NationalId::parse);
    return new DecisionFacts(
        at,
        dossier,
        stopped,
        dossier.isPresent() ? version : 0,
        Optional.empty(),
        asking.map(said::isBlocked).orElse(false),
        asking.map(said::isTreating).orElse(false),
        isOpposed(Wish.BREAK_GLASS),
        isOpposed(Wish.MEDICAL_REGULATION),
        grantsTo(asking, request.actor().structure()));
  }

  private List<Grant> grantsTo(Optional<NationalId> person, Optional<NationalId> structure) {
    return grants().stream()
        .filter(
            grant ->
                switch (grant.grantee().kind()) {
                  case PROFESSIONAL -> person.equals(Optional.of(grant.grantee().id()));
                  case STRUCTURE -> structure.equals(Optional.of(grant.grantee().id()));
                })
        .toList();
  }

  /** The same with this grant alone, and without a status: what the grant gives by itself. */
  Standing onlyBy(Grant grant) {
    return new Standing(version, said.onlyBy(grant.id()));
  }

  /** Whom it is about: {@link Grantee.Kind#PROFESSIONAL} of a médecin traitant. */
  List<Grantee> physicians() {
    return said.treatingPhysicians().keySet().stream()
        .map(of -> new Grantee(Grantee.Kind.PROFESSIONAL, of.professional()))
        .distinct()
        .toList();
  }
}
