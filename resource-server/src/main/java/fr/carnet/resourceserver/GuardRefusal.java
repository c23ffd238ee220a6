package fr.carnet.resourceserver;

import fr.carnet.events.Reason;

/** Why not even a refusal is said. */
enum GuardRefusal implements Reason {
  TOO_MANY_REFUSALS(
      Kind.TOO_MANY,
      "You were refused too often within the hour. Ask for access first, and try later.",
      "Trop de refus en une heure. Demandez d'abord l'accès, et réessayez plus tard."),
  DECISION_UNAVAILABLE(
      Kind.UNAVAILABLE,
      "Whether you may see this cannot be decided now, so nothing is shown. Ask again in a moment.",
      "Votre droit d'accès ne peut être vérifié pour l'instant, rien n'est donc montré."
          + " Recommencez dans un moment.");

  private final Told told;

  GuardRefusal(Kind kind, String english, String french) {
    this.told = new Told(kind, english, french);
  }

  @Override
  public Told told() {
    return told;
  }
}
