package fr.carnet.access.deciding;

import fr.carnet.events.access.AccessGranted;
import fr.carnet.events.access.EmergencyWishRecorded;
import fr.carnet.events.access.EmergencyWishRecorded.Wish;
import fr.carnet.events.access.Grantee;
import fr.carnet.events.access.TreatingPhysicianNamed;
import fr.carnet.events.access.TreatingPhysicianNamed.Title;
import fr.carnet.events.identity.NationalId;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * What a command about a dossier's access has to agree with.
 *
 * @param grants every grant that was ever given
 * @param proposed doctors who were asked to be médecins traitants and have not accepted
 * @param treatingPhysicians who sees everything, and as what
 * @param wishes what was said last of each
 */
public record AccessState(
    Map<UUID, Given> grants,
    Set<NationalId> blocked,
    Set<NationalId> proposed,
    Map<NationalId, Title> treatingPhysicians,
    Map<Wish, EmergencyWishRecorded> wishes) {
  /** Before any event: nobody but the owner. */
  public static final AccessState INITIAL =
      new AccessState(Map.of(), Set.of(), Set.of(), Map.of(), Map.of());

  public AccessState {
    grants = Map.copyOf(grants);
    blocked = Set.copyOf(blocked);
    proposed = Set.copyOf(proposed);
    treatingPhysicians = Map.copyOf(treatingPhysicians);
    wishes = Map.copyOf(wishes);
  }

  /**
   * A grant.
   *
   * @param until exclusive
   */
  public record Given(Grantee grantee, Optional<Instant> until, boolean revoked) {
    /** Whether it holds at this instant, or will later. */
    boolean isLiveAt(Instant instant) {
      return !revoked && until.map(instant::isBefore).orElse(true);
    }
  }

  AccessState withGrant(AccessGranted granted) {
    return withGrants(
        with(grants, granted.grantId(), new Given(granted.grantee(), granted.until(), false)));
  }

  AccessState withRevoked(UUID grantId) {
    return Optional.ofNullable(grants.get(grantId))
        .map(given -> new Given(given.grantee(), given.until(), true))
        .map(revoked -> withGrants(with(grants, grantId, revoked)))
        .orElse(this);
  }

  private AccessState withGrants(Map<UUID, Given> changed) {
    return new AccessState(changed, blocked, proposed, treatingPhysicians, wishes);
  }

  AccessState withBlocked(NationalId professional) {
    return new AccessState(
        grants, with(blocked, professional), proposed, treatingPhysicians, wishes);
  }

  AccessState withoutBlocked(NationalId professional) {
    return new AccessState(
        grants, without(blocked, professional), proposed, treatingPhysicians, wishes);
  }

  AccessState withProposed(NationalId professional) {
    return new AccessState(
        grants, blocked, with(proposed, professional), treatingPhysicians, wishes);
  }

  /** Whoever has the status is no longer asked. */
  AccessState withTreatingPhysician(TreatingPhysicianNamed named) {
    Title title = named.title().orElse(Title.MEDECIN_TRAITANT);
    return new AccessState(
        grants,
        blocked,
        title == Title.MEDECIN_TRAITANT ? without(proposed, named.professional()) : proposed,
        with(treatingPhysicians, named.professional(), title),
        wishes);
  }

  AccessState withoutTreatingPhysician(NationalId professional) {
    Map<NationalId, Title> others = new HashMap<>(treatingPhysicians);
    others.remove(professional);
    return new AccessState(grants, blocked, without(proposed, professional), others, wishes);
  }

  AccessState withWish(EmergencyWishRecorded wish) {
    return new AccessState(
        grants, blocked, proposed, treatingPhysicians, with(wishes, wish.wish(), wish));
  }

  private static <K, V> Map<K, V> with(Map<K, V> map, K key, V value) {
    Map<K, V> copy = new HashMap<>(map);
    copy.put(key, value);
    return copy;
  }

  private static <T> Set<T> with(Set<T> set, T element) {
    Set<T> copy = new HashSet<>(set);
    copy.add(element);
    return copy;
  }

  private static <T> Set<T> without(Set<T> set, T element) {
    Set<T> copy = new HashSet<>(set);
    copy.remove(element);
    return copy;
  }
}
