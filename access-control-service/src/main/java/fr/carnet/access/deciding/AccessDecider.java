package fr.carnet.access.deciding;

import static fr.carnet.access.deciding.AccessRefusal.CODE_NOT_VALID;
import static fr.carnet.access.deciding.AccessRefusal.DOSSIER_CLOSED;
import static fr.carnet.access.deciding.AccessRefusal.GRANT_WITHOUT_END;
import static fr.carnet.access.deciding.AccessRefusal.NO_STANDING;
import static fr.carnet.access.deciding.AccessRefusal.NO_SUCH_GRANT;
import static fr.carnet.access.deciding.AccessRefusal.NO_SUCH_REQUEST;
import static fr.carnet.access.deciding.AccessRefusal.PERIOD_INVALID;
import static fr.carnet.access.deciding.AccessRefusal.PROFESSIONAL_BLOCKED;

import fr.carnet.access.deciding.AccessCommand.AcceptRequest;
import fr.carnet.access.deciding.AccessCommand.AcceptTreatingPhysician;
import fr.carnet.access.deciding.AccessCommand.AskForAccess;
import fr.carnet.access.deciding.AccessCommand.BlockProfessional;
import fr.carnet.access.deciding.AccessCommand.DeclineRequest;
import fr.carnet.access.deciding.AccessCommand.EndTreatingPhysician;
import fr.carnet.access.deciding.AccessCommand.GiveSameRight;
import fr.carnet.access.deciding.AccessCommand.GrantAccess;
import fr.carnet.access.deciding.AccessCommand.IssueVisitCode;
import fr.carnet.access.deciding.AccessCommand.NameTreatingPhysician;
import fr.carnet.access.deciding.AccessCommand.RecordEmergencyWish;
import fr.carnet.access.deciding.AccessCommand.RenewGrant;
import fr.carnet.access.deciding.AccessCommand.RevokeGrant;
import fr.carnet.access.deciding.AccessCommand.UnblockProfessional;
import fr.carnet.access.deciding.AccessCommand.UseVisitCode;
import fr.carnet.access.deciding.AccessState.Given;
import fr.carnet.events.Decision;
import fr.carnet.events.access.AccessEvent;
import fr.carnet.events.access.AccessGranted;
import fr.carnet.events.access.AccessGranted.Origin;
import fr.carnet.events.access.AccessRequestDeclined;
import fr.carnet.events.access.AccessRequested;
import fr.carnet.events.access.EmergencyWishRecorded;
import fr.carnet.events.access.GrantRevoked;
import fr.carnet.events.access.Grantee;
import fr.carnet.events.access.ProfessionalBlocked;
import fr.carnet.events.access.ProfessionalUnblocked;
import fr.carnet.events.access.TreatingPhysicianEnded;
import fr.carnet.events.access.TreatingPhysicianEnded.Cause;
import fr.carnet.events.access.TreatingPhysicianNamed;
import fr.carnet.events.access.TreatingPhysicianNamed.Title;
import fr.carnet.events.access.TreatingPhysicianProposed;
import fr.carnet.events.access.VisitCodeIssued;
import fr.carnet.events.dossier.DossierRegistered.State;
import fr.carnet.events.identity.NationalId;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What follows from a command about access. A command that asks for what already is gives no event.
 * A closed dossier takes nobody new; taking rights away always works.
 */
public final class AccessDecider {
  /** Later ends are slips of the pen. */
  private static final Instant LATEST = Instant.parse("2200-01-01T00:00:00Z");

  /** For as long a code is good. */
  private static final Duration CODE = Duration.ofMinutes(15);

  /** For as long a code lets in: a consultation and what is written after it (ours). */
  private static final Duration VISIT = Duration.ofHours(4);

  private AccessDecider() {}

  /** Decides. */
  public static Decision<AccessEvent> decide(AccessCommand command, AccessState state) {
    return switch (command) {
      case GrantAccess grant -> grant(grant, state);
      case RenewGrant renewal -> renew(renewal, state);
      case RevokeGrant revocation -> revoke(revocation, state);
      case BlockProfessional(var professional) -> block(professional, state);
      case UnblockProfessional(var professional) ->
          unless(!state.blocked().contains(professional), new ProfessionalUnblocked(professional));
      case NameTreatingPhysician naming -> name(naming, state);
      case AcceptTreatingPhysician acceptance -> accept(acceptance, state);
      case GiveSameRight giving -> give(giving, state);
      case EndTreatingPhysician(var professional) ->
          unless(
              !hasOrIsAsked(professional, state),
              new TreatingPhysicianEnded(professional, Cause.BY_PATIENT));
      case IssueVisitCode(var codeId, var dossier, var at) ->
          dossier == State.CLOSED
              ? Decision.refused(DOSSIER_CLOSED)
              : Decision.accepted(new VisitCodeIssued(codeId, at.plus(CODE)));
      case UseVisitCode use -> use(use, state);
      case AskForAccess asking -> ask(asking, state);
      case AcceptRequest acceptance -> accept(acceptance, state);
      case DeclineRequest(var requestId) ->
          state.requests().containsKey(requestId)
              ? Decision.accepted(new AccessRequestDeclined(requestId))
              : Decision.refused(NO_SUCH_REQUEST);
      case RecordEmergencyWish(var wish, var opposed, var reopenings) -> {
        EmergencyWishRecorded said = new EmergencyWishRecorded(wish, opposed, reopenings);
        yield unless(said.equals(state.wishes().get(wish)), said);
      }
    };
  }

