package fr.carnet.access.deciding;

import fr.carnet.events.access.Grantee;
import fr.carnet.events.dossier.DossierRegistered;
import fr.carnet.events.dossier.Representative;
import fr.carnet.events.identity.PatientRef;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * All that a decision looks at, read at one instant.
 *
 * @param at the database's clock when the facts were read
 * @param dossier absent: there is no such dossier
 * @param stopped whether something of its streams is parked: what is known may be out of date
 * @param accessVersion version of the access stream's head; 0: no event yet
 * @param representation by which the one who asks legally acts for the owner, the one that lasts
 *     longest
 * @param blocked whether the patient blocked the one who asks
 * @param treatingPhysician whether the one who asks is a médecin traitant
 * @param grants that were ever given to the one who asks or to the structure that they act in
 */
public record DecisionFacts(
    Instant at,
    Optional<Dossier> dossier,
    boolean stopped,
    long accessVersion,
    Optional<Representation> representation,
    boolean blocked,
    boolean treatingPhysician,
    boolean breakGlassOpposed,
    boolean regulationOpposed,
    List<Grant> grants) {
  public DecisionFacts {
    grants = List.copyOf(grants);
  }

  /** The same of somebody who acts for the owner. */
  DecisionFacts representedBy(Representation acting) {
    return new DecisionFacts(
        at,
        dossier,
        stopped,
        accessVersion,
        Optional.of(acting),
        blocked,
        treatingPhysician,
        breakGlassOpposed,
        regulationOpposed,
        grants);
  }

  /** Whose dossier it is, and where it is in its life. */
  public record Dossier(List<PatientRef> patientRefs, DossierRegistered.State state) {
    public Dossier {
      patientRefs = List.copyOf(patientRefs);
    }
  }

  /**
   * Acting for the owner.
   *
   * @param from inclusive
   * @param until exclusive; of a minor, majority at 00:00 Europe/Paris
   * @param kind absent where it was not noted then
   */
  public record Representation(
      UUID id, Instant from, Optional<Instant> until, Optional<Representative.Kind> kind) {
    boolean isInForceAt(Instant instant) {
      return !from.isAfter(instant) && until.map(instant::isBefore).orElse(true);
    }
  }

  /**
   * A grant, whether or not it holds.
   *
   * @param from inclusive
   * @param until exclusive
   */
  public record Grant(
      UUID id, Grantee grantee, Instant from, Optional<Instant> until, boolean revoked) {
    boolean isInForceAt(Instant instant) {
      return !revoked && !from.isAfter(instant) && until.map(instant::isBefore).orElse(true);
    }
  }
}
