package fr.carnet.ingest.querying;

import fr.carnet.events.Reason;

/** Why rejections are not listed. */
enum RejectionsProblem implements Reason {
  LIMIT_INVALID(
      Kind.INVALID, "limit is a number from 1 to 500.", "limit est un nombre de 1 à 500."),
  AFTER_INVALID(
      Kind.INVALID,
      "after is the next of an earlier page.",
      "after est le next d'une page précédente."),
  FILTER_INVALID(
      Kind.INVALID,
      "reason is a code of /rules; cause a name of /rejections/causes.",
      "reason est un code de /rules ; cause un nom de /rejections/causes."),
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
