package fr.carnet.dossier.deciding;

import fr.carnet.dossier.deciding.DossierCommand.CloseDossier;
import fr.carnet.dossier.deciding.DossierCommand.DecideRelease;
import fr.carnet.dossier.deciding.DossierCommand.EndRepresentation;
import fr.carnet.dossier.deciding.DossierCommand.EraseDossier;
import fr.carnet.dossier.deciding.DossierCommand.EraseWhenDue;
import fr.carnet.dossier.deciding.DossierCommand.OpenDossier;
import fr.carnet.dossier.deciding.DossierCommand.RecordIns;
import fr.carnet.dossier.deciding.DossierCommand.RecordRepresentative;
import fr.carnet.dossier.deciding.DossierCommand.ReopenDossier;
import fr.carnet.dossier.deciding.DossierCommand.RequestErasure;
import fr.carnet.dossier.deciding.DossierCommand.RequestRelease;
import fr.carnet.dossier.deciding.DossierCommand.UseRelease;
import fr.carnet.dossier.deciding.DossierCommand.WithdrawErasure;
import fr.carnet.dossier.deciding.DossierState.Closed;
import fr.carnet.dossier.deciding.DossierState.Erased;
import fr.carnet.dossier.deciding.DossierState.NotOpened;
import fr.carnet.dossier.deciding.DossierState.Open;
import fr.carnet.dossier.deciding.DossierState.Release;
import fr.carnet.dossier.deciding.DossierState.Requests;
import fr.carnet.events.Decision;
import fr.carnet.events.Paris;
import fr.carnet.events.Reason;
import fr.carnet.events.dossier.ClosingReason;
import fr.carnet.events.dossier.ContentEvent;
import fr.carnet.events.dossier.DossierClosed;
import fr.carnet.events.dossier.DossierErased;
import fr.carnet.events.dossier.DossierEvent;
import fr.carnet.events.dossier.DossierOpened;
import fr.carnet.events.dossier.DossierReopened;
import fr.carnet.events.dossier.ErasureCause;
import fr.carnet.events.dossier.ErasureRequested;
import fr.carnet.events.dossier.ErasureWithdrawn;
import fr.carnet.events.dossier.InsRecorded;
import fr.carnet.events.dossier.ReleaseDecided;
import fr.carnet.events.dossier.ReleaseRequested;
import fr.carnet.events.dossier.ReleaseUsed;
import fr.carnet.events.dossier.RepresentationEnded;
import fr.carnet.events.dossier.RepresentativeRecorded;
import fr.carnet.events.trace.Actor;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * The life of a dossier: opened once, closed and reopened any number of times, destroyed ten years
 * after a closing or when the patient asks for it.
 */
public final class DossierDecider {
  /** CSP L1111-18. */
  private static final int YEARS_OF_ARCHIVE = 10;

  /** Within which a request to erase is carried out (CSP R1111-36). */
  private static final int MONTHS_TO_ERASE = 3;

  /** In which the patient may think again before anything is destroyed; ours. */
  private static final int DAYS_OF_REFLECTION = 7;

  /** The longest that a release may wait for its one use; ours. */
  private static final Duration LONGEST_RELEASE = Duration.ofDays(90);

  private DossierDecider() {}

  /** Before anything happened. */
  public static DossierState initial() {
    return new NotOpened();
  }

  /** Ten calendar years after a closing, at the same time of day in Europe/Paris. */
  public static Instant archiveEnd(Instant closedAt) {
    return closedAt.atZone(Paris.ZONE).plusYears(YEARS_OF_ARCHIVE).toInstant();
  }

