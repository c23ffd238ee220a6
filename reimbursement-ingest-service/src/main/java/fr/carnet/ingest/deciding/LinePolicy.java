package fr.carnet.ingest.deciding;

import fr.carnet.events.billing.LineRejected;
import java.util.Set;

/**
 * How strict the rules are here: which ones only warn, and which code lists are loaded.
 *
 * @param warned rules that a line may break and still be kept
 */
public record LinePolicy(Set<LineFault> warned, CodeLists codes) {
  public LinePolicy {
    warned = Set.copyOf(warned);
    for (LineFault fault : warned) {
      if (!fault.nature().mayWarn()) {
        throw new IllegalArgumentException(
            fault + " cannot only warn: there is no line to keep without it");
      }
    }
  }

  boolean onlyWarns(LineRejected.Fault fault) {
    return warned.contains(LineFault.valueOf(fault.code()));
  }

  /** Every rule refuses, and no code list is loaded. */
  public static LinePolicy strict() {
    return new LinePolicy(Set.of(), CodeLists.none());
  }
}
