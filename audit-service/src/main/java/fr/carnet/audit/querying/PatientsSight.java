package fr.carnet.audit.querying;

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
 */
record PatientsSight(Set<String> withheld, long below) {
  PatientsSight {
    withheld = Set.copyOf(withheld);
  }

  boolean shows(Found found) {
    return found.clear().map(this::shows).orElse(true);
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
    return read.toPatient(shown(read));
  }

  private List<String> shown(ClearFacts.Read read) {
    return read.itemIds().stream().filter(id -> !withheld.contains(id)).toList();
  }
}
