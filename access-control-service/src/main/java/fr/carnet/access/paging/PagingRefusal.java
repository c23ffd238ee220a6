package fr.carnet.access.paging;

import fr.carnet.events.Reason;

/** What can be wrong with the page that is asked for. */
enum PagingRefusal implements Reason {
  CURSOR_INVALID(
      Kind.INVALID,
      "The cursor is not one that a page of this list gave. Start at the first page.",
      "Ce curseur ne vient pas d'une page de cette liste. Reprenez à la première page."),
  LIMIT_INVALID(
      Kind.INVALID, "limit is a number from 1 to 200.", "limit est un nombre de 1 à 200.");

  private final Told told;

  PagingRefusal(Kind kind, String english, String french) {
    this.told = new Told(kind, english, french);
  }

  @Override
  public Told told() {
    return told;
  }
}
