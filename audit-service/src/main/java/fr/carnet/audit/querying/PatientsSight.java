package fr.carnet.audit.querying;

import fr.carnet.events.Topic;
import fr.carnet.events.trace.Actor;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What of the log a patient may know: the filter that stands before content stands here as well. An
 * entry that speaks of nothing but items of which they may not know yet is absent; one that speaks
 * of others too speaks of those alone.
 *
 * @param withheld ids of items of which they may not know
 * @param below the log's size before it was asked which those are: an item whose entry is before it
 *     was known then
 * @param representative who reads in the patient's stead; absent: the patient
 */
record PatientsSight(Set<String> withheld, long below, Optional<Actor> representative) {
  /** Of a trace, a stretch of the log that was read: no item of the dossier. */
  private static final String STRETCH = "log:";

  PatientsSight {
    withheld = Set.copyOf(withheld);
  }

  boolean shows(Found found) {
    return representative
        .map(reader -> showsToRepresentative(found, reader))
        .orElseGet(() -> found.clear().map(this::shows).orElse(true));
  }

  /**
   * Whom a minor let in, shut out or asked, and who tried, may tell of secret care: a
   * representative sees what they did themselves, and of others only what concerns items of which
   * they may know, or cannot have to do with care.
   */
  private boolean showsToRepresentative(Found found, Actor reader) {
    if (found.readable().actor().equals(Optional.of(reader.label()))) {
      return found.clear().map(this::shows).orElse(true);
    }
    return !found.topic().equals(Topic.ACCESS_EVENTS.wireName())
        && found.clear().map(this::showsOfOthers).orElse(false);
  }

  private boolean showsOfOthers(ClearFacts facts) {
    return switch (facts) {
      case ClearFacts.Read read ->
          isOutsideCare(read.actor())
              || shown(read).stream().anyMatch(item -> !item.startsWith(STRETCH));
      case ClearFacts.OfMask _ -> false;
      case ClearFacts.OfItem _,
          ClearFacts.Granted _,
          ClearFacts.Revoked _,
          ClearFacts.OfProfessional _,
          ClearFacts.TreatmentEnded _,
          ClearFacts.Wish _,
          ClearFacts.CodeIssued _,
          ClearFacts.RequestMade _,
          ClearFacts.RequestDeclined _,
          ClearFacts.Opened _,
          ClearFacts.Closed _,
          ClearFacts.Nothing _,
          ClearFacts.ErasureAsked _,
          ClearFacts.ReleaseAsked _,
          ClearFacts.ReleaseAnswered _,
          ClearFacts.ReleaseTaken _,
          ClearFacts.Erased _ ->
          shows(facts);
    };
  }

  /** Whether it tells nothing of the patient's care that they looked, or were refused. */
  private static boolean isOutsideCare(Actor actor) {
    return switch (actor.role()) {
      case REPRESENTATIVE,
          OTHER_PATIENT,
          COUNTER_AGENT,
          BILLING,
          AUDITOR,
          PROGRAMME,
          OPERATOR,
          SERVICE,
          BARRED ->
          true;
      case OWNER, PROFESSIONAL, PRIVACY_OFFICER -> false;
    };
  }

  private boolean shows(ClearFacts facts) {
    return switch (facts) {
      case ClearFacts.OfItem item -> !withheld.contains(item.itemId().toString());
      case ClearFacts.Read read -> read.itemIds().isEmpty() || !shown(read).isEmpty();
      case ClearFacts.Granted _,
          ClearFacts.Revoked _,
          ClearFacts.OfProfessional _,
          ClearFacts.TreatmentEnded _,
          ClearFacts.Wish _,
          ClearFacts.CodeIssued _,
          ClearFacts.RequestMade _,
          ClearFacts.RequestDeclined _,
          ClearFacts.Opened _,
          ClearFacts.Closed _,
          ClearFacts.Nothing _,
          ClearFacts.ErasureAsked _,
          ClearFacts.ReleaseAsked _,
          ClearFacts.ReleaseAnswered _,
          ClearFacts.ReleaseTaken _,
          ClearFacts.Erased _,
          ClearFacts.OfMask _ ->
          true;
    };
  }

  /** What the patient is told of an entry that shows. */
  Optional<ClearFacts> of(Found found) {
    return found.clear().map(this::trimmed);
  }

  private ClearFacts trimmed(ClearFacts facts) {
    return facts instanceof ClearFacts.Read read ? read(read) : facts;
  }

  /** A look, of the items that may be known. */
  ClearFacts.Read read(ClearFacts.Read read) {
    ClearFacts.Read told = read.toPatient(shown(read));
    // Which grant it was, and how much was decided before, are of what a minor decided.
    return representative.isPresent() ? told.withoutDecisions() : told;
  }

  private List<String> shown(ClearFacts.Read read) {
    return read.itemIds().stream().filter(id -> !withheld.contains(id)).toList();
  }
}
