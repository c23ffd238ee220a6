package fr.carnet.audit.querying;

import fr.carnet.events.Reason;

/** Why the log is not shown. */
enum AuditProblem implements Reason {
  /** The same whatever the cause, so that it tells nothing: an unknown dossier too. */
  NO_STANDING(
      Kind.FORBIDDEN,
      "You may not read this log. Only the owner of a dossier reads its log here.",
      "Vous ne pouvez pas consulter ce journal. Seul le titulaire d'un dossier en consulte le"
          + " journal ici."),
  DECISION_UNAVAILABLE(
      Kind.UNAVAILABLE,
      "Whether you may read cannot be decided right now, so nothing is shown. Ask again in a moment.",
      "Vos droits ne peuvent pas être vérifiés pour l'instant ; rien n'est donc affiché."
          + " Recommencez dans un instant."),
  LIMIT_INVALID(
      Kind.INVALID, "limit is a number from 1 to 500.", "limit est un nombre de 1 à 500."),
  CURSOR_INVALID(
      Kind.INVALID,
      "after is the index of an entry: the value of next in the page before.",
      "after est l'indice d'une entrée : la valeur de next dans la page précédente."),
  LOOKS_CURSOR_INVALID(
      Kind.INVALID,
      "after is the value of next in the page before, such as 1-1207.",
      "after est la valeur de next dans la page précédente, par exemple 1-1207."),
  REPLAY_SCOPE_INVALID(
      Kind.INVALID,
      "A replay is of a dossier or an actor, up to an index, a checkpoint or an instant: one of"
          + " each at most.",
      "On rejoue un dossier ou un acteur, jusqu'à un indice, un point de contrôle ou un instant :"
          + " un seul de chaque."),
  CASE_DOSSIER_MISSING(
      Kind.INVALID,
      "A case file is of one dossier: say which with dossier.",
      "Un dossier de réclamation porte sur un dossier : indiquez-le avec dossier."),
  CASE_TOO_LARGE(
      Kind.INVALID,
      "More than 5,000 entries, or 8 MB of them, are no case: say an actor or a shorter time.",
      "Plus de 5 000 entrées, ou de 8 Mo, ne font pas une réclamation : précisez un acteur ou une période."),
  RULES_UNAVAILABLE(
      Kind.UNAVAILABLE,
      "The rules that were in force cannot be had right now, and a case needs them. Ask again in a"
          + " moment.",
      "Le texte des règles ne peut être obtenu pour l'instant, et il est nécessaire. Recommencez"
          + " dans un instant."),
  SEARCH_BEHIND(
      Kind.UNAVAILABLE,
      "The log, or the search in it, has not come so far yet. Ask again in a moment.",
      "Le journal, ou la recherche dans le journal, n'en est pas encore là. Recommencez dans un"
          + " instant."),
  FORMAT_INVALID(Kind.INVALID, "format is ndjson, csv or balp.", "format est ndjson, csv ou balp."),
  LANGUAGE_INVALID(Kind.INVALID, "language is fr or en.", "language est fr ou en."),
  TIME_INVALID(
      Kind.INVALID,
      "from and to are instants in UTC such as 2026-05-03T10:00:00Z.",
      "from et to sont des instants en UTC tels que 2026-05-03T10:00:00Z."),
  NO_SUCH_ENTRY(
      Kind.NOT_FOUND,
      "The log has no entry of this index; /log/size says how many there are, from 0.",
      "Le journal n'a pas d'entrée de cet indice ; /log/size en donne le nombre, à partir de 0."),
  NO_CHECKPOINT(
      Kind.NOT_FOUND,
      "The log has not signed a checkpoint yet.",
      "Le journal n'a pas encore signé de point de contrôle."),
  NO_SUCH_TILE(
      Kind.NOT_FOUND,
      "The log has no such tile, or not as wide.",
      "Le journal n'a pas cette tuile, ou pas de cette largeur."),
  NO_SUCH_TREE(
      Kind.NOT_FOUND,
      "The log has not had that many entries, or the index lies beyond the size.",
      "Le journal n'a pas eu autant d'entrées, ou l'indice dépasse la taille."),
  SIZE_INVALID(
      Kind.INVALID,
      "index, size, from and to are numbers of entries.",
      "index, size, from et to sont des nombres d'entrées.");

  private final Told told;

  AuditProblem(Kind kind, String english, String french) {
    this.told = new Told(kind, english, french);
  }

  @Override
  public Told told() {
    return told;
  }
}
