package fr.carnet.eventstore;

import fr.carnet.events.Reason;

/** Why the store itself refuses a command. */
public enum StoreRefusal implements Reason {
  CONCURRENT_UPDATE(
      Kind.CONFLICT,
      "Others changed this at the same moment. Nothing was recorded; ask again.",
      "D'autres l'ont modifié au même instant. Rien n'a été enregistré ; recommencez."),
  IDEMPOTENCY_KEY_REUSED(
      Kind.INVALID,
      "This Idempotency-Key was used for another request. Draw a new key for each request.",
      "Cette Idempotency-Key a servi à une autre demande. Utilisez une nouvelle clé par demande."),
  STREAM_STOPPED(
      Kind.UNAVAILABLE,
      "This dossier's history has to be mended first; nothing was recorded. The operator has been"
          + " alerted.",
      "L'historique de ce dossier doit d'abord être réparé ; rien n'a été enregistré. L'exploitant est"
          + " alerté."),
  NOT_READY(
      Kind.UNAVAILABLE,
      "The service is comparing its database with the log and accepts no change yet. Ask again soon.",
      "Le service compare sa base avec le journal et n'accepte encore aucun changement."
          + " Recommencez bientôt.");

  private final Told told;

  StoreRefusal(Kind kind, String english, String french) {
    this.told = new Told(kind, english, french);
  }

  @Override
  public Told told() {
    return told;
  }
}