  /** The state after one more event. */
  public static AccessState evolve(AccessState state, AccessEvent event) {
    return switch (event) {
      case AccessGranted granted -> state.withGrant(granted);
      case GrantRevoked(var grantId) -> state.withRevoked(grantId);
      case ProfessionalBlocked(var professional) -> state.withBlocked(professional);
      case ProfessionalUnblocked(var professional) -> state.withoutBlocked(professional);
      case TreatingPhysicianProposed(var professional) -> state.withProposed(professional);
      case TreatingPhysicianNamed named -> state.withTreatingPhysician(named);
      case TreatingPhysicianEnded(var professional, _) ->
          state.withoutTreatingPhysician(professional);
      case EmergencyWishRecorded wish -> state.withWish(wish);
      case VisitCodeIssued issued -> state.withVisitCode(issued);
      case AccessRequested asked -> state.withRequest(asked);
      case AccessRequestDeclined(var requestId) -> state.withoutRequest(requestId);
    };
  }

  private static Decision<AccessEvent> grant(GrantAccess grant, AccessState state) {
    Instant from = grant.from().filter(grant.at()::isBefore).orElse(grant.at());
    return refusal(grant.dossier(), grant.grantee(), state)
        .or(() -> periodFault(from, grant.until()))
        .<Decision<AccessEvent>>map(Decision::refused)
        .orElseGet(
            () ->
                Decision.accepted(
                    new AccessGranted(
                        grant.grantId(), grant.grantee(), from, grant.until(), grant.note())));
  }

  private static Decision<AccessEvent> renew(RenewGrant renewal, AccessState state) {
    Optional<Given> old = Optional.ofNullable(state.grants().get(renewal.renewed()));
    if (old.isEmpty()) {
      return Decision.refused(NO_SUCH_GRANT);
    }
    Grantee grantee = old.get().grantee();
    List<Given> live =
        state.grants().values().stream()
            .filter(given -> given.grantee().equals(grantee) && given.isLiveAt(renewal.at()))
            .toList();
    Optional<AccessRefusal> refusal = refusal(renewal.dossier(), grantee, state);
    if (refusal.isEmpty() && live.stream().anyMatch(given -> given.until().isEmpty())) {
      return Decision.refused(GRANT_WITHOUT_END);
    }
    Instant from =
        live.stream()
            .flatMap(given -> given.until().stream())
            .max(Comparator.naturalOrder())
            .orElse(renewal.at());
    return refusal
        .or(() -> periodFault(from, renewal.until()))
        .<Decision<AccessEvent>>map(Decision::refused)
        .orElseGet(
            () ->
                Decision.accepted(
                    new AccessGranted(
                        renewal.grantId(),
                        grantee,
                        from,
                        renewal.until(),
                        Optional.empty(),
                        Optional.of(new Origin(Origin.Kind.RENEWAL, renewal.renewed())))));
  }

  private static Optional<AccessRefusal> refusal(
      State dossier, Grantee grantee, AccessState state) {
    if (dossier == State.CLOSED) {
      return Optional.of(DOSSIER_CLOSED);
    }
    // A grant to somebody blocked would promise what the block forbids.
    return grantee.kind() == Grantee.Kind.PROFESSIONAL && state.blocked().contains(grantee.id())
        ? Optional.of(PROFESSIONAL_BLOCKED)
        : Optional.empty();
  }

  private static Optional<AccessRefusal> periodFault(Instant from, Optional<Instant> until) {
    return from.isBefore(until.orElse(LATEST)) && until.filter(LATEST::isBefore).isEmpty()
        ? Optional.empty()
        : Optional.of(PERIOD_INVALID);
  }

  /**
   * A second grant to the same one must not keep alive what the patient ended. One that had ended
   * already stays as it is, and ends nothing: what was granted since is another matter.
   */
  private static Decision<AccessEvent> revoke(RevokeGrant revocation, AccessState state) {
    Optional<Given> revoked = Optional.ofNullable(state.grants().get(revocation.grantId()));
    if (revoked.isEmpty()) {
      return Decision.refused(NO_SUCH_GRANT);
    }
    if (!revoked.get().isLiveAt(revocation.at())) {
      return Decision.accepted();
    }
    return new Decision.Accepted<>(
        state.grants().entrySet().stream()
            .filter(grant -> grant.getValue().grantee().equals(revoked.get().grantee()))
            .filter(grant -> grant.getValue().isLiveAt(revocation.at()))
            .map(Map.Entry::getKey)
            .sorted()
            .<AccessEvent>map(GrantRevoked::new)
            .toList());
  }

