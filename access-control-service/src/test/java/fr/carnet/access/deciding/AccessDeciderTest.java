package fr.carnet.access.deciding;

import fr.carnet.access.deciding.AccessCommand.BlockProfessional;
import fr.carnet.access.deciding.AccessCommand.EndTreatingPhysician;
import fr.carnet.access.deciding.AccessCommand.GrantAccess;
import fr.carnet.access.deciding.AccessCommand.NameTreatingPhysician;
import fr.carnet.access.deciding.AccessCommand.RecordEmergencyWish;
import fr.carnet.access.deciding.AccessCommand.RevokeGrant;
import fr.carnet.access.deciding.AccessCommand.UnblockProfessional;
import fr.carnet.events.access.AccessEvent;
import fr.carnet.events.access.AccessGranted;
import fr.carnet.events.access.EmergencyWishRecorded;
import fr.carnet.events.access.EmergencyWishRecorded.Wish;
import fr.carnet.events.access.GrantRevoked;
import fr.carnet.events.access.Grantee;
import fr.carnet.events.access.ProfessionalBlocked;
import fr.carnet.events.access.ProfessionalUnblocked;
import fr.carnet.events.access.TreatingPhysicianEnded;
import fr.carnet.events.access.TreatingPhysicianEnded.Cause;
import fr.carnet.events.access.TreatingPhysicianNamed;
import fr.carnet.events.dossier.DossierRegistered.State;
import fr.carnet.events.identity.NationalId;
import fr.carnet.testkit.GivenWhenThen;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class AccessDeciderTest {
  private static final UUID GRANT = UUID.fromString("0192f0c1-0000-7000-8000-000000000001");
  private static final UUID GRANT_2 = UUID.fromString("0192f0c1-0000-7000-8000-000000000002");
  private static final NationalId DOCTOR = new NationalId("899700024450");
  private static final NationalId HOSPITAL = new NationalId("3750100125");
  private static final Grantee TO_DOCTOR = new Grantee(Grantee.Kind.PROFESSIONAL, DOCTOR);
  private static final Grantee TO_HOSPITAL = new Grantee(Grantee.Kind.STRUCTURE, HOSPITAL);
  private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
  private static final Instant LATER = NOW.plus(Duration.ofDays(30));
  private static final AccessGranted GRANTED = granted(GRANT, NOW, Optional.empty());

  private final GivenWhenThen<AccessState, AccessEvent> access =
      new GivenWhenThen<>(AccessState.INITIAL, AccessDecider::evolve);

  private GivenWhenThen<AccessState, AccessEvent>.Then when(
      AccessCommand command, AccessEvent... given) {
    return access.given(given).when(state -> AccessDecider.decide(command, state));
  }

  private static AccessGranted granted(UUID id, Instant from, Optional<Instant> until) {
    return new AccessGranted(id, TO_DOCTOR, from, until, Optional.empty());
  }

  private static GrantAccess grant(
      UUID id, Grantee grantee, State dossier, Optional<Instant> from, Optional<Instant> until) {
    return new GrantAccess(id, grantee, dossier, NOW, from, until, Optional.empty());
  }

  private static GrantAccess grant(Optional<Instant> from, Optional<Instant> until) {
    return grant(GRANT, TO_DOCTOR, State.OPEN, from, until);
  }

  @Test
  void a_grant_begins_now_and_lasts_until_revoked_unless_it_says_otherwise() {
    when(grant(Optional.empty(), Optional.empty())).then(GRANTED);
    when(grant(Optional.of(LATER), Optional.empty())).then(granted(GRANT, LATER, Optional.empty()));
    when(grant(Optional.empty(), Optional.of(LATER))).then(granted(GRANT, NOW, Optional.of(LATER)));
  }

  @Test
  void a_grant_does_not_reach_back() {
    when(grant(Optional.of(NOW.minusSeconds(60)), Optional.empty())).then(GRANTED);
  }

  @Test
  void a_grant_ends_after_it_begins() {
    when(grant(Optional.of(LATER), Optional.of(LATER))).thenRefused(AccessRefusal.PERIOD_INVALID);
    when(grant(Optional.of(LATER), Optional.of(LATER.minusSeconds(1))))
        .thenRefused(AccessRefusal.PERIOD_INVALID);
    when(grant(Optional.empty(), Optional.of(NOW))).thenRefused(AccessRefusal.PERIOD_INVALID);
    when(grant(Optional.of(NOW.minusSeconds(60)), Optional.of(NOW.minusSeconds(30))))
        .thenRefused(AccessRefusal.PERIOD_INVALID);
    when(grant(Optional.empty(), Optional.of(Instant.parse("2200-01-01T00:00:01Z"))))
        .thenRefused(AccessRefusal.PERIOD_INVALID);
    when(grant(Optional.of(Instant.parse("2200-01-01T00:00:00Z")), Optional.empty()))
        .thenRefused(AccessRefusal.PERIOD_INVALID);
  }

  @Test
  void a_closed_dossier_takes_nobody_new() {
    when(grant(GRANT, TO_DOCTOR, State.CLOSED, Optional.empty(), Optional.empty()))
        .thenRefused(AccessRefusal.DOSSIER_CLOSED);
    when(new NameTreatingPhysician(DOCTOR, State.CLOSED)).thenRefused(AccessRefusal.DOSSIER_CLOSED);
  }

  @Test
  void granting_again_adds_a_grant_and_leaves_the_old_one() {
    when(grant(GRANT_2, TO_DOCTOR, State.OPEN, Optional.empty(), Optional.empty()), GRANTED)
        .then(granted(GRANT_2, NOW, Optional.empty()));
    when(
            grant(GRANT_2, TO_DOCTOR, State.OPEN, Optional.empty(), Optional.empty()),
            GRANTED,
            new GrantRevoked(GRANT))
        .then(granted(GRANT_2, NOW, Optional.empty()));
  }

  @Test
  void somebody_blocked_is_not_granted_anything_but_their_structure_may_be() {
    when(grant(Optional.empty(), Optional.empty()), new ProfessionalBlocked(DOCTOR))
        .thenRefused(AccessRefusal.PROFESSIONAL_BLOCKED);
    when(new NameTreatingPhysician(DOCTOR, State.OPEN), new ProfessionalBlocked(DOCTOR))
        .thenRefused(AccessRefusal.PROFESSIONAL_BLOCKED);
    when(
            grant(GRANT, TO_HOSPITAL, State.OPEN, Optional.empty(), Optional.empty()),
            new ProfessionalBlocked(DOCTOR))
        .then(new AccessGranted(GRANT, TO_HOSPITAL, NOW, Optional.empty(), Optional.empty()));
    when(
            grant(Optional.empty(), Optional.empty()),
            new ProfessionalBlocked(DOCTOR),
            new ProfessionalUnblocked(DOCTOR))
        .then(GRANTED);
  }

  @Test
  void a_grant_is_revoked_once() {
    when(new RevokeGrant(GRANT), GRANTED).then(new GrantRevoked(GRANT));
    when(new RevokeGrant(GRANT), GRANTED, new GrantRevoked(GRANT)).thenNothing();
    when(new RevokeGrant(GRANT_2), GRANTED).thenRefused(AccessRefusal.NO_SUCH_GRANT);
  }

  @Test
  void a_block_leaves_grants_as_they_are_and_ends_the_treating_physician() {
    when(new BlockProfessional(DOCTOR)).then(new ProfessionalBlocked(DOCTOR));
    when(new BlockProfessional(DOCTOR), GRANTED).then(new ProfessionalBlocked(DOCTOR));
    when(new BlockProfessional(DOCTOR), new TreatingPhysicianNamed(DOCTOR))
        .then(new ProfessionalBlocked(DOCTOR), new TreatingPhysicianEnded(DOCTOR, Cause.BLOCKED));
    when(new BlockProfessional(DOCTOR), new ProfessionalBlocked(DOCTOR)).thenNothing();
  }

  @Test
  void a_bar_is_lifted_once() {
    when(new UnblockProfessional(DOCTOR), new ProfessionalBlocked(DOCTOR))
        .then(new ProfessionalUnblocked(DOCTOR));
    when(new UnblockProfessional(DOCTOR)).thenNothing();
    when(
            new UnblockProfessional(DOCTOR),
            new ProfessionalBlocked(DOCTOR),
            new ProfessionalUnblocked(DOCTOR))
        .thenNothing();
  }

  @Test
  void several_treating_physicians_are_named_and_end_each_on_their_own() {
    NationalId other = new NationalId("899700031018");
    when(new NameTreatingPhysician(DOCTOR, State.OPEN)).then(new TreatingPhysicianNamed(DOCTOR));
    when(new NameTreatingPhysician(other, State.OPEN), new TreatingPhysicianNamed(DOCTOR))
        .then(new TreatingPhysicianNamed(other));
    when(new NameTreatingPhysician(DOCTOR, State.OPEN), new TreatingPhysicianNamed(DOCTOR))
        .thenNothing();
    when(new EndTreatingPhysician(DOCTOR), new TreatingPhysicianNamed(DOCTOR))
        .then(new TreatingPhysicianEnded(DOCTOR, Cause.BY_PATIENT));
    when(new EndTreatingPhysician(other), new TreatingPhysicianNamed(DOCTOR)).thenNothing();
  }

  @Test
  void a_wish_is_recorded_when_it_is_said_first_and_when_it_changes() {
    EmergencyWishRecorded opposed = new EmergencyWishRecorded(Wish.BREAK_GLASS, true);
    EmergencyWishRecorded allowed = new EmergencyWishRecorded(Wish.BREAK_GLASS, false);
    when(new RecordEmergencyWish(Wish.BREAK_GLASS, true)).then(opposed);
    when(new RecordEmergencyWish(Wish.BREAK_GLASS, false)).then(allowed);
    when(new RecordEmergencyWish(Wish.BREAK_GLASS, true), opposed).thenNothing();
    when(new RecordEmergencyWish(Wish.BREAK_GLASS, false), opposed).then(allowed);
    when(new RecordEmergencyWish(Wish.MEDICAL_REGULATION, true), opposed)
        .then(new EmergencyWishRecorded(Wish.MEDICAL_REGULATION, true));
  }
}
