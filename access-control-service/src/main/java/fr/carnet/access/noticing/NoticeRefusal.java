package fr.carnet.access.noticing;

import fr.carnet.events.Reason;

/** Why a request about notices is refused. */
enum NoticeRefusal implements Reason {
  NO_SUCH_NOTICE(
      Kind.NOT_FOUND,
      "There is no such notice for you. Take noticeId from the list.",
      "Il n'y a pas de telle notification pour vous. Prenez noticeId dans la liste.");

  private final Told told;

  NoticeRefusal(Kind kind, String english, String french) {
    this.told = new Told(kind, english, french);
  }

  @Override
  public Told told() {
    return told;
  }
}