  /** What follows from a command. */
  public static Decision<DossierEvent> decide(DossierCommand command, DossierState state) {
    return switch (command) {
      case OpenDossier open ->
          switch (state) {
            case NotOpened _ -> opened(open);
            case Open _, Closed _ -> Decision.refused(DossierRefusal.DOSSIER_EXISTS);
            case Erased _ -> Decision.refused(DossierRefusal.NO_STANDING);
          };
      case CloseDossier close ->
          switch (state) {
            case NotOpened _, Erased _ -> Decision.refused(DossierRefusal.NO_STANDING);
            case Open _ -> closed(close);
            case Closed _ -> Decision.refused(DossierRefusal.DOSSIER_ALREADY_CLOSED);
          };
      case ReopenDossier reopen ->
          switch (state) {
            case NotOpened _, Erased _ -> Decision.refused(DossierRefusal.NO_STANDING);
            case Open _ -> Decision.refused(DossierRefusal.DOSSIER_ALREADY_OPEN);
            case Closed closed -> reopened(reopen, closed);
          };
      case RecordIns record ->
          switch (state) {
            case NotOpened _, Erased _ -> Decision.refused(DossierRefusal.NO_STANDING);
            case Open _, Closed _ -> Decision.accepted(record.ins());
          };
      case RecordRepresentative record ->
          switch (state) {
            case NotOpened _, Erased _ -> Decision.refused(DossierRefusal.NO_STANDING);
            case Open _ -> Decision.accepted(record.representative());
            case Closed _ -> Decision.refused(DossierRefusal.DOSSIER_ALREADY_CLOSED);
          };
      case EndRepresentation end ->
          switch (state) {
            case NotOpened _, Erased _ -> Decision.refused(DossierRefusal.NO_STANDING);
            case Open _, Closed _ -> Decision.accepted(end.end());
          };
      case RequestErasure request ->
          requests(state)
              .map(asked -> erasureRequested(request, asked))
              .orElse(Decision.refused(DossierRefusal.NO_STANDING));
      case WithdrawErasure withdraw ->
          requests(state)
              .map(asked -> erasureWithdrawn(withdraw, asked))
              .orElse(Decision.refused(DossierRefusal.NO_STANDING));
      case RequestRelease request ->
          requests(state).isPresent()
              ? Decision.accepted(request.request())
              : Decision.refused(DossierRefusal.NO_STANDING);
      case DecideRelease decide ->
          requests(state)
              .map(asked -> releaseDecided(decide, asked, state))
              .orElse(Decision.refused(DossierRefusal.NO_STANDING));
      case UseRelease use ->
          switch (state) {
            case NotOpened _, Open _, Erased _ -> Decision.refused(DossierRefusal.NO_STANDING);
            case Closed closed -> releaseUsed(use, closed.requests());
          };
      // What was erased is, for every command and for this one too, as if it had never been.
      case EraseDossier erase ->
          switch (state) {
            case NotOpened _, Erased _ -> Decision.refused(DossierRefusal.NO_STANDING);
            case Open _, Closed _ -> Decision.accepted(new DossierErased(erase.cause()));
          };
      case EraseWhenDue erase ->
          switch (state) {
            case NotOpened _, Erased _ -> Decision.refused(DossierRefusal.NO_STANDING);
            case Open _, Closed _ ->
                due(state, erase)
                    .map(cause -> accepted(new DossierErased(cause)))
                    .orElse(Decision.refused(DossierRefusal.NOT_DUE));
          };
    };
  }

  private static Decision<DossierEvent> accepted(DossierEvent event) {
    return Decision.accepted(event);
  }

  private static Decision<DossierEvent> refused(Reason reason) {
    return Decision.refused(reason);
  }

  private static Optional<Requests> requests(DossierState state) {
    return switch (state) {
      case NotOpened _, Erased _ -> Optional.empty();
      case Open open -> Optional.of(open.requests());
      case Closed closed -> Optional.of(closed.requests());
    };
  }

  private static Decision<DossierEvent> opened(OpenDossier open) {
    Optional<Reason> fault =
        open.applicant().fault(open.opening().channel(), open.at()).map(Reason.class::cast);
    return fault
        .or(
            () ->
                open.rollout().isEmpty()
                    ? Optional.of(DossierRefusal.ROLLOUT_NOT_BEGUN)
                    : open.rollout().get().refuses(open.applicant(), open.at()))
        .map(DossierDecider::refused)
        .orElse(accepted(open.opening()));
  }

  /** A patient closes at will; a death or an error is for those who were shown evidence. */
  private static Decision<DossierEvent> closed(CloseDossier close) {
    boolean asPatient = close.by() == Actor.Role.OWNER;
    if (asPatient != (close.reason() == ClosingReason.FERMETURE_DEMANDE_PATIENT)) {
      return Decision.refused(DossierRefusal.CLOSING_REASON_NOT_YOURS);
    }
    return Decision.accepted(
        new DossierClosed(close.reason(), Optional.of(archiveEnd(close.at()))));
  }

  private static Decision<DossierEvent> reopened(ReopenDossier reopen, Closed closed) {
    if (closed.archiveEndsAt().filter(end -> !reopen.at().isBefore(end)).isPresent()) {
      return Decision.refused(DossierRefusal.ARCHIVE_ENDED);
    }
    if (closed.requests().erasureFrom().isPresent()) {
      return Decision.refused(DossierRefusal.ERASURE_PENDING);
    }
    return Decision.accepted(
        new DossierReopened(
            reopen.channel(), reopen.consentWording(), Optional.of(reopen.consentTakenBy())));
  }

  private static Decision<DossierEvent> erasureRequested(RequestErasure request, Requests asked) {
    if (asked.erasureFrom().isPresent()) {
      return Decision.refused(DossierRefusal.ERASURE_PENDING);
    }
    var now = request.at().atZone(Paris.ZONE);
    return Decision.accepted(
        new ErasureRequested(
            request.at(),
            now.plusDays(DAYS_OF_REFLECTION).toInstant(),
            now.toLocalDate().plusMonths(MONTHS_TO_ERASE)));
  }

  /**
   * From the instant on at which it may be carried out it may stand in the journal of erasures,
   * though it failed, and would be carried out at the next start in spite of this.
   */
  private static Decision<DossierEvent> erasureWithdrawn(WithdrawErasure withdraw, Requests asked) {
    if (asked.erasureFrom().isEmpty()) {
      return Decision.refused(DossierRefusal.ERASURE_NOT_REQUESTED);
    }
    return withdraw.at().isBefore(asked.erasureFrom().get())
        ? Decision.accepted(new ErasureWithdrawn(withdraw.at()))
        : Decision.refused(DossierRefusal.ERASURE_UNDER_WAY);
  }

