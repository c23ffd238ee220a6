package fr.carnet.events.access;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * What a patient has decided about who may see the dossier, in clear: what the events yield and
 * what the access-control-service holds, to be laid side by side. Times are the events' own, UTC.
 *
 * @param version of the last event of its stream; 0: none
 * @param blocked professionals, and since when
 * @param treatingPhysicians who sees everything, and since when
 */
public record AccessFacts(
    long version,
    SortedMap<UUID, Grant> grants,
    SortedMap<String, Instant> blocked,
    SortedMap<String, Instant> treatingPhysicians,
    SortedMap<EmergencyWishRecorded.Wish, Wish> wishes) {
  public AccessFacts {
    grants = copy(grants);
    blocked = copy(blocked);
    treatingPhysicians = copy(treatingPhysicians);
    wishes = copy(wishes);
  }

  private static <K extends Comparable<? super K>, V> SortedMap<K, V> copy(Map<K, V> map) {
    return Collections.unmodifiableSortedMap(map == null ? new TreeMap<>() : new TreeMap<>(map));
  }

  /** Before anything was decided, or after the dossier was erased. */
  public static AccessFacts nothing(long version) {
    return new AccessFacts(
        version, new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
  }

  /** A grant, whether or not it still holds. */
  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  public record Grant(
      Grantee grantee, Instant from, Optional<Instant> until, Optional<Instant> revokedAt) {}

  /** What was last said of an emergency. */
  public record Wish(boolean opposed, Instant since) {}
}
