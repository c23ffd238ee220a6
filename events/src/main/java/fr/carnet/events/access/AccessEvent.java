package fr.carnet.events.access;

import fr.carnet.events.Wire;
import java.util.Optional;
import java.util.UUID;

/** What can change about who may see a dossier. */
public sealed interface AccessEvent
    permits AccessGranted,
        GrantRevoked,
        ProfessionalBlocked,
        ProfessionalUnblocked,
        TreatingPhysicianProposed,
        TreatingPhysicianNamed,
        TreatingPhysicianEnded,
        EmergencyWishRecorded,
        VisitCodeIssued,
        AccessRequested,
        AccessRequestDeclined {
  /**
   * Who acts for a minor, and said it beside the minor: it changes nothing of what the minor said,
   * and they know of nothing but what any of them said (ADR 21). Absent of what the patient said,
   * who decides for an adult, or a professional.
   */
  default Optional<UUID> representationId() {
    return Optional.empty();
  }

  /** The name of this fact on the wire. */
  default String wireName() {
    return switch (this) {
      case AccessGranted _ -> AccessGranted.WIRE_NAME;
      case GrantRevoked _ -> GrantRevoked.WIRE_NAME;
      case ProfessionalBlocked _ -> ProfessionalBlocked.WIRE_NAME;
      case ProfessionalUnblocked _ -> ProfessionalUnblocked.WIRE_NAME;
      case TreatingPhysicianProposed _ -> TreatingPhysicianProposed.WIRE_NAME;
      case TreatingPhysicianNamed _ -> TreatingPhysicianNamed.WIRE_NAME;
      case TreatingPhysicianEnded _ -> TreatingPhysicianEnded.WIRE_NAME;
      case EmergencyWishRecorded _ -> EmergencyWishRecorded.WIRE_NAME;
      case VisitCodeIssued _ -> VisitCodeIssued.WIRE_NAME;
      case AccessRequested _ -> AccessRequested.WIRE_NAME;
      case AccessRequestDeclined _ -> AccessRequestDeclined.WIRE_NAME;
    };
  }

  /**
   * The fact behind a wire name and its JSON.
   *
   * @throws Wire.UnreadableFact when it is none
   */
  static AccessEvent read(String wireName, byte[] json) {
    return switch (wireName) {
      case AccessGranted.WIRE_NAME -> Wire.read(json, AccessGranted.class);
      case GrantRevoked.WIRE_NAME -> Wire.read(json, GrantRevoked.class);
      case ProfessionalBlocked.WIRE_NAME -> Wire.read(json, ProfessionalBlocked.class);
      case ProfessionalUnblocked.WIRE_NAME -> Wire.read(json, ProfessionalUnblocked.class);
      case TreatingPhysicianProposed.WIRE_NAME -> Wire.read(json, TreatingPhysicianProposed.class);
      case TreatingPhysicianNamed.WIRE_NAME -> Wire.read(json, TreatingPhysicianNamed.class);
      case TreatingPhysicianEnded.WIRE_NAME -> Wire.read(json, TreatingPhysicianEnded.class);
      case EmergencyWishRecorded.WIRE_NAME -> Wire.read(json, EmergencyWishRecorded.class);
      case VisitCodeIssued.WIRE_NAME -> Wire.read(json, VisitCodeIssued.class);
      case AccessRequested.WIRE_NAME -> Wire.read(json, AccessRequested.class);
      case AccessRequestDeclined.WIRE_NAME -> Wire.read(json, AccessRequestDeclined.class);
      default -> throw new Wire.UnreadableFact("not an event of access: " + wireName);
    };
  }
}
