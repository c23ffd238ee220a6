package fr.carnet.dossier.programme;

import fr.carnet.events.Reason;

/** Why there are no figures, or no statement. */
enum ProgrammeRefusal implements Reason {
  MONTH_INVALID(Kind.INVALID, "A month is yyyy-mm.", "Un mois s'écrit aaaa-mm."),
  MONTH_NOT_FIXED(
      Kind.NOT_FOUND,
      "There are no figures of this month: they are fixed a day after its end.",
      "Il n'y a pas de chiffres de ce mois : ils sont arrêtés un jour après sa fin."),
  MONTH_NOT_OVER(
      Kind.NOT_FOUND,
      "There is no statement of this month yet: it is given from a day after its end.",
      "Il n'y a pas encore de relevé de ce mois : il est donné à partir d'un jour après sa fin."),
  PHARMACISTS_ONLY(
      Kind.FORBIDDEN,
      "Only pharmacists have statements of openings.",
      "Seuls les pharmaciens ont des relevés d'ouvertures."),
  STATEMENT_NOT_READY(
      Kind.UNAVAILABLE,
      "Not every opening has been recovered yet, so a statement could be wrong. Ask again later.",
      "Toutes les ouvertures ne sont pas encore retrouvées ; un relevé pourrait être faux."
          + " Recommencez plus tard.");

  private final Told told;

  ProgrammeRefusal(Kind kind, String english, String french) {
    this.told = new Told(kind, english, french);
  }

  @Override
  public Told told() {
    return told;
  }
}
