package fr.carnet.transparency.verifying;

import java.util.regex.Pattern;

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
    NOT_WITNESSED(
        "No witness stands behind a checkpoint that covers this. The newest may wait for its"
            + " cosignatures for some seconds: take it anew.",
        "Aucun témoin ne s'est porté garant d'un point de contrôle qui couvre ceci. Le plus récent"
            + " peut attendre ses contresignatures quelques secondes : à reprendre."),
    OTHER_LOG(
        "A checkpoint is of another log.", "Un point de contrôle est celui d'un autre journal."),
    TWO_HISTORIES(
        "The log has signed two different histories of the same length.",
        "Le journal a signé deux histoires différentes de même longueur."),
    NEWEST_REMOVED(
        "Entries that a checkpoint covers are gone from the end, or that checkpoint was signed after"
            + " this was taken: take the log anew, or leave that checkpoint out.",
        "Des entrées couvertes par un point de contrôle manquent à la fin, ou ce point a été signé"
            + " après la copie : recopiez le journal, ou laissez ce point de côté."),
    TOO_MANY(
        "There are more entries than the checkpoint covers.",
        "Il y a plus d'entrées que le point de contrôle n'en couvre."),
    CHANGED(
        "An entry is not the one that was logged.",
        "Une entrée n'est pas celle qui a été consignée."),
    REMOVED("An entry was removed.", "Une entrée a été supprimée."),
    WITHHELD(
        "An entry is there by the digest of its bytes only, where the bytes themselves belong.",
        "Une entrée n'est présente que par l'empreinte de ses octets, là où les octets eux-mêmes"
            + " doivent être."),
    UNREADABLE(
        "What stands there is no entry as logs write them.",
        "Ce qui figure là n'est pas une entrée telle qu'un journal les écrit."),
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
    AMBIGUOUS(
        "An extract's ZIP file shows other files to other programs, or holds more than its files.",
        "Le fichier ZIP d'un extrait montre d'autres fichiers à d'autres programmes, ou contient"
            + " plus que ses fichiers."),
    NOT_AS_SIGNED(
        "Files of an extract are not those that its manifest was signed for.",
        "Des fichiers d'un extrait ne sont pas ceux pour lesquels son manifeste a été signé."),
    NOT_PROVEN(
        "An entry of an extract does not stand in the log that was signed.",
        "Une entrée d'un extrait ne figure pas dans le journal qui a été signé."),
    NOT_AS_SAID(
        "What an extract tells of an entry is not told of the entry that it proves beside it.",
        "Ce qu'un extrait dit d'une entrée n'est pas dit de l'entrée dont il apporte la preuve."),
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

  /** What moves a terminal's cursor, begins a line or turns the direction of writing. */
  private static final Pattern UNSHOWN = Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}]");

  public Finding {
    detail = shown(detail);
  }

  /** Names and texts from a file that others made, so that they cannot look like a verdict. */
  static String shown(String text) {
    return UNSHOWN.matcher(text).replaceAll("\uFFFD");
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
