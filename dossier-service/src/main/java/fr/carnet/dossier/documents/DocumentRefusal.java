package fr.carnet.dossier.documents;

import fr.carnet.events.Reason;

/** Why a document is not taken, or not given. */
public enum DocumentRefusal implements Reason {
  DOCUMENT_PARTS_WRONG(
      Kind.INVALID,
      "Send multipart/form-data with two parts in this order: metadata (JSON, at most 16,384 bytes)"
          + " and file, each once, the second with its Content-Type.",
      "Envoyez du multipart/form-data en deux parties, dans cet ordre : metadata (JSON, 16 384 octets"
          + " au plus) et file, une fois chacune, la seconde avec son Content-Type."),
  DOCUMENT_EMPTY(Kind.INVALID, "The file has no bytes.", "Le fichier est vide."),
  DOCUMENT_TOO_LARGE(
      Kind.INVALID,
      "The file is larger than this service takes. Reduce it, or send it in parts.",
      "Le fichier dépasse la taille acceptée. Réduisez-le, ou envoyez-le en plusieurs documents."),
  DOCUMENT_CUT(
      Kind.INVALID,
      "The sending ended before the file did, so nothing was kept. Send it again.",
      "L'envoi s'est interrompu avant la fin du fichier : rien n'est conservé. Recommencez."),
  DOCUMENT_TOO_SLOW(
      Kind.INVALID,
      "The sending took too long, so nothing was kept. Send it again over a better connection.",
      "L'envoi a pris trop de temps : rien n'est conservé. Recommencez avec une meilleure"
          + " connexion."),
  DOCUMENT_TYPE_NOT_TAKEN(
      Kind.INVALID,
      "The file's Content-Type is application/pdf, application/xml (CDA), image/jpeg or image/png.",
      "Le Content-Type du fichier est application/pdf, application/xml (CDA), image/jpeg ou"
          + " image/png."),
  DOCUMENT_NOT_ITS_TYPE(
      Kind.INVALID,
      "The file is not of the type that its Content-Type says.",
      "Le fichier n'est pas du type qu'indique son Content-Type."),
  DOCUMENT_EXECUTABLE(
      Kind.INVALID,
      "Programs and archives are not taken.",
      "Les programmes et les archives ne sont pas acceptés."),
  DOCUMENT_UNREADABLE(
      Kind.INVALID,
      "The file is damaged, or too intricate to be checked. Save or print it anew, as PDF/A where you"
          + " can.",
      "Le fichier est endommagé, ou trop complexe pour être vérifié. Enregistrez-le ou imprimez-le à"
          + " nouveau, si possible en PDF/A."),
  DOCUMENT_HAS_SCRIPT(
      Kind.INVALID,
      "The file has scripts or starts actions. Save it without them, as PDF/A where you can.",
      "Le fichier contient des scripts ou déclenche des actions. Enregistrez-le sans, si possible en"
          + " PDF/A."),
  DOCUMENT_HAS_FILES(
      Kind.INVALID,
      "The PDF has other files in it. Send each as a document of its own.",
      "Le PDF contient d'autres fichiers. Envoyez-les séparément."),
  DOCUMENT_ENCRYPTED(
      Kind.INVALID,
      "The PDF is protected by a password or by rights. Save it without protection.",
      "Le PDF est protégé par un mot de passe ou des droits. Enregistrez-le sans protection."),
  DOCUMENT_INFLATES(
      Kind.INVALID,
      "The file unpacks into more than this service takes.",
      "Une fois décompressé, le fichier dépasse ce qui est accepté."),
  DOCUMENT_HAS_DOCTYPE(
      Kind.INVALID,
      "The XML has a DOCTYPE; a CDA has none.",
      "Le XML contient un DOCTYPE ; un CDA n'en a pas."),
  DOCUMENT_STORE_UNAVAILABLE(
      Kind.UNAVAILABLE,
      "Documents cannot be stored or fetched now. Ask again in a moment.",
      "Les documents ne peuvent être enregistrés ou lus pour l'instant. Recommencez dans un moment."),
  DOCUMENTS_BUSY(
      Kind.UNAVAILABLE,
      "Too many documents are being sent at this moment. Ask again in a moment.",
      "Trop de documents sont envoyés en ce moment. Recommencez dans un moment.");

  private final Told told;

  DocumentRefusal(Kind kind, String english, String french) {
    this.told = new Told(kind, english, french);
  }

  @Override
  public Told told() {
    return told;
  }
}
