package fr.carnet.dossier.querying;

import fr.carnet.events.Reason;

/** Why nothing is shown. */
enum ReadingRefusal implements Reason {
  NO_STANDING(
      Kind.FORBIDDEN,
      "You may not see this dossier, or there is none. The patient can give you access in Carnet.",
      "Vous ne pouvez pas voir ce dossier, ou il n'existe pas. Le patient peut vous autoriser dans"
          + " Carnet."),
  DOSSIER_NOT_FOUND(
      Kind.NOT_FOUND,
      "This person has no dossier. With their consent you can open one.",
      "Cette personne n'a pas de dossier. Avec son consentement vous pouvez en ouvrir un."),
  NO_SUCH_ERASURE(
      Kind.NOT_FOUND,
      "No dossier of this id was erased.",
      "Aucun dossier portant cet identifiant n'a été effacé."),
  NO_SUCH_REQUEST(
      Kind.NOT_FOUND,
      "There is no such request. GET /timetable lists those that wait.",
      "Il n'y a pas de telle demande. GET /timetable énumère celles qui attendent."),
  DECISION_UNAVAILABLE(
      Kind.UNAVAILABLE,
      "Whether you may see this cannot be decided now, so nothing is shown. Ask again in a moment.",
      "Votre droit d'accès ne peut être vérifié pour l'instant, rien n'est donc montré."
          + " Recommencez dans un moment."),
  LOG_NOT_WHOLE(
      Kind.UNAVAILABLE,
      "What is read cannot be proven right now, so reading has stopped. It goes on by itself once"
          + " the audit log is whole. Ask again later.",
      "La preuve des consultations n'est pas assurée pour l'instant, la consultation est donc"
          + " suspendue. Elle reprendra d'elle-même une fois le journal complet. Recommencez plus"
          + " tard."),
  PURPOSE_UNKNOWN(
      Kind.INVALID,
      "Carnet-Purpose is normal, bris_de_glace or centre_15.",
      "Carnet-Purpose vaut normal, bris_de_glace ou centre_15."),
  CATEGORY_UNKNOWN(
      Kind.INVALID,
      "category is MEDICATION, VACCINATION, DEVICE, HOSPITAL_STAY, MEDICAL_CARE, DENTAL_CARE,"
          + " IMAGING or LABORATORY.",
      "category vaut MEDICATION, VACCINATION, DEVICE, HOSPITAL_STAY, MEDICAL_CARE, DENTAL_CARE,"
          + " IMAGING ou LABORATORY."),
  REASON_MISSING(
      Kind.INVALID,
      "Break-glass needs a reason in words: send it percent-encoded in Carnet-Reason.",
      "Le bris de glace exige un motif rédigé : envoyez-le encodé dans Carnet-Reason."),
  CURSOR_INVALID(
      Kind.INVALID,
      "The cursor is not one that a page of this list gave. Start at the first page.",
      "Ce curseur ne vient pas d'une page de cette liste. Reprenez à la première page."),
  LIMIT_INVALID(
      Kind.INVALID, "limit is a number from 1 to 200.", "limit est un nombre de 1 à 200."),
  DAY_INVALID(
      Kind.INVALID, "from and to are days, yyyy-mm-dd.", "from et to sont des jours, aaaa-mm-jj."),
  TEXT_INVALID(
      Kind.INVALID,
      "text has 2 to 100 characters, accents and dots not counted.",
      "text comporte 2 à 100 caractères, accents et points non comptés."),
  DAYS_INVALID(Kind.INVALID, "days is a number from 1 to 730.", "days est un nombre de 1 à 730."),
  ACT_INVALID(
      Kind.INVALID,
      "system is CCAM, NGAP, NABM, CIP13, LPP or GHM, and code has that system's form.",
      "system vaut CCAM, NGAP, NABM, CIP13, LPP ou GHM, et code a la forme de cette"
          + " nomenclature."),
  ASSISTANTS_ONLY(
      Kind.FORBIDDEN,
      "Counter agents and pharmacists (profession 21) assist patients.",
      "Les agents d'accueil et les pharmaciens (profession 21) assistent les patients."),
  PROFESSIONALS_ONLY(
      Kind.FORBIDDEN,
      "Only professionals are told what changed since they last looked.",
      "Seuls les professionnels voient ce qui a changé depuis leur dernière consultation."),
  ITEM_NOT_FOUND(
      Kind.NOT_FOUND,
      "There is no such item, or it is not yours to see. Take itemId from the list.",
      "Cet élément n'existe pas, ou n'est pas visible pour vous. Prenez itemId dans la liste."),
  KIND_UNKNOWN(
      Kind.INVALID,
      "kind is one of the kinds of items, CONDITION for instance; see /q/openapi.",
      "kind est un des types d'éléments, par exemple CONDITION ; voir /q/openapi.");

  private final Told told;

  ReadingRefusal(Kind kind, String english, String french) {
    this.told = new Told(kind, english, french);
  }

  @Override
  public Told told() {
    return told;
  }
}
