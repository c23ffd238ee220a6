package fr.carnet.audit.querying;

import fr.carnet.events.Topic;
import fr.carnet.events.trace.Actor;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;

/**
 * What of the log a patient may know: the filter that stands before content stands here as well. An
 * entry that speaks of nothing but items of which they may not know yet is absent; one that speaks
 * of others too speaks of those alone.
 *
 * @param withheld ids of items of which they may not know
 * @param below the log's size before it was asked which those are: an item whose entry is before it
 *     was known then
 * @param theirs of who reads in the patient's stead and may know of less; absent: the patient, or
 *     an adult's guardian
 * @param since of a guardian, from when on entries show; absent: all
 */
record PatientsSight(
    Set<String> withheld, long below, Optional<Theirs> theirs, Optional<Instant> since) {
  /** Of a trace, a stretch of the log that was read: no item of the dossier. */
  private static final String STRETCH = "log:";

  /**
   * Who acts for the patient and knows a part.
   *
   * @param actors how the actor begins of what is of that part
   */
  record Theirs(Actor reader, String actors) {}

  PatientsSight {
    withheld = Set.copyOf(withheld);
  }

  /** The same of what stands before an index alone. */
  PatientsSight upTo(long index) {
    return new PatientsSight(withheld, Math.min(below, index), theirs, since);
  }

  /** Who made a decision, as whoever reads is told. */
  Function<Optional<UUID>, Words> decider() {
    return theirs
        .map(of -> OwnDecisions.toRepresentative(of.reader()))
        .orElse(OwnDecisions::toPatient);
  }

  boolean shows(Found found) {
    if (since.filter(begin -> isBefore(found, begin)).isPresent()) {
      return false;
    }
    return theirs
        .map(of -> showsToRepresentative(found, of.actors()))
        .orElseGet(() -> found.clear().map(this::shows).orElse(true));
  }

  private static boolean isBefore(Found found, Instant begin) {
    return found.readable().time().map(at -> at.isBefore(begin)).orElse(true);
  }

  /**
   * Whom a minor let in, shut out or asked, and who tried, may tell of secret care: a
   * representative sees what they and others did who act for the minor, and beside only what
   * concerns items of which they may know, or cannot have to do with care.
   */
  private boolean showsToRepresentative(Found found, String actors) {
    if (found.readable().actor().filter(actor -> actor.startsWith(actors)).isPresent()) {
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
          PAYER,
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
    return theirs.isPresent() ? told.withoutDecisions() : told;
  }

  private List<String> shown(ClearFacts.Read read) {
    return read.itemIds().stream().filter(id -> !withheld.contains(id)).toList();
  }
}
