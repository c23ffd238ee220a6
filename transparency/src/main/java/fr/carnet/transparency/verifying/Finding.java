package fr.carnet.transparency.verifying;

/**
 * What is wrong with a log, and where.
 *
 * @param from first index that it is about
 * @param to behind the last
 * @param detail names, sizes and origins; never content
 */
public record Finding(Kind kind, long from, long to, String detail) {
  /** What can be wrong; the names are stable. */
  public enum Kind {
    NOT_SIGNED(
        "A checkpoint bears no valid signature of the log's key.",
        "Un point de contrôle ne porte pas de signature valide de la clé du journal."),
    WITNESS_FORGED(
        "A cosignature under a witness's name is not the witness's.",
        "Une contresignature au nom d'un témoin n'est pas la sienne."),
    OTHER_LOG(
        "A checkpoint is of another log.", "Un point de contrôle est celui d'un autre journal."),
    TWO_HISTORIES(
        "The log has signed two different histories of the same length.",
        "Le journal a signé deux histoires différentes de même longueur."),
    NEWEST_REMOVED(
        "Entries that a checkpoint covers are gone from the end.",
        "Des entrées couvertes par un point de contrôle manquent à la fin."),
    TOO_MANY(
        "There are more entries than the checkpoint covers.",
        "Il y a plus d'entrées que le point de contrôle n'en couvre."),
    CHANGED(
        "An entry is not the one that was logged.",
        "Une entrée n'est pas celle qui a été consignée."),
    REMOVED("An entry was removed.", "Une entrée a été supprimée."),
    INSERTED("An entry was inserted.", "Une entrée a été insérée."),
    REORDERED("Two entries changed places.", "Deux entrées ont été échangées."),
    OUT_OF_ORDER(
        "An entry comes before or twice in its partition, which no log does by itself.",
        "Une entrée est antérieure ou répétée dans sa partition, ce qu'aucun journal ne fait de"
            + " lui-même."),
    LEAF_CHANGED(
        "A leaf in a tile is not its entry's; the entry is the one that was signed.",
        "Une feuille d'une tuile n'est pas celle de son entrée ; l'entrée est celle qui a été"
            + " signée."),
    NOT_AS_SIGNED(
        "Files of an extract are not those that its manifest was signed for.",
        "Des fichiers d'un extrait ne sont pas ceux pour lesquels son manifeste a été signé."),
    NOT_PROVEN(
        "An entry of an extract does not stand in the log that was signed.",
        "Une entrée d'un extrait ne figure pas dans le journal qui a été signé."),
    REWRITTEN(
        "These entries are not those that were signed.",
        "Ces entrées ne sont pas celles qui ont été signées.");

    private final String english;
    private final String french;

    Kind(String english, String french) {
      this.english = english;
      this.french = french;
    }
  }

  static Finding at(Kind kind, long index, String detail) {
    return new Finding(kind, index, index + 1, detail);
  }

  /** For people: code, indexes, and the sentence in both languages. */
  @Override
  public String toString() {
    String where =
        from == to ? "" : to == from + 1 ? " index " + from : " indexes " + from + "-" + (to - 1);
    return kind
        + where
        + (detail.isEmpty() ? "" : " (" + detail + ")")
        + "\n  "
        + kind.english
        + "\n  "
        + kind.french;
  }
}
