package fr.carnet.ingest.arriving.extracts;

import fr.carnet.events.Reason;

/** Why an extract cannot be loaded or looked at. */
enum ExtractProblem implements Reason {
  EXTRACT_FOLDER_INVALID(
      Kind.INVALID,
      "Name the folder alone: 1 to 64 letters, digits, dots, - and _, none of them a path.",
      "Indiquez le seul nom du dossier : 1 à 64 lettres, chiffres, points, - et _, sans chemin."),
  DRY_RUN_INVALID(Kind.INVALID, "dryRun is true or false.", "dryRun vaut true ou false."),
  EXTRACT_UNKNOWN(
      Kind.NOT_FOUND,
      "There is no such folder among your extracts, or it was not loaded yet. POST /extracts loads"
          + " one; the operator knows where yours are put.",
      "Il n'y a pas de tel dossier parmi vos extractions, ou il n'a pas encore été chargé. POST"
          + " /extracts le charge ; l'exploitant sait où déposer les vôtres.");

  private final Told told;

  ExtractProblem(Kind kind, String english, String french) {
    this.told = new Told(kind, english, french);
  }

  @Override
  public Told told() {
    return told;
  }
}
