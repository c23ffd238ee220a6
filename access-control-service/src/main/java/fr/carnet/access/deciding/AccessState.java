package fr.carnet.access.deciding;

import fr.carnet.events.access.AccessEvent;
import fr.carnet.events.access.AccessGranted;
import fr.carnet.events.access.AccessRequested;
import fr.carnet.events.access.EmergencyWishRecorded;
import fr.carnet.events.access.EmergencyWishRecorded.Wish;
import fr.carnet.events.access.Grantee;
import fr.carnet.events.access.ProfessionalBlocked;
import fr.carnet.events.access.ProfessionalUnblocked;
import fr.carnet.events.access.TreatingPhysicianEnded;
import fr.carnet.events.access.TreatingPhysicianNamed;
import fr.carnet.events.access.TreatingPhysicianNamed.Title;
import fr.carnet.events.access.TreatingPhysicianProposed;
import fr.carnet.events.access.VisitCodeIssued;
import fr.carnet.events.identity.NationalId;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * What a command about a dossier's access has to agree with.
 *
 * @param grants every grant that was ever given
 * @param blocks who was barred, and by which part
 * @param proposed doctors who were asked to be médecins traitants and have not accepted, and by
 *     which representation they were asked last
 * @param treatingPhysicians who sees everything, and as what
 * @param wishes what was said last of each
 * @param visitCodes the last that was issued by each part
 * @param requests of professionals, that wait for an answer, by their id
 * @param ofRepresentatives the same as who acts for a minor knows it: what any of them said, and
 *     what they were asked (ADR 21); absent: nothing
 */
