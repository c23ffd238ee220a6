package fr.carnet.ingest.deciding;

import fr.carnet.events.billing.LineRejected;
import java.util.List;

/**
 * The table of rules for a line: each with a stable code, the fields that it looks at, and what is
 * said when it is not met. Strict by default; {@link Nature#mayWarn} says which ones a setting can
 * turn into a warning.
 */
public enum LineFault {
  NOT_JSON(
      Nature.ESSENTIAL,
      "The line is not a JSON object.",
      "La ligne n'est pas un objet JSON.",
      "record"),
  TOO_LARGE(
      Nature.ESSENTIAL,
      "The line is longer than 65,536 bytes.",
      "La ligne dépasse 65 536 octets.",
      "record"),
  TYPE_UNKNOWN(
      Nature.ESSENTIAL,
      "The CloudEvents type is not billing.reimbursement-line.v1.",
      "Le type CloudEvents n'est pas billing.reimbursement-line.v1.",
      "record"),
  NOT_TAKEN(
      Nature.ESSENTIAL,
      "We failed to keep this line. Send it again as it is, or correct it with itself.",
      "Nous n'avons pas pu conserver cette ligne. Renvoyez-la telle quelle, ou corrigez-la par"
          + " elle-même.",
      "record"),
  MISSING_FIELD(
      Nature.ESSENTIAL, "This field is required.", "Ce champ est obligatoire.", Fields.EVERY),
  INVALID_TYPE(
      Nature.ESSENTIAL,
      "This field has the wrong JSON type.",
      "Ce champ n'a pas le bon type JSON.",
      Fields.EVERY),
  TEXT_INVALID(
      Nature.ESSENTIAL,
      "This text has more than 64 characters, or one that cannot be kept: NUL, or half a surrogate"
          + " pair.",
      "Ce texte a plus de 64 caractères, ou un caractère qui ne peut être conservé : NUL, ou une"
          + " moitié de paire de substitution.",
      Fields.EVERY),
  LINE_ID_INVALID(
      Nature.ESSENTIAL,
      "A line id has 1 to 128 characters.",
      "lineId comporte 1 à 128 caractères.",
      "lineId"),
  LINE_ID_REUSED(
      Nature.ESSENTIAL,
      "This line id was sent before with another content.",
      "Ce lineId a déjà été envoyé avec un autre contenu.",
      "lineId"),
  INS_INVALID(
      Nature.ESSENTIAL,
      "The INS has a wrong form or key: 13 characters and 97 − (n mod 97).",
      "L'INS a une forme ou une clé incorrecte : 13 caractères et 97 − (n mod 97).",
      "beneficiaryIns"),
  KEY_MISMATCH(
      Nature.ESSENTIAL,
      "The Kafka key is not the line's beneficiaryIns.",
      "La clé Kafka n'est pas le beneficiaryIns de la ligne.",
      "key"),
  DATE_INVALID(
      Nature.ESSENTIAL,
      "A date is written yyyy-mm-dd.",
      "Une date s'écrit aaaa-mm-jj.",
      "careFrom",
      "careTo",
      "processedOn",
      "prescribedOn"),
  DATES_REVERSED(
      Nature.CONSISTENCY,
      "careTo is before careFrom.",
      "careTo est antérieur à careFrom.",
      "careTo"),
  CARE_TO_TOO_LATE(
      Nature.CONSISTENCY,
      "careTo is more than a year from now.",
      "careTo est dans plus d'un an.",
      "careTo"),
  DATE_IN_FUTURE(
      Nature.CONSISTENCY,
      "This day has not come yet (Europe/Paris).",
      "Ce jour n'est pas encore venu (Europe/Paris).",
      "careFrom",
      "processedOn"),
  PROCESSED_BEFORE_CARE(
      Nature.CONSISTENCY,
      "processedOn is before careFrom: care is reimbursed after it began.",
      "processedOn est antérieur à careFrom : un soin est remboursé après son début.",
      "processedOn"),
  PRESCRIBED_AFTER_CARE(
      Nature.CONSISTENCY,
      "prescribedOn is after careTo: a prescription comes before the care.",
      "prescribedOn est postérieur à careTo : la prescription précède le soin.",
      "prescribedOn"),
  CATEGORY_UNKNOWN(
      Nature.ESSENTIAL,
      "The category is none of MEDICATION, VACCINATION, DEVICE, HOSPITAL_STAY, MEDICAL_CARE,"
          + " DENTAL_CARE, IMAGING, LABORATORY.",
      "La catégorie n'est ni MEDICATION, ni VACCINATION, DEVICE, HOSPITAL_STAY, MEDICAL_CARE,"
          + " DENTAL_CARE, IMAGING ou LABORATORY.",
      "category"),
  NATURE_CODE_INVALID(
      Nature.FORM,
      "A nature code has 1 to 5 digits.",
      "Un code nature comporte 1 à 5 chiffres.",
      "natureCode"),
  NATURE_CODE_UNKNOWN(
      Nature.CODE_LIST,
      "The nature code is not in the loaded list IR_NAT_V.",
      "Le code nature n'est pas dans la liste IR_NAT_V chargée.",
      "natureCode"),
  ACT_SYSTEM_UNKNOWN(
      Nature.ESSENTIAL,
      "The code system is none of CCAM, NGAP, NABM, CIP13, LPP, GHM.",
      "La nomenclature n'est ni CCAM, ni NGAP, NABM, CIP13, LPP ou GHM.",
      "act.system"),
  ACT_CODE_INVALID(
      Nature.FORM,
      "The code has not the form of its system, or a wrong check digit.",
      "Le code n'a pas la forme de sa nomenclature, ou sa clé est fausse.",
      "act.code"),
  ACT_CODE_UNKNOWN(
      Nature.CODE_LIST,
      "The code is not in the loaded list of its system.",
      "Le code n'est pas dans la liste chargée de sa nomenclature.",
      "act.code"),
  QUANTITY_ZERO(Nature.ESSENTIAL, "The quantity is zero.", "La quantité est nulle.", "quantity"),
  QUANTITY_OUT_OF_RANGE(
      Nature.ESSENTIAL,
      "The quantity has more than 9 digits before or 4 after the point.",
      "La quantité a plus de 9 chiffres avant ou 4 après la virgule.",
      "quantity"),
  RPPS_INVALID(
      Nature.FORM,
      "An RPPS number has 11 digits, the last a Luhn check digit.",
      "Un numéro RPPS a 11 chiffres, le dernier étant une clé de Luhn.",
      "performer.rpps",
      "prescriber.rpps",
      "treatingPhysicianRpps"),
  FINESS_INVALID(
      Nature.FORM,
      "A FINESS number has 9 characters, the last a Luhn check digit.",
      "Un numéro FINESS a 9 caractères, le dernier étant une clé de Luhn.",
      "performer.finess",
      "prescriber.finess"),
  SPECIALTY_CODE_INVALID(
      Nature.FORM,
      "A specialty code has 2 characters.",
      "Un code spécialité comporte 2 caractères.",
      "performer.specialtyCode",
      "prescriber.specialtyCode"),
  SPECIALTY_CODE_UNKNOWN(
      Nature.CODE_LIST,
      "The specialty code is in neither of the loaded lists IR_SPE_V and IR_ACT_V.",
      "Le code spécialité n'est dans aucune des listes chargées IR_SPE_V et IR_ACT_V.",
      "performer.specialtyCode",
      "prescriber.specialtyCode"),
  PERFORMER_MISSING(
      Nature.ESSENTIAL,
      "Neither rpps nor finess says who performed.",
      "Ni rpps ni finess n'indique qui a exécuté.",
      "performer"),
  AMOUNT_INVALID(
      Nature.ESSENTIAL,
      "An amount is a whole number of cents.",
      "Un montant est un nombre entier de centimes.",
      "amounts.paidCents",
      "amounts.baseCents",
      "amounts.reimbursedCents"),
  REIMBURSED_ABOVE_PAID(
      Nature.CONSISTENCY,
      "More was reimbursed than paid.",
      "Le montant remboursé dépasse le montant payé.",
      "amounts.reimbursedCents");

