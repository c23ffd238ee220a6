package fr.carnet.dossier.deciding;

import fr.carnet.events.dossier.Channel;
import fr.carnet.events.dossier.ClosingReason;
import fr.carnet.events.dossier.DossierOpened;
import fr.carnet.events.dossier.ErasureCause;
import fr.carnet.events.dossier.InsRecorded;
import fr.carnet.events.dossier.ReleaseDecided;
import fr.carnet.events.dossier.ReleaseRequested;
import fr.carnet.events.dossier.RepresentationEnded;
import fr.carnet.events.dossier.RepresentativeRecorded;
import fr.carnet.events.trace.Actor;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** What can be asked of a dossier as a whole; instants are of the database's clock, UTC. */
public sealed interface DossierCommand {
  /**
   * Open it; everything that is personal in the event is sealed already.
   *
   * @param applicant the same in clear, to be checked and forgotten
   * @param rollout what holds at this instant; absent before its first step
   */
  record OpenDossier(
      DossierOpened opening, Applicant applicant, Optional<Rollout> rollout, Instant at)
      implements DossierCommand {}

  /** Close it. */
  record CloseDossier(ClosingReason reason, Actor.Role by, Instant at) implements DossierCommand {}

  /** Open it again, with what it held. */
  record ReopenDossier(Channel channel, String consentWording, Actor consentTakenBy, Instant at)
      implements DossierCommand {}

  /** Erase it, for ever. */
  record EraseDossier(ErasureCause cause) implements DossierCommand {}

  /**
   * Erase it, if time demands it.
   *
   * @param archiveEndsAt by the time of the last closing, for one that was recorded before its end
   *     was noted in it
   */
  record EraseWhenDue(Instant at, Optional<Instant> archiveEndsAt) implements DossierCommand {}

  /** The person has another INS now. */
  record RecordIns(InsRecorded ins) implements DossierCommand {}

  /** Somebody acts for the patient from now on. */
  record RecordRepresentative(RepresentativeRecorded representative) implements DossierCommand {}

  /** Somebody acts for the patient no longer. */
  record EndRepresentation(RepresentationEnded end) implements DossierCommand {}

  /** The patient wants everything destroyed. */
  record RequestErasure(Instant at) implements DossierCommand {}

  /** The patient does not want it any more. */
  record WithdrawErasure(Instant at) implements DossierCommand {}

  /** Heirs or a court ask for a release. */
  record RequestRelease(ReleaseRequested request) implements DossierCommand {}

  /** The privacy officer decides on it. */
  record DecideRelease(ReleaseDecided decision, Instant at) implements DossierCommand {}

  /** Somebody shows the secret of a release. */
  record UseRelease(UUID requestId, String secretHash, Instant at) implements DossierCommand {}
}
