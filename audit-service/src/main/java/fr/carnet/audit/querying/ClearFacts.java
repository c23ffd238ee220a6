package fr.carnet.audit.querying;

import com.fasterxml.jackson.annotation.JsonInclude;
import fr.carnet.events.Wire;
import fr.carnet.events.access.AccessEvent;
import fr.carnet.events.access.AccessGranted;
import fr.carnet.events.access.AccessRequestDeclined;
import fr.carnet.events.access.AccessRequested;
import fr.carnet.events.access.EmergencyWishRecorded;
import fr.carnet.events.access.GrantRevoked;
import fr.carnet.events.access.Grantee;
import fr.carnet.events.access.ProfessionalBlocked;
import fr.carnet.events.access.ProfessionalUnblocked;
import fr.carnet.events.access.TreatingPhysicianEnded;
import fr.carnet.events.access.TreatingPhysicianNamed;
import fr.carnet.events.access.TreatingPhysicianProposed;
import fr.carnet.events.access.VisitCodeIssued;
import fr.carnet.events.dossier.Channel;
import fr.carnet.events.dossier.ClosingReason;
import fr.carnet.events.dossier.DossierClosed;
import fr.carnet.events.dossier.DossierErased;
import fr.carnet.events.dossier.DossierEvent;
import fr.carnet.events.dossier.DossierOpened;
import fr.carnet.events.dossier.DossierReopened;
import fr.carnet.events.dossier.ErasureCause;
import fr.carnet.events.dossier.ErasureRequested;
import fr.carnet.events.dossier.ErasureWithdrawn;
import fr.carnet.events.dossier.InsRecorded;
import fr.carnet.events.dossier.ItemAdded;
import fr.carnet.events.dossier.ItemAnnounced;
import fr.carnet.events.dossier.ItemDeleted;
import fr.carnet.events.dossier.ItemReplaced;
import fr.carnet.events.dossier.MaskLifted;
import fr.carnet.events.dossier.MaskSet;
import fr.carnet.events.dossier.ReleaseDecided;
import fr.carnet.events.dossier.ReleaseRequested;
import fr.carnet.events.dossier.ReleaseUsed;
import fr.carnet.events.dossier.RepresentationEnded;
import fr.carnet.events.dossier.RepresentativeRecorded;
import fr.carnet.events.identity.NationalId;
import fr.carnet.events.trace.AccessTraced;
import fr.carnet.events.trace.Actor;
import fr.carnet.events.trace.PurposeOfUse;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What stands in clear in a fact. Each record names what it shows, so that a sealed part, or a part
 * that a later version adds, shows only once somebody has said so here.
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
sealed interface ClearFacts {
  /** Somebody read or was refused. */
  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  record Read(
      Actor actor,
      PurposeOfUse purpose,
      String action,
      AccessTraced.Outcome outcome,
      String rule,
      Optional<UUID> grantId,
      Optional<String> policyVersion,
      Optional<Long> accessVersion,
      int items,
      List<String> itemIds,
      Optional<Boolean> careRelation)
      implements ClearFacts {
    /** The same to its patient: of these items only, and without what it says of others. */
    Read toPatient(List<String> shown) {
      return new Read(
          actor,
          purpose,
          action,
          outcome,
          rule,
          grantId,
          policyVersion,
          accessVersion,
          shown.size(),
          shown,
          Optional.empty());
    }

    /** The same without what it tells of the decisions that it rests on. */
    Read withoutDecisions() {
      return new Read(
          actor,
          purpose,
          action,
          outcome,
          rule,
          Optional.empty(),
          policyVersion,
          Optional.empty(),
          items,
          itemIds,
          careRelation);
    }
  }

  /** The patient let somebody read. */
  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  record Granted(UUID grantId, Grantee grantee, Instant from, Optional<Instant> until)
      implements ClearFacts {}

  /** A grant ended before its time. */
  record Revoked(UUID grantId) implements ClearFacts {}

  /**
   * A professional was barred, or is no longer, or was asked to be or became a médecin traitant.
   */
  record OfProfessional(NationalId professional) implements ClearFacts {}

  /** A médecin traitant no longer is. */
  record TreatmentEnded(NationalId professional, TreatingPhysicianEnded.Cause cause)
      implements ClearFacts {}

  /** What is wanted in an emergency. */
  record Wish(EmergencyWishRecorded.Wish wish, boolean opposed) implements ClearFacts {}

  /** The patient asked for a one-time code. */
  record CodeIssued(UUID codeId, Instant expiresAt) implements ClearFacts {}

  /** A professional asked for access. */
  record RequestMade(UUID requestId, NationalId professional) implements ClearFacts {}

  /** The patient said no to it. */
  record RequestDeclined(UUID requestId) implements ClearFacts {}

  /** A dossier was opened, or opened again. */
  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  record Opened(Channel channel, String consentWording, Optional<Actor> consentTakenBy)
      implements ClearFacts {}

