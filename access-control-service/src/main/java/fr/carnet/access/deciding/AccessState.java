package fr.carnet.access.deciding;

import fr.carnet.events.access.AccessGranted;
import fr.carnet.events.access.AccessRequested;
import fr.carnet.events.access.EmergencyWishRecorded;
import fr.carnet.events.access.EmergencyWishRecorded.Wish;
import fr.carnet.events.access.Grantee;
import fr.carnet.events.access.TreatingPhysicianNamed;
import fr.carnet.events.access.TreatingPhysicianNamed.Title;
import fr.carnet.events.access.VisitCodeIssued;
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
 * @param visitCode the last that was issued
 * @param requests of professionals, that wait for an answer, by their id
 */
public record AccessState(
    Map<UUID, Given> grants,
    Set<NationalId> blocked,
    Set<NationalId> proposed,
    Map<NationalId, Title> treatingPhysicians,
    Map<Wish, EmergencyWishRecorded> wishes,
    Optional<VisitCode> visitCode,
    Map<UUID, NationalId> requests) {
  /** Before any event: nobody but the owner. */
  public static final AccessState INITIAL =
      new AccessState(Map.of(), Set.of(), Set.of(), Map.of(), Map.of(), Optional.empty(), Map.of());

  public AccessState {
    grants = Map.copyOf(grants);
    blocked = Set.copyOf(blocked);
    proposed = Set.copyOf(proposed);
    treatingPhysicians = Map.copyOf(treatingPhysicians);
    wishes = Map.copyOf(wishes);
    requests = Map.copyOf(requests);
  }

  /**
   * A one-time code.
   *
   * @param expiresAt exclusive
   */
  public record VisitCode(UUID codeId, Instant expiresAt, boolean used) {}

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

  /** A grant uses up what it follows from. */
  AccessState withGrant(AccessGranted granted) {
    AccessState with =
        withGrants(
            with(grants, granted.grantId(), new Given(granted.grantee(), granted.until(), false)));
    return granted
        .origin()
        .map(
            origin ->
                switch (origin.kind()) {
                  case RENEWAL -> with;
                  case VISIT_CODE -> with.withUsed(origin.id());
                  case REQUEST -> with.withoutRequest(origin.id());
                })
        .orElse(with);
  }

  AccessState withRevoked(UUID grantId) {
    return Optional.ofNullable(grants.get(grantId))
        .map(given -> new Given(given.grantee(), given.until(), true))
        .map(revoked -> withGrants(with(grants, grantId, revoked)))
        .orElse(this);
  }

  private AccessState withGrants(Map<UUID, Given> changed) {
    return new AccessState(
        changed, blocked, proposed, treatingPhysicians, wishes, visitCode, requests);
  }

  /** Whoever is blocked asks no longer. */
  AccessState withBlocked(NationalId professional) {
    Map<UUID, NationalId> others = new HashMap<>(requests);
    others.values().removeIf(professional::equals);
    return new AccessState(
        grants,
        with(blocked, professional),
        proposed,
        treatingPhysicians,
        wishes,
        visitCode,
        others);
  }

  AccessState withoutBlocked(NationalId professional) {
    return new AccessState(
        grants,
        without(blocked, professional),
        proposed,
        treatingPhysicians,
        wishes,
        visitCode,
        requests);
  }

  AccessState withProposed(NationalId professional) {
    return withDoctors(with(proposed, professional), treatingPhysicians);
  }

  /** Whoever has the status is no longer asked. */
  AccessState withTreatingPhysician(TreatingPhysicianNamed named) {
    Title title = named.title().orElse(Title.MEDECIN_TRAITANT);
    return withDoctors(
        title == Title.MEDECIN_TRAITANT ? without(proposed, named.professional()) : proposed,
        with(treatingPhysicians, named.professional(), title));
  }

  AccessState withoutTreatingPhysician(NationalId professional) {
    Map<NationalId, Title> others = new HashMap<>(treatingPhysicians);
    others.remove(professional);
    return withDoctors(without(proposed, professional), others);
  }

  private AccessState withDoctors(Set<NationalId> asked, Map<NationalId, Title> treating) {
    return new AccessState(grants, blocked, asked, treating, wishes, visitCode, requests);
  }

  AccessState withWish(EmergencyWishRecorded wish) {
    return new AccessState(
        grants,
        blocked,
        proposed,
        treatingPhysicians,
        with(wishes, wish.wish(), wish),
        visitCode,
        requests);
  }

  AccessState withVisitCode(VisitCodeIssued issued) {
    return withVisitCode(Optional.of(new VisitCode(issued.codeId(), issued.expiresAt(), false)));
  }

  private AccessState withUsed(UUID codeId) {
    return withVisitCode(
        visitCode.map(
            code -> new VisitCode(code.codeId(), code.expiresAt(), code.codeId().equals(codeId))));
  }

  private AccessState withVisitCode(Optional<VisitCode> code) {
    return new AccessState(grants, blocked, proposed, treatingPhysicians, wishes, code, requests);
  }

  AccessState withRequest(AccessRequested asked) {
    return withRequests(with(requests, asked.requestId(), asked.professional()));
  }

  AccessState withoutRequest(UUID requestId) {
    Map<UUID, NationalId> others = new HashMap<>(requests);
    others.remove(requestId);
    return withRequests(others);
  }

  private AccessState withRequests(Map<UUID, NationalId> asked) {
    return new AccessState(grants, blocked, proposed, treatingPhysicians, wishes, visitCode, asked);
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
