package fr.carnet.billing;

import java.util.List;
import java.util.Optional;

/**
 * A kind of care that the insurer pays.
 *
 * @param natureCode SNDS, IR_NAT_V
 * @param system absent where the care is known by its nature only
 * @param codes of that system; empty exactly where there is no system
 * @param trade who performs it
 * @param prescribed whether it needs a prescription
 * @param lowCents least usual price, in euro cents
 * @param highCents greatest usual price, in euro cents
 */
record CareKind(
    Category category,
    String natureCode,
    Optional<ActSystem> system,
    List<String> codes,
    Trade trade,
    boolean prescribed,
    int lowCents,
    int highCents) {

  CareKind {
    codes = List.copyOf(codes);
  }

  /** The act for the {@code index}th of the codes, or none where only the nature is known. */
  Optional<LineDraft.Act> act(int index) {
    return system.map(s -> new LineDraft.Act(s, codes.get(index)));
  }

  /** How many different acts there are, one where only the nature is known. */
  int acts() {
    return Math.max(1, codes.size());
  }
}