  /** A dossier was closed. */
  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  record Closed(ClosingReason reason, Optional<Instant> archiveEndsAt) implements ClearFacts {}

  /** What happened is all that may be said. */
  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  record Nothing() implements ClearFacts {}

  /** The patient asked that everything be destroyed. */
  record ErasureAsked(Instant carriedOutFrom, LocalDate deadline) implements ClearFacts {}

  /** Heirs or a court asked for a release. */
  record ReleaseAsked(UUID requestId, ReleaseRequested.Kind kind) implements ClearFacts {}

  /** A request for a release was decided; it was granted where it has an end. */
  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  record ReleaseAnswered(UUID requestId, ReleaseDecided.Reason reason, Optional<Instant> endsAt)
      implements ClearFacts {}

  /** A release was used. */
  record ReleaseTaken(UUID requestId) implements ClearFacts {}

  /** A dossier was erased. */
  record Erased(ErasureCause cause) implements ClearFacts {}

  /** Something was put into a dossier, replaced, taken back or announced. */
  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  record OfItem(UUID itemId, Optional<Actor> author) implements ClearFacts {}

  /** The patient hid something, or shows it again. */
  record OfMask(UUID maskId) implements ClearFacts {}

  /** The clear facts of a record; none when its type has none to show, or it cannot be read. */
  static Optional<ClearFacts> of(String type, byte[] value) {
    try {
      if (type.equals(AccessTraced.WIRE_NAME)) {
        return Optional.of(read(Wire.read(value, AccessTraced.class)));
      }
      if (type.startsWith("access.")) {
        return Optional.of(of(AccessEvent.read(type, value)));
      }
      if (type.startsWith("dossier.")) {
        return Optional.of(of(DossierEvent.read(type, value)));
      }
      return Optional.empty();
    } catch (Wire.UnreadableFact e) {
      return Optional.empty();
    }
  }

  private static ClearFacts read(AccessTraced traced) {
    return new Read(
        traced.actor(),
        traced.purpose(),
        traced.action(),
        traced.outcome(),
        traced.rule(),
        traced.grantId(),
        traced.policyVersion(),
        traced.accessVersion(),
        traced.itemIds().size(),
        traced.itemIds(),
        traced.careRelation());
  }

  private static ClearFacts of(AccessEvent event) {
    return switch (event) {
      case AccessGranted granted ->
          new Granted(granted.grantId(), granted.grantee(), granted.from(), granted.until());
      case GrantRevoked revoked -> new Revoked(revoked.grantId());
      case ProfessionalBlocked blocked -> new OfProfessional(blocked.professional());
      case ProfessionalUnblocked unblocked -> new OfProfessional(unblocked.professional());
      case TreatingPhysicianProposed proposed -> new OfProfessional(proposed.professional());
      case TreatingPhysicianNamed named -> new OfProfessional(named.professional());
      case TreatingPhysicianEnded ended -> new TreatmentEnded(ended.professional(), ended.cause());
      case EmergencyWishRecorded wish -> new Wish(wish.wish(), wish.opposed());
      case VisitCodeIssued issued -> new CodeIssued(issued.codeId(), issued.expiresAt());
      case AccessRequested asked -> new RequestMade(asked.requestId(), asked.professional());
      case AccessRequestDeclined declined -> new RequestDeclined(declined.requestId());
    };
  }

  private static ClearFacts of(DossierEvent event) {
    return switch (event) {
      case DossierOpened opened ->
          new Opened(opened.channel(), opened.consentWording(), opened.consentTakenBy());
      case DossierReopened reopened ->
          new Opened(reopened.channel(), reopened.consentWording(), reopened.consentTakenBy());
      case DossierClosed closed -> new Closed(closed.reason(), closed.archiveEndsAt());
      case DossierErased erased -> new Erased(erased.cause());
      case InsRecorded _, ErasureWithdrawn _, RepresentativeRecorded _, RepresentationEnded _ ->
          new Nothing();
      case ErasureRequested asked -> new ErasureAsked(asked.carriedOutFrom(), asked.deadline());
      case ReleaseRequested asked -> new ReleaseAsked(asked.requestId(), asked.kind());
      case ReleaseDecided decided ->
          new ReleaseAnswered(
              decided.requestId(),
              decided.reason(),
              decided.release().map(ReleaseDecided.Release::endsAt));
      case ReleaseUsed used -> new ReleaseTaken(used.requestId());
      case ItemAdded added -> new OfItem(added.itemId(), Optional.of(added.author()));
      case ItemReplaced replaced -> new OfItem(replaced.itemId(), Optional.of(replaced.author()));
      case ItemDeleted deleted -> new OfItem(deleted.itemId(), Optional.empty());
      case ItemAnnounced announced -> new OfItem(announced.itemId(), Optional.empty());
      case MaskSet set -> new OfMask(set.maskId());
      case MaskLifted lifted -> new OfMask(lifted.maskId());
    };
  }
}
