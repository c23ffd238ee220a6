package fr.carnet.dossier.deciding;

import fr.carnet.events.Reason;

/** What can be wrong with a field of an item. */
public enum ItemRefusal implements Reason {
  ITEM_TEXT_INVALID(
      "field is a text: a title or label of 1 to 200 characters, a text of 1 to 20,000, without control"
          + " characters or halves of characters.",
      "field est un texte : un titre ou libellé de 1 à 200 caractères, un texte de 1 à 20 000, sans"
          + " caractères de contrôle ni moitiés de caractères."),
  ITEM_CODE_INVALID(
      "The code in field has not the form of its list: CIM-10 J45.0, LOINC 718-7, CIP13 with its check"
          + " digit, ATC J07BB02, CCAM QEQJ001.",
      "Le code de field n'a pas la forme de sa nomenclature : CIM-10 J45.0, LOINC 718-7, CIP13 avec sa"
          + " clé, ATC J07BB02, CCAM QEQJ001."),
  ITEM_CODE_MISSING(
      "A vaccine is known by cip13, atc or both.",
      "Un vaccin est désigné par cip13, atc ou les deux."),
  ITEM_DATE_INVALID(
      "The day in field is in the future, or before 1880; what is planned is within 150 years. What has"
          + " no end is sent without one.",
      "La date de field est dans le futur, ou avant 1880 ; ce qui est prévu l'est dans les 150 ans. Ce"
          + " qui n'a pas de fin s'envoie sans fin."),
  ITEM_PERIOD_INVALID(
      "The period ends, in field, before it begins.",
      "La période se termine, dans field, avant d'avoir commencé."),
  ITEM_VALUE_INVALID(
      "A result is a number with its unit (value, unit) or words, and not both; low is not above high.",
      "Un résultat est un nombre avec son unité (value, unit) ou des mots (words), pas les deux ; low"
          + " n'est pas au-dessus de high."),
  ITEM_NUMBER_INVALID(
      "The number in field is out of range: days 1 to 366, quantity 1 to 1,000, size above zero; a"
          + " result has at most 30 digits before the point and 30 after it.",
      "Le nombre de field est hors limites : days de 1 à 366, quantity de 1 à 1 000, size supérieur à"
          + " zéro ; un résultat a au plus 30 chiffres avant la virgule et 30 après."),
  ITEM_LINES_INVALID("There are 1 to 50 lines.", "Il y a 1 à 50 lignes."),
  ITEM_PHONE_INVALID(
      "A phone number has 3 to 20 digits, with + before and spaces, dots or hyphens between.",
      "Un numéro de téléphone a 3 à 20 chiffres, précédés de + et séparés d'espaces, points ou"
          + " tirets."),
  ITEM_TYPE_INVALID(
      "typeCode is not one of the types of documents; advance directives are the patient's.",
      "typeCode n'est pas un type de document connu ; les directives anticipées sont au patient."),
  ITEM_FORMAT_INVALID(
      "format is a media type, and sha256 64 hexadecimal digits in lower case.",
      "format est un type de média, et sha256 64 chiffres hexadécimaux en minuscules.");

  private final Told told;

  ItemRefusal(String english, String french) {
    this.told = new Told(Kind.INVALID, english, french);
  }

  @Override
  public Told told() {
    return told;
  }
}
