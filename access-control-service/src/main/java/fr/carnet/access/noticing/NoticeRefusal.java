package fr.carnet.access.noticing;

import fr.carnet.events.Reason;

/** Why a request about notices is refused. */
enum NoticeRefusal implements Reason {
  NO_SUCH_NOTICE(
      Kind.NOT_FOUND,
      "There is no such notice for you. Take noticeId from the list.",
      "Il n'y a pas de telle notification pour vous. Prenez noticeId dans la liste."),
  FILTER_UNAVAILABLE(
      Kind.UNAVAILABLE,
      "What of this may be told cannot be known at the moment, so nothing is. Ask again soon.",
      "On ne peut savoir pour l'instant ce qui peut en être dit, rien ne l'est donc. Recommencez"
          + " bientôt.");

  private final Told told;

  NoticeRefusal(Kind kind, String english, String french) {
    this.told = new Told(kind, english, french);
  }

  @Override
  public Told told() {
    return told;
  }
}
