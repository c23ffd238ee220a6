package fr.carnet.eventstore.breaking.deciding;

/** Breaks: no System. */
final class TalksToTheOutside {
  private TalksToTheOutside() {}

  static long decide() {
    return System.nanoTime();
  }
}