public record AccessState(
    Map<UUID, Given> grants,
    Set<Of> blocks,
    Map<Of, Optional<UUID>> proposed,
    Map<Of, Title> treatingPhysicians,
    Map<Wish, EmergencyWishRecorded> wishes,
    Map<Part, VisitCode> visitCodes,
    Map<UUID, NationalId> requests,
    Optional<AccessState> ofRepresentatives) {
  /** Before any event: nobody but the owner. */
  public static final AccessState INITIAL =
      new AccessState(
          Map.of(), Set.of(), Map.of(), Map.of(), Map.of(), Map.of(), Map.of(), Optional.empty());

  public AccessState {
    grants = Map.copyOf(grants);
    blocks = Set.copyOf(blocks);
    proposed = Map.copyOf(proposed);
    treatingPhysicians = Map.copyOf(treatingPhysicians);
    wishes = Map.copyOf(wishes);
    visitCodes = Map.copyOf(visitCodes);
    requests = Map.copyOf(requests);
  }

  /** Something that was said of a professional, and by which part. */
  public record Of(NationalId professional, Part part) {
    /**
     * Who knows all may take back what anybody said; who acts for a minor, what any of them did.
     */
    private boolean isTakenBackBy(NationalId whom, Part who) {
      return professional.equals(whom) && (who == Part.PATIENT || who == part);
    }
  }

  /**
   * A one-time code.
   *
   * @param expiresAt exclusive
   * @param representationId of who acts for a minor and had it issued
   */
  public record VisitCode(
      UUID codeId, Instant expiresAt, boolean used, Optional<UUID> representationId) {
    private VisitCode asUsed() {
      return new VisitCode(codeId, expiresAt, true, representationId);
    }
  }

  /**
   * A grant.
   *
   * @param from inclusive
   * @param until exclusive
   */
  public record Given(Grantee grantee, Instant from, Optional<Instant> until, boolean revoked) {
    /** Whether it holds at this instant, or will later. */
    boolean isLiveAt(Instant instant) {
      return !revoked && until.map(instant::isBefore).orElse(true);
    }
  }

  /** Whether anybody barred this professional. */
  public boolean isBlocked(NationalId professional) {
    return isAmong(blocks, professional);
  }

  /** Whether anybody asked this doctor to be a médecin traitant, and waits for an answer. */
  boolean isProposed(NationalId professional) {
    return isAmong(proposed.keySet(), professional);
  }

  /** Whether this doctor sees everything. */
  boolean isTreating(NationalId professional) {
    return isAmong(treatingPhysicians.keySet(), professional);
  }

  private static boolean isAmong(Set<Of> said, NationalId professional) {
    return said.stream().anyMatch(of -> of.professional().equals(professional));
  }

  /** Professionals whom anybody barred. */
  public Set<NationalId> blocked() {
    return blocks.stream().map(Of::professional).collect(Collectors.toUnmodifiableSet());
  }

  /** The same with this grant alone, and nobody who sees everything. */
  AccessState onlyBy(UUID grantId) {
    return withGrants(Map.of(grantId, grants.get(grantId))).withDoctors(Map.of(), Map.of());
  }

  /** What this part knows of. */
  AccessState seenBy(Part part) {
    return switch (part) {
      case PATIENT -> this;
      case REPRESENTATIVES -> ofRepresentatives.orElse(INITIAL);
    };
  }

  /** What who acts for a minor knows of changes by what they say, and by what they are asked. */
  AccessState withSeen(AccessEvent event) {
    boolean isTheirs =
        event.representationId().isPresent()
            || (event instanceof AccessRequested asked && asked.toRepresentatives());
    return isTheirs
        ? new AccessState(
            grants,
            blocks,
            proposed,
            treatingPhysicians,
            wishes,
            visitCodes,
            requests,
            Optional.of(AccessDecider.said(seenBy(Part.REPRESENTATIVES), event)))
        : this;
  }

  /** A grant uses up what it follows from. */
  AccessState withGrant(AccessGranted granted) {
    AccessState with =
        withGrants(
            with(
                grants,
                granted.grantId(),
                new Given(granted.grantee(), granted.from(), granted.until(), false)));
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
        .map(given -> new Given(given.grantee(), given.from(), given.until(), true))
        .map(revoked -> withGrants(with(grants, grantId, revoked)))
        .orElse(this);
  }

  private AccessState withGrants(Map<UUID, Given> changed) {
    return new AccessState(
        changed,
        blocks,
        proposed,
        treatingPhysicians,
        wishes,
        visitCodes,
        requests,
        ofRepresentatives);
  }

  /** Whoever is blocked asks no longer. */
  AccessState withBlocked(ProfessionalBlocked blocked) {
    Map<UUID, NationalId> others = new HashMap<>(requests);
    others.values().removeIf(blocked.professional()::equals);
    return withBlocks(with(blocks, of(blocked.professional(), blocked))).withRequests(others);
  }

  AccessState withoutBlocked(ProfessionalUnblocked lifted) {
    return withBlocks(without(blocks, lifted.professional(), Part.of(lifted.representationId())));
  }

  private AccessState withBlocks(Set<Of> changed) {
    return new AccessState(
        grants,
        changed,
        proposed,
        treatingPhysicians,
        wishes,
        visitCodes,
        requests,
        ofRepresentatives);
  }

  private static Of of(NationalId professional, AccessEvent said) {
    return new Of(professional, Part.of(said.representationId()));
  }

  AccessState withProposed(TreatingPhysicianProposed named) {
    return withDoctors(
        with(proposed, of(named.professional(), named), named.representationId()),
        treatingPhysicians);
  }

  /** Whoever has the status is no longer asked: a doctor accepts for all who asked. */
  AccessState withTreatingPhysician(TreatingPhysicianNamed named) {
    Of said = of(named.professional(), named);
    Map<Of, Title> treating = new HashMap<>(treatingPhysicians);
    return switch (named.title().orElse(Title.MEDECIN_TRAITANT)) {
      case SAME_RIGHT -> {
        treating.putIfAbsent(said, Title.SAME_RIGHT);
        yield withDoctors(proposed, treating);
      }
      case MEDECIN_TRAITANT -> {
        if (!isProposed(named.professional())) {
          treating.put(said, Title.MEDECIN_TRAITANT);
        }
        proposed.keySet().stream()
            .filter(of -> of.professional().equals(named.professional()))
            .forEach(of -> treating.put(of, Title.MEDECIN_TRAITANT));
        yield withDoctors(without(proposed, named.professional(), Part.PATIENT), treating);
      }
    };
  }

  AccessState withoutTreatingPhysician(TreatingPhysicianEnded ended) {
    Part by = Part.of(ended.representationId());
    return withDoctors(
        without(proposed, ended.professional(), by),
        without(treatingPhysicians, ended.professional(), by));
  }

  private AccessState withDoctors(Map<Of, Optional<UUID>> asked, Map<Of, Title> treating) {
    return new AccessState(
        grants, blocks, asked, treating, wishes, visitCodes, requests, ofRepresentatives);
  }

  AccessState withWish(EmergencyWishRecorded wish) {
    return new AccessState(
        grants,
        blocks,
        proposed,
        treatingPhysicians,
        with(wishes, wish.wish(), wish),
        visitCodes,
        requests,
        ofRepresentatives);
  }

  AccessState withVisitCode(VisitCodeIssued issued) {
    return withVisitCodes(
        with(
            visitCodes,
            Part.of(issued.representationId()),
            new VisitCode(issued.codeId(), issued.expiresAt(), false, issued.representationId())));
  }

  private AccessState withUsed(UUID codeId) {
    Map<Part, VisitCode> codes = new EnumMap<>(Part.class);
    visitCodes.forEach(
        (part, code) -> codes.put(part, code.codeId().equals(codeId) ? code.asUsed() : code));
    return withVisitCodes(codes);
  }

  private AccessState withVisitCodes(Map<Part, VisitCode> codes) {
    return new AccessState(
        grants, blocks, proposed, treatingPhysicians, wishes, codes, requests, ofRepresentatives);
  }

  /** Nobody is asked by somebody whom they shut out. */
  AccessState withRequest(AccessRequested asked) {
    return isBlocked(asked.professional())
        ? this
        : withRequests(with(requests, asked.requestId(), asked.professional()));
  }

  AccessState withoutRequest(UUID requestId) {
    Map<UUID, NationalId> others = new HashMap<>(requests);
    others.remove(requestId);
    return withRequests(others);
  }

  private AccessState withRequests(Map<UUID, NationalId> asked) {
    return new AccessState(
        grants, blocks, proposed, treatingPhysicians, wishes, visitCodes, asked, ofRepresentatives);
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

  private static Set<Of> without(Set<Of> said, NationalId professional, Part by) {
    Set<Of> copy = new HashSet<>(said);
    copy.removeIf(of -> of.isTakenBackBy(professional, by));
    return copy;
  }

  private static <V> Map<Of, V> without(Map<Of, V> said, NationalId professional, Part by) {
    Map<Of, V> copy = new HashMap<>(said);
    copy.keySet().removeIf(of -> of.isTakenBackBy(professional, by));
    return copy;
  }
}
