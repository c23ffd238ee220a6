package fr.carnet.access.noticing;

/**
 * What people are told about access to a dossier, as a stable code and a sentence. The sentences
 * fit the patient, who represents them, and their médecin traitant.
 */
public enum NoticeCode {
  /** A professional was shown something for the first time (arrêté of 26 October 2023). */
  FIRST_ACCESS(
      "A professional has seen the dossier for the first time.",
      "Un professionnel a consulté le dossier pour la première fois."),
  /** CSP L1111-17: told afterwards, to the médecins traitants too. */
  BREAK_GLASS(
      "A professional has seen the dossier in an emergency (break-glass), and gave a reason.",
      "Un professionnel a consulté le dossier en urgence (bris de glace), en indiquant un motif."),
  /** CSP L1111-17: told afterwards, to the médecins traitants too. */
  MEDICAL_REGULATION(
      "The emergency call centre (centre 15) has seen the dossier.",
      "La régulation médicale (centre 15) a consulté le dossier."),
  /** Three refusals of one person within an hour, told once a day (ours). */
  REFUSALS_REPEATED(
      "Somebody asked for the dossier at least three times within an hour, and was refused.",
      "Une personne a demandé le dossier au moins trois fois en une heure, et a été refusée."),
  GRANT_ENDS(
      "An authorisation ends within seven days. It can be given anew.",
      "Une autorisation prend fin dans les sept jours. Elle peut être renouvelée.");

  private final Sentence sentence;

  NoticeCode(String english, String french) {
    this.sentence = new Sentence(english, french);
  }

  /** The sentence, in both languages. */
  public Sentence sentence() {
    return sentence;
  }
}
