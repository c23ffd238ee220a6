package fr.carnet.audit.querying;

import com.fasterxml.jackson.annotation.JsonInclude;
import fr.carnet.audit.querying.OwnDecisions.OwnDecision;
import fr.carnet.events.trace.Actor;
import fr.carnet.events.trace.PurposeOfUse;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Somebody looked at a dossier, or was refused, as its patient is told.
 *
 * @param index of its entry in the log; first, where carnet-verify looks for it
 * @param actor in codes, as {@code who} says in words
 * @param rule code of the rule that decided
 * @param itemIds what was shown, of what the patient may know
 * @param decision of the patient's, on which it rests
 * @param proof that the entry stands in the log; absent until a checkpoint covers it
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
record Look(
    long index,
    Optional<Instant> time,
    Kind kind,
    Actor actor,
    PurposeOfUse purpose,
    String action,
    String rule,
    List<String> itemIds,
    Told told,
    Optional<OwnDecision> decision,
    Optional<EntryProof> proof) {
  Look {
    itemIds = List.copyOf(itemIds);
  }

  /** What it was; the first two come first. */
  enum Kind {
    REFUSED(new Words("Refused", "Refusé")),
    EMERGENCY(new Words("Emergency", "Urgence")),
    LOOKED(new Words("Looked", "Consulté"));

    private final Words words;

    Kind(Words words) {
      this.words = words;
    }

    Words words() {
      return words;
    }
  }

  /** In words: who, at what, for which purpose and by which rule. */
  record Told(Words who, Words what, Words purpose, Words rule) {}

  static Look of(
      Found found, ClearFacts.Read read, Optional<OwnDecision> decision, EntryProof.Prover prover) {
    return new Look(
        found.index(),
        found.readable().time(),
        kind(read),
        read.actor(),
        read.purpose(),
        read.action(),
        read.rule(),
        read.itemIds(),
        new Told(
            PlainWords.who(read.actor()),
            PlainWords.action(read.action()),
            PlainWords.purpose(read.purpose()),
            PlainWords.rule(read.rule())),
        decision,
        prover.of(found.index()));
  }

  /** As it stands beside its proof. */
  Look withoutProof() {
    return new Look(
        index, time, kind, actor, purpose, action, rule, itemIds, told, decision, Optional.empty());
  }

  private static Kind kind(ClearFacts.Read read) {
    if (TraceOrder.isRefusal(read)) {
      return Kind.REFUSED;
    }
    return TraceOrder.isEmergency(read) ? Kind.EMERGENCY : Kind.LOOKED;
  }
}
