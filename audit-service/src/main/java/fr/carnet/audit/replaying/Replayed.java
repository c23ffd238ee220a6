package fr.carnet.audit.replaying;

import fr.carnet.events.Paris;
import fr.carnet.events.Topic;
import fr.carnet.events.Wire;
import fr.carnet.events.access.AccessEvent;
import fr.carnet.events.access.AccessFacts;
import fr.carnet.events.access.AccessGranted;
import fr.carnet.events.access.AccessRequestDeclined;
import fr.carnet.events.access.AccessRequested;
import fr.carnet.events.access.EmergencyWishRecorded;
import fr.carnet.events.access.GrantRevoked;
import fr.carnet.events.access.ProfessionalBlocked;
import fr.carnet.events.access.ProfessionalUnblocked;
import fr.carnet.events.access.TreatingPhysicianEnded;
import fr.carnet.events.access.TreatingPhysicianNamed;
import fr.carnet.events.access.TreatingPhysicianProposed;
import fr.carnet.events.access.VisitCodeIssued;
import fr.carnet.events.care.CareLinePassed;
import fr.carnet.events.care.CareLineWithdrawn;
import fr.carnet.events.dossier.Channel;
import fr.carnet.events.dossier.DossierClosed;
import fr.carnet.events.dossier.DossierErased;
import fr.carnet.events.dossier.DossierEvent;
import fr.carnet.events.dossier.DossierFacts;
import fr.carnet.events.dossier.DossierFacts.Item;
import fr.carnet.events.dossier.DossierFacts.Life;
import fr.carnet.events.dossier.DossierFacts.MaskFact;
import fr.carnet.events.dossier.DossierFacts.Release;
import fr.carnet.events.dossier.DossierOpened;
import fr.carnet.events.dossier.DossierReopened;
import fr.carnet.events.dossier.ErasureRequested;
import fr.carnet.events.dossier.ErasureWithdrawn;
import fr.carnet.events.dossier.InsRecorded;
import fr.carnet.events.dossier.ItemAdded;
import fr.carnet.events.dossier.ItemAnnounced;
import fr.carnet.events.dossier.ItemDeleted;
import fr.carnet.events.dossier.ItemReplaced;
import fr.carnet.events.dossier.MaskLifted;
import fr.carnet.events.dossier.MaskSet;
import fr.carnet.events.dossier.ReleaseDecided;
import fr.carnet.events.dossier.ReleaseRequested;
import fr.carnet.events.dossier.ReleaseUsed;
import fr.carnet.events.dossier.RepresentationEnded;
import fr.carnet.events.dossier.RepresentativeRecorded;
import fr.carnet.events.identity.NationalId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * One dossier, event by event in the order of the log. Topics have no order between them, and no
 * fact here depends on one. For one thread.
 */
public final class Replayed {
  private static final int ARCHIVED_YEARS = 10;

  private final List<Long> notApplied = new ArrayList<>();
  private long dossierVersion;
  private Life life = Life.NONE;
  private Optional<Channel> channel = Optional.empty();
  private Optional<Instant> openedAt = Optional.empty();
  private Optional<Instant> closedAt = Optional.empty();
  private Optional<Instant> archiveEndsAt = Optional.empty();
  private Optional<Instant> erasureFrom = Optional.empty();
  private Optional<String> identity = Optional.empty();
  private final SortedMap<UUID, Release> releases = new TreeMap<>();
  private final SortedMap<UUID, Item> items = new TreeMap<>();
  private final SortedMap<UUID, MaskFact> masks = new TreeMap<>();
  private final SortedMap<String, Boolean> care = new TreeMap<>();
  private long accessVersion;
  private final SortedMap<UUID, AccessFacts.Grant> grants = new TreeMap<>();
  private final Map<Said, Instant> blocked = new HashMap<>();
  private final Set<Said> proposed = new HashSet<>();
  private final Map<Said, Instant> treatingPhysicians = new HashMap<>();
  private final SortedMap<EmergencyWishRecorded.Wish, AccessFacts.Wish> wishes = new TreeMap<>();

  /**
   * An event of the dossier, as the log holds it.
   *
   * @param version its place in its stream; absent where its topic has no streams
   */
  public record Event(
      long index, Topic topic, String type, Optional<Long> version, Instant time, byte[] value) {}

