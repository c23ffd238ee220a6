package fr.carnet.access.deciding;

import fr.carnet.events.Sealed;
import fr.carnet.events.access.EmergencyWishRecorded.Wish;
import fr.carnet.events.access.Grantee;
import fr.carnet.events.dossier.DossierRegistered;
import fr.carnet.events.identity.NationalId;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** What a patient can ask for about who may see their dossier. */
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

  /** End a grant before its time. */
  record RevokeGrant(UUID grantId) implements AccessCommand {}

  /** Bar a professional, whatever else was granted. */
  record BlockProfessional(NationalId professional) implements AccessCommand {}

  /** Lift the bar. */
  record UnblockProfessional(NationalId professional) implements AccessCommand {}

  /** Make a doctor a médecin traitant; there may be several. */
  record NameTreatingPhysician(NationalId professional, DossierRegistered.State dossier)
      implements AccessCommand {}

  /** End that status. */
  record EndTreatingPhysician(NationalId professional) implements AccessCommand {}

  /** Oppose, or allow, what is done in an emergency. */
  record RecordEmergencyWish(Wish wish, boolean opposed) implements AccessCommand {}
}
