package fr.carnet.ingest.arriving.extracts;

/** Everything that can be wrong with an extract's files; the codes are stable. */
enum ExtractFault {
  FILE_MISSING("The file is not in the folder.", "Le fichier n'est pas dans le dossier."),
  FILE_CHANGED(
      "The file is not the one that was there when loading began. Load the folder again.",
      "Le fichier n'est plus celui du début du chargement. Relancez le chargement du dossier."),
  LOADING_FAILED(
      "We failed to load this extract, several times. Ask for it again, and the operator if it fails"
          + " again.",
      "Nous n'avons pas pu charger cette extraction, à plusieurs reprises. Redemandez-la, et"
          + " adressez-vous à l'exploitant si l'échec persiste."),
  FILE_TRUNCATED(
      "The file is cut off: its last line has no end of line.",
      "Le fichier est tronqué : sa dernière ligne n'a pas de fin de ligne."),
  HEADER_MISSING(
      "The first line does not name the columns.", "La première ligne ne nomme pas les colonnes."),
  ENCODING_INVALID("There is text that is not UTF-8.", "Une partie du texte n'est pas en UTF-8."),
  CSV_INVALID(
      "The line is not CSV: a quotation mark does not end, or a value is too long.",
      "La ligne n'est pas du CSV : un guillemet n'est pas fermé, ou une valeur est trop longue."),
  COLUMN_MISSING("A needed column is missing.", "Il manque une colonne nécessaire."),
  COLUMN_UNKNOWN("The table has no such column.", "Cette colonne n'existe pas dans cette table."),
  COLUMN_REPEATED("The column is there twice.", "La colonne figure deux fois."),
  COLUMN_COUNT(
      "The line has not as many values as the header has columns.",
      "La ligne n'a pas autant de valeurs que l'en-tête a de colonnes."),
  VALUE_MISSING("A value is required here.", "Une valeur est obligatoire ici."),
  VALUE_INVALID(
      "The value has not the form of its column.", "La valeur n'a pas la forme de sa colonne."),
  HUB_ROW_REPEATED(
      "There is an earlier row with the same nine keys.",
      "Une ligne précédente porte les mêmes neuf clés."),
  DETAIL_ROW_REPEATED(
      "There is an earlier row with the same nine keys and order number.",
      "Une ligne précédente porte les mêmes neuf clés et le même numéro d'ordre."),
  DETAIL_WITHOUT_HUB(
      "ER_PRS_F has no row with these nine keys.",
      "ER_PRS_F n'a pas de ligne portant ces neuf clés."),
  DETAIL_MISSING(
      "An act of this nature has a row in a detail table, and there is none.",
      "Un acte de cette nature a une ligne dans une table affinée, et il n'y en a pas."),
  BENEFICIARY_UNKNOWN(
      "beneficiaries.csv has no INS for this beneficiary.",
      "beneficiaries.csv n'a pas d'INS pour ce bénéficiaire."),
  PERFORMER_UNKNOWN(
      "performers.csv has no RPPS nor FINESS for this number.",
      "performers.csv n'a ni RPPS ni FINESS pour ce numéro."),
  CORRESPONDENCE_REPEATED(
      "This number already has a correspondence on an earlier line.",
      "Ce numéro a déjà une correspondance sur une ligne précédente.");

  private final String english;
  private final String french;

  ExtractFault(String english, String french) {
    this.english = english;
    this.french = french;
  }

  String english() {
    return english;
  }

  String french() {
    return french;
  }

  /**
   * This fault, somewhere.
   *
   * @param line from 1, the header being the first; 0 where it is the whole file
   * @param column empty where it is the whole line
   */
  Found at(String file, long line, String column) {
    return new Found(this, file, line, column);
  }

  /** A fault and where it was found; never a value. */
  record Found(ExtractFault fault, String file, long line, String column) {}
}
