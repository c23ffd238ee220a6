package fr.carnet.ingest.keeping;

import fr.carnet.events.Reason;

/** Why a request is not taken now. */
enum UnderWayProblem implements Reason {
  TOO_MANY_DELIVERIES(
      Kind.TOO_MANY_AT_ONCE,
      "Eight deliveries, corrections or pages of rejections of yours, or sixteen of all senders, are"
          + " under way. Ask again when one of them has ended.",
      "Huit de vos livraisons, corrections ou pages de rejets, ou seize de tous les émetteurs, sont"
          + " en cours. Redemandez lorsque l'une d'elles sera terminée.");

  private final Told told;

  UnderWayProblem(Kind kind, String english, String french) {
    this.told = new Told(kind, english, french);
  }

  @Override
  public Told told() {
    return told;
  }
}
