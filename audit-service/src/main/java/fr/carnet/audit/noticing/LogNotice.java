package fr.carnet.audit.noticing;

import fr.carnet.events.Reason;

/**
 * What operators and privacy officers are told of the log. While one is open the log is not whole,
 * but for those that leave it so.
 */
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
      "An entry of the database is not the one that the tree of the log was made of, the tree or its"
          + " checkpoint is not the one that was kept or signed, or what is found and shown is not"
          + " what the log says. Take an export, check it with carnet-verify, and make the database"
          + " anew from Kafka, or what is found anew from the log.",
      "Une écriture de la base n'est pas celle dont l'arbre du journal a été fait, l'arbre ou son"
          + " point de contrôle n'est pas celui qui a été gardé ou signé, ou ce qui est trouvé et"
          + " montré n'est pas ce que dit le journal. Prenez un export, vérifiez-le avec"
          + " carnet-verify, et refaites la base depuis Kafka, ou ce qui est trouvé depuis le"
          + " journal."),
  LOG_NOT_SIGNED(
      "For more than 60 seconds the audit log has held entries that no checkpoint covers: nobody can"
          + " prove them, and the log does not check them itself. See whether the file of"
          + " checkpoints can be written, and what the audit-service says of it.",
      "Depuis plus de 60 secondes, le journal d'audit contient des écritures qu'aucun point de"
          + " contrôle ne couvre : personne ne peut les prouver, et le journal ne les vérifie pas"
          + " lui-même. Voyez si le fichier des points de contrôle peut être écrit, et ce qu'en dit"
          + " l'audit-service."),
  SEARCH_BEHIND(
      "Searches and patients' looks do not find what the audit log has held for more than 60"
          + " seconds; the log itself holds it. See whether an audit-service runs, and what it says"
          + " of facts that are not projected.",
      "Les recherches et les consultations montrées aux patients ne trouvent pas ce que le journal"
          + " d'audit contient depuis plus de 60 secondes ; le journal, lui, le contient. Voyez si"
          + " un audit-service tourne, et ce qu'il dit des faits non projetés."),
  TWO_HISTORIES(
      "A witness holds a checkpoint that this log's key has signed and that this log does not go on"
          + " from. Two histories have been signed, or this log has lost what it signed. Ask the"
          + " witness for it, and look before you change anything.",
      "Un témoin détient un point de contrôle que la clé de ce journal a signé et que ce journal ne"
          + " prolonge pas. Deux histoires ont été signées, ou ce journal a perdu ce qu'il avait"
          + " signé. Demandez-le au témoin, et regardez avant de changer quoi que ce soit."),
  WITNESS_CONTRADICTS(
      "A witness says that it has cosigned a history of the log that this one does not go on from,"
          + " and has not shown it. Ask it for its checkpoint, and check it with carnet-verify.",
      "Un témoin dit avoir contresigné une histoire du journal que celle-ci ne prolonge pas, et ne"
          + " l'a pas montrée. Demandez-lui son point de contrôle, et vérifiez-le avec"
          + " carnet-verify.");

  private final Told told;

  LogNotice(String english, String french) {
    this.told = new Told(Kind.UNAVAILABLE, english, french);
  }

  /**
   * Whether the log may be whole all the same: reading does not stop for a search that lags, nor
   * because a witness says something that it does not prove.
   */
  public boolean leavesLogWhole() {
    return this == SEARCH_BEHIND || this == WITNESS_CONTRADICTS;
  }

  @Override
  public Told told() {
    return told;
  }
}
