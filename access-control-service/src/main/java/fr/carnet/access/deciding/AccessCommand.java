package fr.carnet.access.deciding;

import fr.carnet.events.Sealed;
import fr.carnet.events.access.EmergencyWishRecorded.Wish;
import fr.carnet.events.access.Grantee;
import fr.carnet.events.dossier.DossierRegistered;
import fr.carnet.events.identity.NationalId;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** What can be asked for about who may see a dossier, by the patient unless it says otherwise. */
public sealed interface AccessCommand {
  /**
   * Let a professional or a structure read.
   *
   * @param at the database's clock when it was asked
   * @param dossier what the dossier is at that moment
   * @param from inclusive; absent, or before {@code at}: from {@code at}, a grant never reaches
   *     back
   * @param until exclusive; absent: until revoked
   */
  record GrantAccess(
      UUID grantId,
      Grantee grantee,
      DossierRegistered.State dossier,
      Instant at,
      Optional<Instant> from,
      Optional<Instant> until,
      Optional<Sealed> note)
      implements AccessCommand {}

  /**
   * Let the same professional or structure read on. The old grant stays as it was; the new one
   * begins where the last one ends, or now.
   *
   * @param grantId of the new one
   * @param renewed the old one
   * @param at the database's clock when it was asked
   * @param until exclusive; absent: until revoked
   */
  record RenewGrant(
      UUID grantId,
      UUID renewed,
      DossierRegistered.State dossier,
      Instant at,
      Optional<Instant> until)
      implements AccessCommand {}

  /**
   * End the right that a grant gives before its time, and so every grant to the same one that has
   * not ended.
   *
   * @param at the database's clock when it was asked
   */
  record RevokeGrant(UUID grantId, Instant at) implements AccessCommand {}

  /**
   * Have a one-time code, to say in the consulting room; it voids the one before of the same part.
   *
   * @param at the database's clock when it was asked
   */
  record IssueVisitCode(UUID codeId, DossierRegistered.State dossier, Instant at)
      implements AccessCommand {}

  /**
   * A professional repeats the code that the patient said.
   *
   * @param grantId of the grant for the visit
   * @param codeId of the code that it is
   * @param at the database's clock when it was said
   * @param inForce representations that let somebody decide at that moment
   */
  record UseVisitCode(
      UUID grantId,
      UUID codeId,
      NationalId professional,
      DossierRegistered.State dossier,
      Instant at,
      Set<UUID> inForce)
      implements AccessCommand {
    public UseVisitCode {
      inForce = Set.copyOf(inForce);
    }
  }

  /**
   * A professional asks for access.
   *
   * @param toRepresentatives whether who acts for a minor is asked too
   */
  record AskForAccess(
      UUID requestId,
      NationalId professional,
      boolean toRepresentatives,
      DossierRegistered.State dossier)
      implements AccessCommand {}

  /**
   * Say yes to a request.
   *
   * @param at the database's clock when it was said
   * @param until exclusive; absent: until revoked
   */
  record AcceptRequest(
      UUID grantId,
      UUID requestId,
      DossierRegistered.State dossier,
      Instant at,
      Optional<Instant> until)
      implements AccessCommand {}

  /** Say no to a request. */
  record DeclineRequest(UUID requestId) implements AccessCommand {}

  /** Bar a professional, whatever else was granted. */
  record BlockProfessional(NationalId professional) implements AccessCommand {}

  /** Lift the bar. */
  record UnblockProfessional(NationalId professional) implements AccessCommand {}

  /** Ask a doctor to be a médecin traitant; there may be several. */
  record NameTreatingPhysician(NationalId professional, DossierRegistered.State dossier)
      implements AccessCommand {}

  /**
   * The doctor accepts to be a médecin traitant.
   *
   * @param inForce representations that let somebody decide at that moment
   */
  record AcceptTreatingPhysician(
      NationalId professional, DossierRegistered.State dossier, Set<UUID> inForce)
      implements AccessCommand {
    public AcceptTreatingPhysician {
      inForce = Set.copyOf(inForce);
    }
  }

  /** Give another doctor the same right, without the status and at once. */
  record GiveSameRight(NationalId professional, DossierRegistered.State dossier)
      implements AccessCommand {}

  /** End that status or right, or take back the asking. */
  record EndTreatingPhysician(NationalId professional) implements AccessCommand {}

  /**
   * Oppose, or allow, what is done in an emergency.
   *
   * @param reopenings how often the dossier was opened again: each time it is asked anew
   */
  record RecordEmergencyWish(Wish wish, boolean opposed, int reopenings) implements AccessCommand {}
}
