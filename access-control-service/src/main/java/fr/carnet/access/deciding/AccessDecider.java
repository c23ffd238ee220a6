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
import fr.carnet.access.deciding.AccessState.Of;
import fr.carnet.access.deciding.AccessState.VisitCode;
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
import java.util.Set;
import java.util.UUID;

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

  /** Decides what the patient, who decides for an adult, or a professional asks for. */
  public static Decision<AccessEvent> decide(AccessCommand command, AccessState state) {
    return decide(command, Optional.empty(), state);
  }

  /**
   * Decides.
   *
   * @param by who acts for a minor and asks: everything is decided on what they know of, so that no
   *     answer tells them what the minor said (ADR 21). What they say is recorded though they said
   *     it before: the minor may have undone it since. Absent: who knows all
   */
  public static Decision<AccessEvent> decide(
      AccessCommand command, Optional<UUID> by, AccessState state) {
    AccessState known = state.seenBy(Part.of(by));
    return switch (command) {
      case GrantAccess grant -> grant(grant, by, known);
      case RenewGrant renewal -> renew(renewal, by, known);
      case RevokeGrant revocation -> revoke(revocation, by, known);
      case BlockProfessional(var professional) -> block(professional, by, known);
      case UnblockProfessional(var professional) ->
          unless(!known.isBlocked(professional), new ProfessionalUnblocked(professional, by));
      case NameTreatingPhysician naming -> name(naming, by, known);
      case AcceptTreatingPhysician acceptance -> accept(acceptance, known);
      case GiveSameRight giving -> give(giving, by, known);
      case EndTreatingPhysician(var professional) ->
          unless(
              !hasOrIsAsked(professional, known),
              new TreatingPhysicianEnded(professional, Cause.BY_PATIENT, by));
      case IssueVisitCode(var codeId, var dossier, var at) ->
          dossier == State.CLOSED
              ? Decision.refused(DOSSIER_CLOSED)
              : Decision.accepted(new VisitCodeIssued(codeId, at.plus(CODE), by));
      case UseVisitCode use -> use(use, known);
      case AskForAccess asking -> ask(asking, known);
      case AcceptRequest acceptance -> accept(acceptance, by, known);
      case DeclineRequest(var requestId) ->
          known.requests().containsKey(requestId)
              ? Decision.accepted(new AccessRequestDeclined(requestId, by))
              : Decision.refused(NO_SUCH_REQUEST);
      case RecordEmergencyWish(var wish, var opposed, var reopenings) -> {
        EmergencyWishRecorded said = new EmergencyWishRecorded(wish, opposed, reopenings, by);
        yield unless(by.isEmpty() && said.equals(known.wishes().get(wish)), said);
      }
    };
  }

  /** The state after one more event, and what who acts for a minor knows of it. */
  public static AccessState evolve(AccessState state, AccessEvent event) {
    return said(state, event).withSeen(event);
  }

  /** The state after one more event, whoever knows of it. */
  static AccessState said(AccessState state, AccessEvent event) {
    return switch (event) {
      case AccessGranted granted -> state.withGrant(granted);
      case GrantRevoked revoked -> state.withRevoked(revoked.grantId());
      case ProfessionalBlocked blocked -> state.withBlocked(blocked);
      case ProfessionalUnblocked lifted -> state.withoutBlocked(lifted);
      case TreatingPhysicianProposed proposed -> state.withProposed(proposed);
      case TreatingPhysicianNamed named -> state.withTreatingPhysician(named);
      case TreatingPhysicianEnded ended -> state.withoutTreatingPhysician(ended);
      case EmergencyWishRecorded wish -> state.withWish(wish);
      case VisitCodeIssued issued -> state.withVisitCode(issued);
      case AccessRequested asked -> state.withRequest(asked);
      case AccessRequestDeclined declined -> state.withoutRequest(declined.requestId());
    };
  }

  private static Decision<AccessEvent> grant(
      GrantAccess grant, Optional<UUID> by, AccessState state) {
    Instant from = grant.from().filter(grant.at()::isBefore).orElse(grant.at());
    return refusal(grant.dossier(), grant.grantee(), state)
        .or(() -> periodFault(from, grant.until()))
        .<Decision<AccessEvent>>map(Decision::refused)
        .orElseGet(
            () ->
                Decision.accepted(
                    new AccessGranted(
                        grant.grantId(),
                        grant.grantee(),
                        from,
                        grant.until(),
                        grant.note(),
                        Optional.empty(),
                        by)));
  }

  private static Decision<AccessEvent> renew(
      RenewGrant renewal, Optional<UUID> by, AccessState state) {
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
                        Optional.of(new Origin(Origin.Kind.RENEWAL, renewal.renewed())),
                        by)));
  }

  private static Optional<AccessRefusal> refusal(
      State dossier, Grantee grantee, AccessState state) {
    if (dossier == State.CLOSED) {
      return Optional.of(DOSSIER_CLOSED);
    }
    // A grant to somebody blocked would promise what the block forbids.
    return grantee.kind() == Grantee.Kind.PROFESSIONAL && state.isBlocked(grantee.id())
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
  private static Decision<AccessEvent> revoke(
      RevokeGrant revocation, Optional<UUID> by, AccessState state) {
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
            .<AccessEvent>map(grantId -> new GrantRevoked(grantId, by))
            .toList());
  }

  private static Decision<AccessEvent> block(
      NationalId professional, Optional<UUID> by, AccessState state) {
    if (by.isEmpty() && state.blocks().contains(new Of(professional, Part.PATIENT))) {
      return Decision.accepted();
    }
    ProfessionalBlocked blocked = new ProfessionalBlocked(professional, by);
    return hasOrIsAsked(professional, state)
        ? Decision.accepted(blocked, new TreatingPhysicianEnded(professional, Cause.BLOCKED, by))
        : Decision.accepted(blocked);
  }

  private static boolean hasOrIsAsked(NationalId professional, AccessState state) {
    return state.isTreating(professional) || state.isProposed(professional);
  }

  /** What the other part said of the same doctor is theirs to take back: each says its own. */
  private static Decision<AccessEvent> name(
      NameTreatingPhysician naming, Optional<UUID> by, AccessState state) {
    if (naming.dossier() == State.CLOSED) {
      return Decision.refused(DOSSIER_CLOSED);
    }
    if (state.isBlocked(naming.professional())) {
      return Decision.refused(PROFESSIONAL_BLOCKED);
    }
    Of said = new Of(naming.professional(), Part.PATIENT);
    return unless(
        by.isEmpty()
            && (state.proposed().containsKey(said)
                || state.treatingPhysicians().get(said) == Title.MEDECIN_TRAITANT),
        new TreatingPhysicianProposed(naming.professional(), by));
  }

  /**
   * Whoever was not asked, or is blocked, is told what somebody is who asks of no dossier. Who was
   * asked by a representation that is over accepts nothing any more.
   */
  private static Decision<AccessEvent> accept(
      AcceptTreatingPhysician acceptance, AccessState state) {
    NationalId professional = acceptance.professional();
    if (acceptance.dossier() == State.CLOSED || state.isBlocked(professional)) {
      return Decision.refused(NO_STANDING);
    }
    if (state.proposed().entrySet().stream()
        .filter(asked -> asked.getKey().professional().equals(professional))
        .anyMatch(asked -> holds(asked.getValue(), acceptance.inForce()))) {
      return Decision.accepted(new TreatingPhysicianNamed(professional));
    }
    return state.treatingPhysicians().entrySet().stream()
            .anyMatch(
                treating ->
                    treating.getKey().professional().equals(professional)
                        && treating.getValue() == Title.MEDECIN_TRAITANT)
        ? Decision.accepted()
        : Decision.refused(NO_STANDING);
  }

  private static Decision<AccessEvent> give(
      GiveSameRight giving, Optional<UUID> by, AccessState state) {
    if (giving.dossier() == State.CLOSED) {
      return Decision.refused(DOSSIER_CLOSED);
    }
    if (state.isBlocked(giving.professional())) {
      return Decision.refused(PROFESSIONAL_BLOCKED);
    }
    return unless(
        by.isEmpty()
            && state.treatingPhysicians().containsKey(new Of(giving.professional(), Part.PATIENT)),
        new TreatingPhysicianNamed(giving.professional(), Optional.of(Title.SAME_RIGHT), by));
  }

  /** Single use, in time, and not by somebody blocked; whichever it is, the answer is the same. */
  private static Decision<AccessEvent> use(UseVisitCode use, AccessState state) {
    Optional<VisitCode> good =
        state.visitCodes().values().stream()
            .filter(code -> code.codeId().equals(use.codeId()))
            .filter(code -> holds(code.representationId(), use.inForce()))
            .filter(code -> !code.used() && use.at().isBefore(code.expiresAt()))
            .filter(_ -> use.dossier() == State.OPEN && !state.isBlocked(use.professional()))
            .findFirst();
    return good.<Decision<AccessEvent>>map(
            code ->
                Decision.accepted(
                    new AccessGranted(
                        use.grantId(),
                        new Grantee(Grantee.Kind.PROFESSIONAL, use.professional()),
                        use.at(),
                        Optional.of(use.at().plus(VISIT)),
                        Optional.empty(),
                        Optional.of(new Origin(Origin.Kind.VISIT_CODE, use.codeId())),
                        code.representationId())))
        .orElseGet(() -> Decision.refused(CODE_NOT_VALID));
  }

  /** Whether who said it may still decide: the patient always, others while they act. */
  private static boolean holds(Optional<UUID> by, Set<UUID> inForce) {
    return by.map(inForce::contains).orElse(true);
  }

  /**
   * Never refused: who asks must not learn whether there is anybody to be asked. Who acts for a
   * minor is asked also by somebody whom the minor shut out, that no request came would tell it;
   * and by nobody whom they shut out themselves, though the minor may have lifted that.
   */
  private static Decision<AccessEvent> ask(AskForAccess asking, AccessState state) {
    AccessState others = state.seenBy(Part.REPRESENTATIVES);
    boolean toOthers = asking.toRepresentatives() && !others.isBlocked(asking.professional());
    boolean patientIsDone =
        state.isBlocked(asking.professional()) || state.requests().containsKey(asking.requestId());
    boolean othersAreDone = !toOthers || others.requests().containsKey(asking.requestId());
    return unless(
        asking.dossier() == State.CLOSED || (patientIsDone && othersAreDone),
        new AccessRequested(asking.requestId(), asking.professional(), toOthers));
  }

  private static Decision<AccessEvent> accept(
      AcceptRequest acceptance, Optional<UUID> by, AccessState state) {
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
                        Optional.of(new Origin(Origin.Kind.REQUEST, acceptance.requestId())),
                        by)));
  }

  private static Decision<AccessEvent> unless(boolean alreadySo, AccessEvent event) {
    return alreadySo ? Decision.accepted() : Decision.accepted(event);
  }
}
