package fr.carnet.access.counting;

import fr.carnet.events.Reason;

/** Why not even a refusal is said. */
enum CountRefusal implements Reason {
  TOO_MANY_REFUSALS(
      Kind.TOO_MANY,
      "You were refused too often within the hour. Ask for access first, and try later.",
      "Trop de refus en une heure. Demandez d'abord l'accès, et réessayez plus tard.");

  private final Told told;

  CountRefusal(Kind kind, String english, String french) {
    this.told = new Told(kind, english, french);
  }

  @Override
  public Told told() {
    return told;
  }
}
