package fr.carnet.access.deciding;

import static fr.carnet.access.deciding.AccessRefusal.DOSSIER_CLOSED;
import static fr.carnet.access.deciding.AccessRefusal.NO_SUCH_GRANT;
import static fr.carnet.access.deciding.AccessRefusal.PERIOD_INVALID;
import static fr.carnet.access.deciding.AccessRefusal.PROFESSIONAL_BLOCKED;

import fr.carnet.access.deciding.AccessCommand.BlockProfessional;
import fr.carnet.access.deciding.AccessCommand.EndTreatingPhysician;
import fr.carnet.access.deciding.AccessCommand.GrantAccess;
import fr.carnet.access.deciding.AccessCommand.NameTreatingPhysician;
import fr.carnet.access.deciding.AccessCommand.RecordEmergencyWish;
import fr.carnet.access.deciding.AccessCommand.RevokeGrant;
import fr.carnet.access.deciding.AccessCommand.UnblockProfessional;
import fr.carnet.events.Decision;
import fr.carnet.events.access.AccessEvent;
import fr.carnet.events.access.AccessGranted;
import fr.carnet.events.access.EmergencyWishRecorded;
import fr.carnet.events.access.GrantRevoked;
import fr.carnet.events.access.Grantee;
import fr.carnet.events.access.ProfessionalBlocked;
import fr.carnet.events.access.ProfessionalUnblocked;
import fr.carnet.events.access.TreatingPhysicianEnded;
import fr.carnet.events.access.TreatingPhysicianEnded.Cause;
import fr.carnet.events.access.TreatingPhysicianNamed;
import fr.carnet.events.dossier.DossierRegistered.State;
import java.time.Instant;
import java.util.Optional;

/**
 * What follows from a patient's command about access. A command that asks for what already is gives
 * no event. A closed dossier takes nobody new; taking rights away always works.
 */
public final class AccessDecider {
  /** Later ends are slips of the pen. */
  private static final Instant LATEST = Instant.parse("2200-01-01T00:00:00Z");

  private AccessDecider() {}

  /** Decides. */
  public static Decision<AccessEvent> decide(AccessCommand command, AccessState state) {
    return switch (command) {
      case GrantAccess grant -> grant(grant, state);
      case RevokeGrant(var grantId) ->
          Optional.ofNullable(state.revokedByGrant().get(grantId))
              .map(revoked -> unless(revoked, new GrantRevoked(grantId)))
              .orElse(Decision.refused(NO_SUCH_GRANT));
      case BlockProfessional block -> block(block, state);
      case UnblockProfessional(var professional) ->
          unless(!state.blocked().contains(professional), new ProfessionalUnblocked(professional));
      case NameTreatingPhysician naming -> name(naming, state);
      case EndTreatingPhysician(var professional) ->
          unless(
              !state.treatingPhysicians().contains(professional),
              new TreatingPhysicianEnded(professional, Cause.BY_PATIENT));
      case RecordEmergencyWish(var wish, var opposed) ->
          unless(
              Optional.ofNullable(state.opposedByWish().get(wish)).equals(Optional.of(opposed)),
              new EmergencyWishRecorded(wish, opposed));
    };
  }

  /** The state after one more event. */
  public static AccessState evolve(AccessState state, AccessEvent event) {
    return switch (event) {
      case AccessGranted granted -> state.withGrant(granted.grantId(), false);
      case GrantRevoked(var grantId) -> state.withGrant(grantId, true);
      case ProfessionalBlocked(var professional) -> state.withBlocked(professional);
      case ProfessionalUnblocked(var professional) -> state.withoutBlocked(professional);
      case TreatingPhysicianNamed(var professional) -> state.withTreatingPhysician(professional);
      case TreatingPhysicianEnded(var professional, _) ->
          state.withoutTreatingPhysician(professional);
      case EmergencyWishRecorded(var wish, var opposed) -> state.withWish(wish, opposed);
    };
  }

  private static Decision<AccessEvent> grant(GrantAccess grant, AccessState state) {
    if (grant.dossier() == State.CLOSED) {
      return Decision.refused(DOSSIER_CLOSED);
    }
    // A grant to somebody blocked would promise what the block forbids.
    if (grant.grantee().kind() == Grantee.Kind.PROFESSIONAL
        && state.blocked().contains(grant.grantee().id())) {
      return Decision.refused(PROFESSIONAL_BLOCKED);
    }
    Instant from = grant.from().filter(grant.at()::isBefore).orElse(grant.at());
    if (!from.isBefore(grant.until().orElse(LATEST))
        || grant.until().filter(LATEST::isBefore).isPresent()) {
      return Decision.refused(PERIOD_INVALID);
    }
    return Decision.accepted(
        new AccessGranted(grant.grantId(), grant.grantee(), from, grant.until(), grant.note()));
  }

  private static Decision<AccessEvent> block(BlockProfessional block, AccessState state) {
    if (state.blocked().contains(block.professional())) {
      return Decision.accepted();
    }
    ProfessionalBlocked blocked = new ProfessionalBlocked(block.professional());
    return state.treatingPhysicians().contains(block.professional())
        ? Decision.accepted(
            blocked, new TreatingPhysicianEnded(block.professional(), Cause.BLOCKED))
        : Decision.accepted(blocked);
  }

  private static Decision<AccessEvent> name(NameTreatingPhysician naming, AccessState state) {
    if (naming.dossier() == State.CLOSED) {
      return Decision.refused(DOSSIER_CLOSED);
    }
    if (state.blocked().contains(naming.professional())) {
      return Decision.refused(PROFESSIONAL_BLOCKED);
    }
    return unless(
        state.treatingPhysicians().contains(naming.professional()),
        new TreatingPhysicianNamed(naming.professional()));
  }

  private static Decision<AccessEvent> unless(boolean alreadySo, AccessEvent event) {
    return alreadySo ? Decision.accepted() : Decision.accepted(event);
  }
}