  private static Decision<DossierEvent> releaseDecided(
      DecideRelease decide, Requests asked, DossierState state) {
    ReleaseDecided decision = decide.decision();
    Release before = asked.releases().get(decision.requestId());
    if (before == null) {
      return Decision.refused(DossierRefusal.RELEASE_UNKNOWN);
    }
    if (!(before instanceof Release.Asked)) {
      return Decision.refused(DossierRefusal.RELEASE_ALREADY_DECIDED);
    }
    if (decision.reason().grants() != decision.release().isPresent()) {
      return Decision.refused(DossierRefusal.RELEASE_REASON_INVALID);
    }
    if (decision.release().isPresent() && !(state instanceof Closed)) {
      return Decision.refused(DossierRefusal.RELEASE_OF_OPEN_DOSSIER);
    }
    Instant latest = decide.at().plus(LONGEST_RELEASE);
    if (decision
        .release()
        .filter(r -> !r.endsAt().isAfter(decide.at()) || r.endsAt().isAfter(latest))
        .isPresent()) {
      return Decision.refused(DossierRefusal.RELEASE_END_INVALID);
    }
    return Decision.accepted(decision);
  }

  /** Without the secret nobody learns that there is a release, nor what became of it. */
  private static Decision<DossierEvent> releaseUsed(UseRelease use, Requests asked) {
    return switch (asked.releases().get(use.requestId())) {
      case null -> Decision.refused(DossierRefusal.NO_STANDING);
      case Release.Asked _, Release.Declined _ -> Decision.refused(DossierRefusal.NO_STANDING);
      case Release.Used used ->
          Decision.refused(
              used.secretHash().equals(use.secretHash())
                  ? DossierRefusal.RELEASE_USED
                  : DossierRefusal.NO_STANDING);
      case Release.Granted granted -> {
        if (!granted.secretHash().equals(use.secretHash())) {
          yield Decision.refused(DossierRefusal.NO_STANDING);
        }
        yield use.at().isBefore(granted.endsAt())
            ? Decision.accepted(new ReleaseUsed(use.requestId()))
            : Decision.refused(DossierRefusal.RELEASE_ENDED);
      }
    };
  }

  /** Why everything of a dossier is to be destroyed by now, if it is. */
  private static Optional<ErasureCause> due(DossierState state, EraseWhenDue erase) {
    Instant at = erase.at();
    if (requests(state)
        .flatMap(Requests::erasureFrom)
        .filter(from -> !at.isBefore(from))
        .isPresent()) {
      return Optional.of(ErasureCause.REQUESTED);
    }
    return state instanceof Closed closed
        ? closed
            .archiveEndsAt()
            .or(erase::archiveEndsAt)
            .filter(end -> !at.isBefore(end))
            .map(_ -> ErasureCause.ARCHIVE_ENDED)
        : Optional.empty();
  }

  /** The state after one more event. */
  public static DossierState evolve(DossierState state, DossierEvent event) {
    return switch (event) {
      case DossierOpened _ -> new Open(Requests.NONE);
      case DossierReopened _ -> new Open(requests(state).orElse(Requests.NONE));
      case DossierClosed closed ->
          new Closed(closed.archiveEndsAt(), requests(state).orElse(Requests.NONE));
      case DossierErased _ -> new Erased();
      case InsRecorded _, RepresentativeRecorded _, RepresentationEnded _, ContentEvent _ -> state;
      case ErasureRequested asked ->
          with(
              state,
              requests(state)
                  .orElse(Requests.NONE)
                  .withErasureFrom(Optional.of(asked.carriedOutFrom())));
      case ErasureWithdrawn _ ->
          with(state, requests(state).orElse(Requests.NONE).withErasureFrom(Optional.empty()));
      case ReleaseRequested asked -> with(state, asked.requestId(), new Release.Asked());
      case ReleaseDecided decided ->
          with(
              state,
              decided.requestId(),
              decided
                  .release()
                  .<Release>map(r -> new Release.Granted(r.endsAt(), r.secretHash()))
                  .orElse(new Release.Declined()));
      case ReleaseUsed used -> with(state, used.requestId(), used(state, used.requestId()));
    };
  }

  private static Release used(DossierState state, UUID requestId) {
    return requests(state)
        .map(asked -> asked.releases().get(requestId))
        .filter(Release.Granted.class::isInstance)
        .map(granted -> (Release) new Release.Used(((Release.Granted) granted).secretHash()))
        .orElse(new Release.Declined());
  }

  private static DossierState with(DossierState state, UUID requestId, Release release) {
    return with(state, requests(state).orElse(Requests.NONE).with(requestId, release));
  }

  private static DossierState with(DossierState state, Requests requests) {
    return switch (state) {
      case NotOpened _, Erased _ -> state;
      case Open _ -> new Open(requests);
      case Closed closed -> new Closed(closed.archiveEndsAt(), requests);
    };
  }
}
