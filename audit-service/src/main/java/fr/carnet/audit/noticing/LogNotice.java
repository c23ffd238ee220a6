package fr.carnet.audit.noticing;

import fr.carnet.events.Reason;

/** What operators and privacy officers are told of the log. While one is open it is not whole. */
public enum LogNotice implements Reason {
  LOG_BEHIND(
      "The audit log does not hold what Kafka has held for more than 60 seconds. See whether a"
          + " sequencer runs, and Kafka and the database answer.",
      "Le journal d'audit ne contient pas ce que Kafka contient depuis plus de 60 secondes. Voyez si"
          + " un séquenceur tourne, et si Kafka et la base répondent."),
  LOG_CONTRADICTED(
      "Kafka, the announcements, the database and the checkpoints that were signed contradict each"
          + " other, and the log stands still. Look before you change anything.",
      "Kafka, les annonces, la base et les points de contrôle signés se contredisent, et le journal"
          + " s'est arrêté. Regardez avant de changer quoi que ce soit."),
  LOG_NOT_VERIFIED(
      "An entry of the database is not the one that the tree of the log was made of. Take an export,"
          + " check it with carnet-verify, and make the database anew from Kafka.",
      "Une écriture de la base n'est pas celle dont l'arbre du journal a été fait. Prenez un export,"
          + " vérifiez-le avec carnet-verify, et refaites la base depuis Kafka."),
  WITNESS_CONTRADICTS(
      "A witness has cosigned a history of the log that this one does not go on from. Somebody has"
          + " shown two histories, or this log has lost what it signed.",
      "Un témoin a contresigné une histoire du journal que celle-ci ne prolonge pas. Deux histoires"
          + " ont été montrées, ou ce journal a perdu ce qu'il avait signé.");

  private final Told told;

  LogNotice(String english, String french) {
    this.told = new Told(Kind.UNAVAILABLE, english, french);
  }

  @Override
  public Told told() {
    return told;
  }
}
