package fr.carnet.local.bench;

import java.util.List;
import java.util.Map;

/** What a benchmark found. */
interface Measured {
  /** For people. */
  String table();

  /** The line of JSON, units in the names; what was not measured is not in it. */
  Map<String, Object> figures();

  /** Sentences on what is missing; empty when all is well. */
  List<String> losses();
}
