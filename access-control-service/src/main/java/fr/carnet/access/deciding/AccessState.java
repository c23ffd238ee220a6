package fr.carnet.access.deciding;

import fr.carnet.events.access.EmergencyWishRecorded.Wish;
import fr.carnet.events.identity.NationalId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * What a command about a dossier's access has to agree with.
 *
 * @param revokedByGrant every grant that was ever given, and whether it was revoked
 * @param opposedByWish the wishes that were said
 */
public record AccessState(
    Map<UUID, Boolean> revokedByGrant,
    Set<NationalId> blocked,
    Set<NationalId> treatingPhysicians,
    Map<Wish, Boolean> opposedByWish) {
  /** Before any event: nobody but the owner. */
  public static final AccessState INITIAL = new AccessState(Map.of(), Set.of(), Set.of(), Map.of());

  public AccessState {
    revokedByGrant = Map.copyOf(revokedByGrant);
    blocked = Set.copyOf(blocked);
    treatingPhysicians = Set.copyOf(treatingPhysicians);
    opposedByWish = Map.copyOf(opposedByWish);
  }

  AccessState withGrant(UUID grantId, boolean revoked) {
    return new AccessState(
        with(revokedByGrant, grantId, revoked), blocked, treatingPhysicians, opposedByWish);
  }

  AccessState withBlocked(NationalId professional) {
    return new AccessState(
        revokedByGrant, with(blocked, professional), treatingPhysicians, opposedByWish);
  }

  AccessState withoutBlocked(NationalId professional) {
    return new AccessState(
        revokedByGrant, without(blocked, professional), treatingPhysicians, opposedByWish);
  }

  AccessState withTreatingPhysician(NationalId professional) {
    return new AccessState(
        revokedByGrant, blocked, with(treatingPhysicians, professional), opposedByWish);
  }

  AccessState withoutTreatingPhysician(NationalId professional) {
    return new AccessState(
        revokedByGrant, blocked, without(treatingPhysicians, professional), opposedByWish);
  }

  AccessState withWish(Wish wish, boolean opposed) {
    return new AccessState(
        revokedByGrant, blocked, treatingPhysicians, with(opposedByWish, wish, opposed));
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
