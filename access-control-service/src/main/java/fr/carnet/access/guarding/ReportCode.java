package fr.carnet.access.guarding;

import fr.carnet.access.noticing.Sentence;

/** What the privacy officer is told, as a stable code and a sentence. */
public enum ReportCode {
  SCANNING(
      "An account was refused so often within an hour that it may be looking for dossiers.",
      "Un compte a été refusé si souvent en une heure qu'il recherche peut-être des dossiers."),
  FREQUENT_BREAK_GLASS(
      "A professional used break-glass more than five times in a day.",
      "Un professionnel a utilisé le bris de glace plus de cinq fois en un jour.");

  private final Sentence sentence;

  ReportCode(String english, String french) {
    this.sentence = new Sentence(english, french);
  }

  /** The sentence, in both languages. */
  public Sentence sentence() {
    return sentence;
  }
}
