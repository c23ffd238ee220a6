package fr.carnet.events.dossier;

import com.fasterxml.jackson.annotation.JsonInclude;
import fr.carnet.events.trace.Actor;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * What can be said of a dossier in clear, and digests of what is sealed: what its events yield and
 * what the service that keeps it holds, to be laid side by side. Times are the events' own, UTC;
 * digests are SHA-256 of the sealed body, lower case hex.
 *
 * @param version of the last event of its stream; 0: none
 * @param identity digest of who its patient is
 * @param care lines by their key, and whether each was withdrawn
 */
public record DossierFacts(
    long version,
    Life life,
    Optional<Channel> channel,
    Optional<Instant> openedAt,
    Optional<Instant> closedAt,
    Optional<Instant> archiveEndsAt,
    Optional<Instant> erasureFrom,
    Optional<String> identity,
    SortedMap<UUID, Release> releases,
    SortedMap<UUID, Item> items,
    SortedMap<UUID, MaskFact> masks,
    SortedMap<String, Boolean> care) {
  public DossierFacts {
    releases = copy(releases);
    items = copy(items);
    masks = copy(masks);
    care = copy(care);
  }

  private static <K extends Comparable<K>, V> SortedMap<K, V> copy(Map<K, V> map) {
    return Collections.unmodifiableSortedMap(map == null ? new TreeMap<>() : new TreeMap<>(map));
  }

  /** Where a dossier is in its life. */
  public enum Life {
    /** Nothing has happened. */
    NONE,
    OPEN,
    CLOSED,
    /** Nothing else is known of it any more. */
    ERASED
  }

  /** Before anything has happened, or after everything was destroyed. */
  public static DossierFacts nothing(long version, Life life) {
    return new DossierFacts(
        version,
        life,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        new TreeMap<>(),
        new TreeMap<>(),
        new TreeMap<>(),
        new TreeMap<>());
  }

  /** What heirs or a court asked for. */
  public record Release(ReleaseRequested.Kind kind, Step step, Optional<Instant> endsAt) {
    /** How far a request has come. */
    public enum Step {
      ASKED,
      GRANTED,
      DECLINED,
      USED
    }
  }

  /**
   * An item.
   *
   * @param author of the version that holds
   * @param version from 1
   * @param body digest of the version that holds
   */
  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  public record Item(
      Actor author,
      int version,
      Instant addedAt,
      Instant changedAt,
      boolean deleted,
      Optional<Instant> announcedAt,
      String body) {}

  /**
   * Something that the patient hides.
   *
   * @param body digest of what it is
   */
  public record MaskFact(Instant setAt, String body) {}
}
