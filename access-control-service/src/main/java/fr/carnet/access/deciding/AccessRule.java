package fr.carnet.access.deciding;

/**
 * Every rule by which somebody may or may not see a dossier, in the order in which they are looked
 * at: the first that is met decides. Sources: CSP L1111-14 to L1111-18 and R1111-48, ANS TD02.
 */
public enum AccessRule {
  BARRED_PARTY(
      "BARRED_PARTY",
      "The law bars this party from every dossier, even with consent (CSP L1111-18).",
      "La loi interdit tout dossier à cet organisme, même avec consentement (CSP L1111-18)."),
  NOT_A_CARE_PROFESSIONAL(
      "NOT_A_CARE_PROFESSIONAL",
      "Content is for the patient and for the professionals who care for them.",
      "Le contenu est réservé au patient et aux professionnels qui le soignent."),
  UNKNOWN_DOSSIER("NO_STANDING", "There is no such dossier.", "Ce dossier n'existe pas."),
  OWNER("OWNER", "It is their own dossier.", "C'est son propre dossier."),
  ANOTHER_PATIENT(
      "NO_STANDING",
      "A patient sees their own dossier only.",
      "Un patient ne voit que son propre dossier."),
  STOPPED(
      "NO_STANDING",
      "What is known of this dossier may be out of date, so that nobody else is let in.",
      "Ce que l'on sait de ce dossier n'est peut-être pas à jour ; personne d'autre n'y accède."),
  DOSSIER_CLOSED(
      "NO_STANDING",
      "The dossier is closed: only its owner has a right to the archive (CSP R1111-36).",
      "Le dossier est fermé : seul son titulaire a droit à l'archive (CSP R1111-36)."),
  BLOCKED(
      "NO_STANDING",
      "The patient blocked this professional, in an emergency too (ANS TD02).",
      "Le patient a bloqué ce professionnel, même en urgence (ANS TD02)."),
  TREATING_PHYSICIAN(
      "TREATING_PHYSICIAN",
      "A médecin traitant sees everything, masked items included.",
      "Un médecin traitant voit tout, éléments masqués compris."),
  BREAK_GLASS(
      "BREAK_GLASS",
      "The person cannot express their will and there is immediate risk (CSP L1111-17).",
      "La personne est hors d'état d'exprimer sa volonté et le risque est immédiat (CSP L1111-17)."),
  MEDICAL_REGULATION(
      "MEDICAL_REGULATION",
      "A doctor of medical regulation answers a call (CSP L1111-17).",
      "Un médecin régulateur répond à un appel (CSP L1111-17)."),
  GRANT(
      "GRANT",
      "The patient granted access, and the grant is in force.",
      "Le patient a donné son autorisation, et elle est en cours."),
  NO_STANDING(
      "NO_STANDING",
      "Nothing gives this professional a right to the dossier.",
      "Rien ne donne à ce professionnel de droit sur le dossier.");

  private final String outward;
  private final String english;
  private final String french;

  AccessRule(String outward, String english, String french) {
    this.outward = outward;
    this.english = english;
    this.french = french;
  }

  /** The code that is told; refusals that would tell something of the dossier share one. */
  public String outward() {
    return outward;
  }

  /** Why, in English: for the owner and the privacy officer only. */
  public String english() {
    return english;
  }

  /** The same in French. */
  public String french() {
    return french;
  }
}
