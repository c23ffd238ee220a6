package fr.carnet.access.deciding;

import fr.carnet.access.deciding.DecisionFacts.Dossier;
import fr.carnet.access.deciding.DecisionFacts.Grant;
import fr.carnet.events.access.AccessEvent;
import fr.carnet.events.access.AccessGranted;
import fr.carnet.events.access.AccessRequestDeclined;
import fr.carnet.events.access.AccessRequested;
import fr.carnet.events.access.DecisionRequest;
import fr.carnet.events.access.EmergencyWishRecorded;
import fr.carnet.events.access.EmergencyWishRecorded.Wish;
import fr.carnet.events.access.GrantRevoked;
import fr.carnet.events.access.Grantee;
import fr.carnet.events.access.ProfessionalBlocked;
import fr.carnet.events.access.ProfessionalUnblocked;
import fr.carnet.events.access.TreatingPhysicianEnded;
import fr.carnet.events.access.TreatingPhysicianNamed;
import fr.carnet.events.access.TreatingPhysicianProposed;
import fr.carnet.events.access.VisitCodeIssued;
import fr.carnet.events.identity.NationalId;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * What the events of a dossier's access stream say up to one of them, about everybody. It is what
 * the tables of the present say, made from the events alone, so that it can be made for any moment.
 *
 * @param version of the last event; 0: none yet
 */
public record Standing(
    long version,
    Map<UUID, Grant> grants,
    Set<NationalId> blocked,
    Set<NationalId> treatingPhysicians,
    Set<Wish> opposed) {
  /** Before any event. */
  public static final Standing NONE = new Standing(0, Map.of(), Set.of(), Set.of(), Set.of());

  public Standing {
    grants = Map.copyOf(grants);
    blocked = Set.copyOf(blocked);
    treatingPhysicians = Set.copyOf(treatingPhysicians);
    opposed = Set.copyOf(opposed);
  }

  /** After one more event. */
  public Standing after(long eventsVersion, AccessEvent event) {
    Standing same = afterUnknown(eventsVersion);
    return switch (event) {
      case AccessGranted granted ->
          same.with(
              new Grant(
                  granted.grantId(), granted.grantee(), granted.from(), granted.until(), false));
      case GrantRevoked revoked ->
          Optional.ofNullable(grants.get(revoked.grantId()))
              .map(
                  grant ->
                      same.with(
                          new Grant(
                              grant.id(), grant.grantee(), grant.from(), grant.until(), true)))
              .orElse(same);
      case ProfessionalBlocked block ->
          new Standing(
              eventsVersion,
              grants,
              with(blocked, block.professional(), true),
              treatingPhysicians,
              opposed);
      case ProfessionalUnblocked lifted ->
          new Standing(
              eventsVersion,
              grants,
              with(blocked, lifted.professional(), false),
              treatingPhysicians,
              opposed);
      case TreatingPhysicianNamed named ->
          new Standing(
              eventsVersion,
              grants,
              blocked,
              with(treatingPhysicians, named.professional(), true),
              opposed);
      case TreatingPhysicianEnded ended ->
          new Standing(
              eventsVersion,
              grants,
              blocked,
              with(treatingPhysicians, ended.professional(), false),
              opposed);
      case EmergencyWishRecorded said ->
          new Standing(
              eventsVersion,
              grants,
              blocked,
              treatingPhysicians,
              with(opposed, said.wish(), said.opposed()));
      // They ask for something, and give no right.
      case TreatingPhysicianProposed _,
          VisitCodeIssued _,
          AccessRequested _,
          AccessRequestDeclined _ ->
          same;
    };
  }

  /** After one more event of which nothing is known but that it came. */
  public Standing afterUnknown(long eventsVersion) {
    return new Standing(eventsVersion, grants, blocked, treatingPhysicians, opposed);
  }

  private Standing with(Grant grant) {
    Map<UUID, Grant> more = new HashMap<>(grants);
    more.put(grant.id(), grant);
    return new Standing(version, more, blocked, treatingPhysicians, opposed);
  }

  private static <T> Set<T> with(Set<T> set, T element, boolean in) {
    Set<T> copy = new HashSet<>(set);
    if (in) {
      copy.add(element);
    } else {
      copy.remove(element);
    }
    return copy;
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
        asking.map(blocked::contains).orElse(false),
        asking.map(treatingPhysicians::contains).orElse(false),
        opposed.contains(Wish.BREAK_GLASS),
        opposed.contains(Wish.MEDICAL_REGULATION),
        grantsTo(asking, request.actor().structure()));
  }

  private List<Grant> grantsTo(Optional<NationalId> person, Optional<NationalId> structure) {
    return grants.values().stream()
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
    return new Standing(version, Map.of(grant.id(), grant), blocked, Set.of(), opposed);
  }

  /** Whom it is about: {@link Grantee.Kind#PROFESSIONAL} of a médecin traitant. */
  List<Grantee> physicians() {
    return treatingPhysicians.stream()
        .map(id -> new Grantee(Grantee.Kind.PROFESSIONAL, id))
        .toList();
  }
}
