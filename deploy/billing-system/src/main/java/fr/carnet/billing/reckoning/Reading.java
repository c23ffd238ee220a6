package fr.carnet.billing.reckoning;

import fr.carnet.billing.Fault;
import java.util.Optional;
import java.util.Set;

/** What one record says, before anything is known of others. */
sealed interface Reading {

  /** Flagged as a minor's secret care; the id is absent where the line has no usable one. */
  record Secret(Optional<String> lineId) implements Reading {}

  /** With every fault that the record shows by itself. */
  record Faulty(Set<Fault> faults) implements Reading {}

  /** Without fault, inside the window or not. */
  record Sound(Line line) implements Reading {}
}
