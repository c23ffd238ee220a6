package fr.carnet.audit.querying;

import fr.carnet.events.trace.AccessTraced;
import fr.carnet.events.trace.PurposeOfUse;

/** What comes first when somebody asks who looked: refusals, and emergencies. */
final class TraceOrder {
  private TraceOrder() {}

  static boolean isRefusal(ClearFacts.Read read) {
    return read.outcome() == AccessTraced.Outcome.REFUSED;
  }

  static boolean isEmergency(ClearFacts.Read read) {
    return !isRefusal(read) && read.purpose() != PurposeOfUse.NORMAL;
  }

  static boolean comesFirst(ClearFacts.Read read) {
    return isRefusal(read) || isEmergency(read);
  }
}
