package fr.carnet.dossier.deciding;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Where a dossier is in its life. */
public sealed interface DossierState {
  /** Nobody has opened it. */
  record NotOpened() implements DossierState {}

  /** It is in use. */
  record Open(Requests requests) implements DossierState {}

  /**
   * It is archived; only its owner sees it.
   *
   * @param archiveEndsAt absent where the closing was recorded before it was noted
   */
  record Closed(Optional<Instant> archiveEndsAt, Requests requests) implements DossierState {}

  /** It is no more; nothing is ever done to it again. */
  record Erased() implements DossierState {}

  /**
   * What was asked of it, whether it is open or closed.
   *
   * @param erasureFrom from when on everything may be destroyed, where the patient asked for it
   */
  record Requests(Optional<Instant> erasureFrom, Map<UUID, Release> releases) {
    /** Nothing was asked. */
    static final Requests NONE = new Requests(Optional.empty(), Map.of());

    public Requests {
      releases = Map.copyOf(releases);
    }

    Requests withErasureFrom(Optional<Instant> from) {
      return new Requests(from, releases);
    }

    Requests with(UUID requestId, Release release) {
      Map<UUID, Release> all = new HashMap<>(releases);
      all.put(requestId, release);
      return new Requests(erasureFrom, all);
    }
  }

  /** How far a heirs' or forensic request is. */
  sealed interface Release {
    /** It waits for the privacy officer. */
    record Asked() implements Release {}

    /** It was declined. */
    record Declined() implements Release {}

    /** Its bearer may look once, until its end. */
    record Granted(Instant endsAt, String secretHash) implements Release {}

    /** Its bearer has looked. */
    record Used(String secretHash) implements Release {}
  }
}
