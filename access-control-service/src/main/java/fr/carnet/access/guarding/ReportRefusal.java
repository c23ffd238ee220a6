package fr.carnet.access.guarding;

import fr.carnet.events.Reason;

/** Why a request about reports is refused. */
enum ReportRefusal implements Reason {
  NO_SUCH_REPORT(
      Kind.NOT_FOUND,
      "There is no such report. Take reportId from the list.",
      "Il n'y a pas de tel signalement. Prenez reportId dans la liste.");

  private final Told told;

  ReportRefusal(Kind kind, String english, String french) {
    this.told = new Told(kind, english, french);
  }

  @Override
  public Told told() {
    return told;
  }
}
