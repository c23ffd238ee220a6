package fr.carnet.ingest.deciding;

import fr.carnet.events.billing.LineRejected;

/** Everything that can be wrong with a line; the codes are stable. */
public enum LineFault {
  NOT_JSON("The line is not a JSON object.", "La ligne n'est pas un objet JSON."),
  TOO_LARGE("The line is longer than 65,536 bytes.", "La ligne dépasse 65 536 octets."),
  TYPE_UNKNOWN(
      "The CloudEvents type is not billing.reimbursement-line.v1.",
      "Le type CloudEvents n'est pas billing.reimbursement-line.v1."),
  MISSING_FIELD("This field is required.", "Ce champ est obligatoire."),
  INVALID_TYPE("This field has the wrong JSON type.", "Ce champ n'a pas le bon type JSON."),
  LINE_ID_INVALID("A line id has 1 to 128 characters.", "lineId comporte 1 à 128 caractères."),
  INS_INVALID(
      "The INS has a wrong form or key: 13 characters and 97 − (n mod 97).",
      "L'INS a une forme ou une clé incorrecte : 13 caractères et 97 − (n mod 97)."),
  KEY_MISMATCH(
      "The Kafka key is not the line's beneficiaryIns.",
      "La clé Kafka n'est pas le beneficiaryIns de la ligne."),
  DATE_INVALID("A date is written yyyy-mm-dd.", "Une date s'écrit aaaa-mm-jj."),
  DATES_REVERSED("careTo is before careFrom.", "careTo est antérieur à careFrom."),
  DATE_IN_FUTURE(
      "This day has not come yet (Europe/Paris).", "Ce jour n'est pas encore venu (Europe/Paris)."),
  CATEGORY_UNKNOWN("The category is none of the eight.", "La catégorie n'est pas l'une des huit."),
  NATURE_CODE_INVALID(
      "A nature code has 1 to 5 digits.", "Un code nature comporte 1 à 5 chiffres."),
  ACT_SYSTEM_UNKNOWN(
      "The code system is none of CCAM, NGAP, NABM, CIP13, LPP, GHM.",
      "La nomenclature n'est ni CCAM, ni NGAP, NABM, CIP13, LPP ou GHM."),
  ACT_CODE_INVALID(
      "The code has not the form of its system, or a wrong check digit.",
      "Le code n'a pas la forme de sa nomenclature, ou sa clé est fausse."),
  QUANTITY_ZERO("The quantity is zero.", "La quantité est nulle."),
  QUANTITY_OUT_OF_RANGE(
      "The quantity has more than 9 digits before or 4 after the point.",
      "La quantité a plus de 9 chiffres avant ou 4 après la virgule."),
  RPPS_INVALID(
      "An RPPS number has 11 digits, the last a Luhn check digit.",
      "Un numéro RPPS a 11 chiffres, le dernier étant une clé de Luhn."),
  FINESS_INVALID(
      "A FINESS number has 9 characters, the last a Luhn check digit.",
      "Un numéro FINESS a 9 caractères, le dernier étant une clé de Luhn."),
  SPECIALTY_CODE_INVALID(
      "A specialty code has 2 characters.", "Un code spécialité comporte 2 caractères."),
  PERFORMER_MISSING(
      "Neither rpps nor finess says who performed.", "Ni rpps ni finess n'indique qui a exécuté."),
  AMOUNT_INVALID(
      "An amount is a whole number of cents.", "Un montant est un nombre entier de centimes."),
  LINE_ID_REUSED(
      "This line id was sent before with another content.",
      "Ce lineId a déjà été envoyé avec un autre contenu.");

  private final String english;
  private final String french;

  LineFault(String english, String french) {
    this.english = english;
    this.french = french;
  }

  /** This fault, of this field. */
  public LineRejected.Fault of(String field) {
    return new LineRejected.Fault(field, name(), english, french);
  }
}
