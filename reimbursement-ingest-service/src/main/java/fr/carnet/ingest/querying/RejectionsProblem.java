package fr.carnet.ingest.querying;

import fr.carnet.events.Reason;

/** Why rejections are not listed. */
enum RejectionsProblem implements Reason {
  LIMIT_INVALID(
      Kind.INVALID, "limit is a number from 1 to 500.", "limit est un nombre de 1 à 500."),
  DAY_INVALID(
      Kind.INVALID,
      "day is a calendar day such as 2026-05-03.",
      "day est un jour du calendrier tel que 2026-05-03.");

  private final Told told;

  RejectionsProblem(Kind kind, String english, String french) {
    this.told = new Told(kind, english, french);
  }

  @Override
  public Told told() {
    return told;
  }
}