  /** What was said of a professional; all who act for a minor say it beside the patient. */
  private record Said(NationalId professional, boolean byRepresentatives) {
    Said(NationalId professional, AccessEvent said) {
      this(professional, said.representationId().isPresent());
    }

    /** The patient takes back what anybody said; who acts for a minor, what any of them did. */
    boolean isTakenBackBy(NationalId whom, AccessEvent said) {
      return professional.equals(whom) && (said.representationId().isEmpty() || byRepresentatives);
    }
  }

  /**
   * What the events yielded.
   *
   * @param notApplied indexes of events that do not follow on the one before in their stream, or
   *     cannot be read: what they would have changed is not here
   */
  public record State(DossierFacts dossier, AccessFacts access, List<Long> notApplied) {
    public State {
      notApplied = List.copyOf(notApplied);
    }
  }

  /** Goes on by one event. */
  public void apply(Event event) {
    try {
      boolean applied =
          switch (event.topic()) {
            case DOSSIER_EVENTS -> ofDossier(event);
            case ACCESS_EVENTS -> ofAccess(event);
            case CARE_REIMBURSEMENTS -> ofCare(event);
            case ACCESS_TRACES,
                BILLING_REIMBURSEMENTS,
                BILLING_REJECTED,
                DOSSIER_REGISTRY,
                AUDIT_BATCHES ->
                true;
          };
      if (!applied) {
        notApplied.add(event.index());
      }
    } catch (Wire.UnreadableFact e) {
      notApplied.add(event.index());
    }
  }

  /** What has been yielded so far; of an erased dossier nothing else is left. */
  public State state() {
    return life == Life.ERASED
        ? new State(
            DossierFacts.nothing(dossierVersion, Life.ERASED),
            AccessFacts.nothing(accessVersion),
            notApplied)
        : new State(
            new DossierFacts(
                dossierVersion,
                life,
                channel,
                openedAt,
                closedAt,
                archiveEndsAt,
                erasureFrom,
                identity,
                releases,
                items,
                masks,
                care),
            new AccessFacts(
                accessVersion, grants, since(blocked), since(treatingPhysicians), wishes),
            notApplied);
  }

  private static boolean follows(Event event, long last) {
    return event.version().equals(Optional.of(last + 1));
  }

  private boolean ofDossier(Event event) {
    if (!follows(event, dossierVersion)) {
      return false;
    }
    dossierVersion++;
    Instant at = event.time();
    switch (DossierEvent.read(event.type(), event.value())) {
      case DossierOpened opened -> {
        life = Life.OPEN;
        channel = Optional.of(opened.channel());
        openedAt = Optional.of(at);
        identity = Optional.of(opened.identity().digest());
      }
      case DossierClosed closed -> {
        life = Life.CLOSED;
        closedAt = Optional.of(at);
        archiveEndsAt = Optional.of(closed.archiveEndsAt().orElseGet(() -> archiveEnd(at)));
      }
      case DossierReopened _ -> {
        life = Life.OPEN;
        closedAt = Optional.empty();
        archiveEndsAt = Optional.empty();
      }
      case DossierErased _ -> life = Life.ERASED;
      case InsRecorded _, RepresentativeRecorded _, RepresentationEnded _ -> {
        // Who the patient is and who acts for them is sealed.
      }
      case ErasureRequested asked -> erasureFrom = Optional.of(asked.carriedOutFrom());
      case ErasureWithdrawn _ -> erasureFrom = Optional.empty();
      case ReleaseRequested asked ->
          releases.put(
              asked.requestId(), new Release(asked.kind(), Release.Step.ASKED, Optional.empty()));
      case ReleaseDecided decided ->
          releases.computeIfPresent(
              decided.requestId(),
              (_, before) ->
                  new Release(
                      before.kind(),
                      decided.release().isPresent() ? Release.Step.GRANTED : Release.Step.DECLINED,
                      decided.release().map(ReleaseDecided.Release::endsAt)));
      case ReleaseUsed used ->
          releases.computeIfPresent(
              used.requestId(),
              (_, before) -> new Release(before.kind(), Release.Step.USED, before.endsAt()));
      case ItemAdded added ->
          items.put(
              added.itemId(),
              new Item(added.author(), 1, at, at, false, Optional.empty(), added.body().digest()));
      case ItemReplaced replaced ->
          change(
              replaced.itemId(),
              item ->
                  new Item(
                      replaced.author(),
                      item.version() + 1,
                      item.addedAt(),
                      at,
                      item.deleted(),
                      item.announcedAt(),
                      replaced.body().digest()));
      case ItemDeleted deleted ->
          change(
              deleted.itemId(),
              item ->
                  new Item(
                      item.author(),
                      item.version(),
                      item.addedAt(),
                      item.changedAt(),
                      true,
                      item.announcedAt(),
                      item.body()));
      case ItemAnnounced announced ->
          change(
              announced.itemId(),
              item ->
                  new Item(
                      item.author(),
                      item.version(),
                      item.addedAt(),
                      item.changedAt(),
                      item.deleted(),
                      Optional.of(at),
                      item.body()));
      case MaskSet set -> masks.put(set.maskId(), new MaskFact(at, set.mask().digest()));
      case MaskLifted lifted -> masks.remove(lifted.maskId());
    }
    return true;
  }