  /** What a rule is about. */
  public enum Nature {
    /** Without it there is no line to keep. */
    ESSENTIAL,
    /** The form of a code, or its check digit. */
    FORM,
    /** Whether a code stands in the lists that the operator loaded. */
    CODE_LIST,
    /** Whether values agree with each other and with today. */
    CONSISTENCY;

    /** Whether a line can be kept although a rule of this nature is not met. */
    public boolean mayWarn() {
      return switch (this) {
        case ESSENTIAL -> false;
        case FORM, CODE_LIST, CONSISTENCY -> true;
      };
    }
  }

  private static final class Fields {
    /** Stands for any field. */
    static final String EVERY = "*";
  }

  private final Nature nature;
  private final String english;
  private final String french;
  private final List<String> fields;

  LineFault(Nature nature, String english, String french, String... fields) {
    this.nature = nature;
    this.english = english;
    this.french = french;
    this.fields = List.of(fields);
  }

  /** What the rule is about. */
  public Nature nature() {
    return nature;
  }

  /** What is said when it is not met, in English. */
  public String english() {
    return english;
  }

  /** The same in French. */
  public String french() {
    return french;
  }

  /**
   * The paths of the fields that it looks at; {@code *} for all, {@code record} for the whole line.
   */
  public List<String> fields() {
    return fields;
  }

  /** This fault, of this field. */
  public LineRejected.Fault of(String field) {
    return new LineRejected.Fault(field, name(), english, french);
  }
}