  private static Decision<AccessEvent> block(NationalId professional, AccessState state) {
    if (state.blocked().contains(professional)) {
      return Decision.accepted();
    }
    ProfessionalBlocked blocked = new ProfessionalBlocked(professional);
    return hasOrIsAsked(professional, state)
        ? Decision.accepted(blocked, new TreatingPhysicianEnded(professional, Cause.BLOCKED))
        : Decision.accepted(blocked);
  }

  private static boolean hasOrIsAsked(NationalId professional, AccessState state) {
    return state.treatingPhysicians().containsKey(professional)
        || state.proposed().contains(professional);
  }

  private static Decision<AccessEvent> name(NameTreatingPhysician naming, AccessState state) {
    if (naming.dossier() == State.CLOSED) {
      return Decision.refused(DOSSIER_CLOSED);
    }
    if (state.blocked().contains(naming.professional())) {
      return Decision.refused(PROFESSIONAL_BLOCKED);
    }
    return unless(
        state.proposed().contains(naming.professional())
            || state.treatingPhysicians().get(naming.professional()) == Title.MEDECIN_TRAITANT,
        new TreatingPhysicianProposed(naming.professional()));
  }

  /** Whoever was not asked, or is blocked, is told what somebody is who asks of no dossier. */
  private static Decision<AccessEvent> accept(
      AcceptTreatingPhysician acceptance, AccessState state) {
    NationalId professional = acceptance.professional();
    if (acceptance.dossier() == State.CLOSED) {
      return Decision.refused(NO_STANDING);
    }
    if (state.treatingPhysicians().get(professional) == Title.MEDECIN_TRAITANT) {
      return Decision.accepted();
    }
    return state.proposed().contains(professional)
        ? Decision.accepted(new TreatingPhysicianNamed(professional))
        : Decision.refused(NO_STANDING);
  }

  private static Decision<AccessEvent> give(GiveSameRight giving, AccessState state) {
    if (giving.dossier() == State.CLOSED) {
      return Decision.refused(DOSSIER_CLOSED);
    }
    if (state.blocked().contains(giving.professional())) {
      return Decision.refused(PROFESSIONAL_BLOCKED);
    }
    return unless(
        state.treatingPhysicians().containsKey(giving.professional()),
        new TreatingPhysicianNamed(giving.professional(), Optional.of(Title.SAME_RIGHT)));
  }

  /** Single use, in time, and not by somebody blocked; whichever it is, the answer is the same. */
  private static Decision<AccessEvent> use(UseVisitCode use, AccessState state) {
    boolean good =
        use.dossier() == State.OPEN
            && !state.blocked().contains(use.professional())
            && state
                .visitCode()
                .filter(code -> code.codeId().equals(use.codeId()))
                .filter(code -> !code.used() && use.at().isBefore(code.expiresAt()))
                .isPresent();
    return good
        ? Decision.accepted(
            new AccessGranted(
                use.grantId(),
                new Grantee(Grantee.Kind.PROFESSIONAL, use.professional()),
                use.at(),
                Optional.of(use.at().plus(VISIT)),
                Optional.empty(),
                Optional.of(new Origin(Origin.Kind.VISIT_CODE, use.codeId()))))
        : Decision.refused(CODE_NOT_VALID);
  }

  /** Never refused: who asks must not learn whether there is anybody to be asked. */
  private static Decision<AccessEvent> ask(AskForAccess asking, AccessState state) {
    return unless(
        asking.dossier() == State.CLOSED
            || state.blocked().contains(asking.professional())
            || state.requests().containsKey(asking.requestId()),
        new AccessRequested(asking.requestId(), asking.professional()));
  }

  private static Decision<AccessEvent> accept(AcceptRequest acceptance, AccessState state) {
    Optional<NationalId> professional =
        Optional.ofNullable(state.requests().get(acceptance.requestId()));
    if (professional.isEmpty()) {
      return Decision.refused(NO_SUCH_REQUEST);
    }
    Grantee grantee = new Grantee(Grantee.Kind.PROFESSIONAL, professional.get());
    return refusal(acceptance.dossier(), grantee, state)
        .or(() -> periodFault(acceptance.at(), acceptance.until()))
        .<Decision<AccessEvent>>map(Decision::refused)
        .orElseGet(
            () ->
                Decision.accepted(
                    new AccessGranted(
                        acceptance.grantId(),
                        grantee,
                        acceptance.at(),
                        acceptance.until(),
                        Optional.empty(),
                        Optional.of(new Origin(Origin.Kind.REQUEST, acceptance.requestId())))));
  }

  private static Decision<AccessEvent> unless(boolean alreadySo, AccessEvent event) {
    return alreadySo ? Decision.accepted() : Decision.accepted(event);
  }
}