  private void change(UUID itemId, UnaryOperator<Item> change) {
    items.computeIfPresent(itemId, (_, item) -> change.apply(item));
  }

  /** For closings from before the end of the archive was noted (CSP L1111-18: ten years). */
  private static Instant archiveEnd(Instant closedAt) {
    return closedAt.atZone(Paris.ZONE).plusYears(ARCHIVED_YEARS).toInstant();
  }

  private boolean ofAccess(Event event) {
    if (!follows(event, accessVersion)) {
      return false;
    }
    accessVersion++;
    Instant at = event.time();
    switch (AccessEvent.read(event.type(), event.value())) {
      case AccessGranted granted ->
          grants.put(
              granted.grantId(),
              new AccessFacts.Grant(
                  granted.grantee(), granted.from(), granted.until(), Optional.empty()));
      case GrantRevoked revoked ->
          grants.computeIfPresent(
              revoked.grantId(),
              (_, grant) ->
                  new AccessFacts.Grant(
                      grant.grantee(),
                      grant.from(),
                      grant.until(),
                      grant.revokedAt().or(() -> Optional.of(at))));
      case ProfessionalBlocked block ->
          blocked.putIfAbsent(new Said(block.professional(), block), at);
      case ProfessionalUnblocked lifted ->
          blocked.keySet().removeIf(said -> said.isTakenBackBy(lifted.professional(), lifted));
      case TreatingPhysicianProposed asked -> proposed.add(new Said(asked.professional(), asked));
      case TreatingPhysicianNamed named -> named(named, at);
      case TreatingPhysicianEnded ended ->
          Stream.of(proposed, treatingPhysicians.keySet())
              .forEach(
                  doctors ->
                      doctors.removeIf(said -> said.isTakenBackBy(ended.professional(), ended)));
      case VisitCodeIssued _, AccessRequested _, AccessRequestDeclined _ -> {
        // Nobody may see anything by it: what follows from it is an event of its own.
      }
      case EmergencyWishRecorded wish ->
          wishes.put(wish.wish(), new AccessFacts.Wish(wish.opposed(), at));
    }
    return true;
  }

  /** A doctor accepts for all who asked; in the first events nobody was asked. */
  private void named(TreatingPhysicianNamed named, Instant at) {
    Said said = new Said(named.professional(), named);
    if (named.title().equals(Optional.of(TreatingPhysicianNamed.Title.SAME_RIGHT))) {
      treatingPhysicians.putIfAbsent(said, at);
      return;
    }
    List<Said> asked =
        proposed.stream().filter(of -> of.professional().equals(named.professional())).toList();
    asked.forEach(proposed::remove);
    (asked.isEmpty() ? List.of(said) : asked).forEach(of -> treatingPhysicians.put(of, at));
  }

  /** Of each professional, since it was said first of what still holds. */
  private static SortedMap<String, Instant> since(Map<Said, Instant> said) {
    SortedMap<String, Instant> since = new TreeMap<>();
    said.forEach(
        (of, at) ->
            since.merge(
                of.professional().value(), at, BinaryOperator.minBy(Comparator.naturalOrder())));
    return since;
  }

  private boolean ofCare(Event event) {
    switch (event.type()) {
      // What was taken back stays so, in whichever order the two came.
      case CareLinePassed.WIRE_NAME ->
          care.putIfAbsent(Wire.read(event.value(), CareLinePassed.class).lineKey(), false);
      case CareLineWithdrawn.WIRE_NAME ->
          care.put(Wire.read(event.value(), CareLineWithdrawn.class).lineKey(), true);
      default -> {
        return false;
      }
    }
    return true;
  }
}
