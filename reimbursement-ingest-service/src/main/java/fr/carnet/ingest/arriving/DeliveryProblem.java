package fr.carnet.ingest.arriving;

import fr.carnet.events.Reason;

/** Why a delivery, or the correction of a rejection, is not taken. */
enum DeliveryProblem implements Reason {
  ENCODING_UNKNOWN(
      Kind.INVALID,
      "Content-Encoding is gzip, identity, or absent.",
      "Content-Encoding vaut gzip, identity, ou est absent."),
  BODY_CUT(
      Kind.INVALID,
      "The body ended too early or cannot be decompressed. Lines before that are kept; send the"
          + " whole delivery again, they count as repeated.",
      "Le corps s'arrête trop tôt ou ne peut être décompressé. Les lignes précédentes sont"
          + " conservées ; renvoyez toute la livraison, elles compteront comme répétées."),
  BODY_NOT_LINES(
      Kind.INVALID,
      "The body has no line to take for 16 MiB, or unpacks to more than a hundred times its size."
          + " Lines before that are kept; leave out what is blank or too long, and send it again.",
      "Le corps n'a aucune ligne recevable sur 16 Mio, ou se décompresse à plus de cent fois sa"
          + " taille. Les lignes précédentes sont conservées ; retirez ce qui est vide ou trop long,"
          + " et renvoyez-le."),
  DRY_RUN_INVALID(Kind.INVALID, "dryRun is true or false.", "dryRun vaut true ou false."),
  NO_SUCH_REJECTION(
      Kind.NOT_FOUND,
      "You have no such rejection, or its 30 days are over.",
      "Vous n'avez pas ce rejet, ou ses 30 jours sont écoulés."),
  REJECTION_CORRECTED(
      Kind.CONFLICT,
      "This rejection was corrected before; GET /rejections says what became of it.",
      "Ce rejet a déjà été corrigé ; GET /rejections indique ce qu'il est devenu."),
  CHANGE_INVALID(
      Kind.INVALID,
      "A change names a field such as act.code and, in replace, new values by the text of old ones;"
          + " * stands for every other. All changes together have at most 65,536 bytes.",
      "Un changement désigne un champ tel que act.code et, dans replace, de nouvelles valeurs selon"
          + " le texte des anciennes ; * vaut pour toutes les autres. L'ensemble des changements"
          + " compte au plus 65 536 octets.");

  private final Told told;

  DeliveryProblem(Kind kind, String english, String french) {
    this.told = new Told(kind, english, french);
  }

  @Override
  public Told told() {
    return told;
  }
}
