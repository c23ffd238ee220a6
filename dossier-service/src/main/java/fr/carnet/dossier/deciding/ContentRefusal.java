package fr.carnet.dossier.deciding;

import fr.carnet.events.Reason;

/** Why something is refused about what a dossier holds. */
public enum ContentRefusal implements Reason {
  DOSSIER_CLOSED(
      Kind.CONFLICT,
      "Your dossier is closed. Reopen it first: POST /dossiers/{id}/reopening.",
      "Votre dossier est fermé. Rouvrez-le d'abord : POST /dossiers/{id}/reopening."),
  KIND_NOT_YOURS(
      Kind.FORBIDDEN,
      "An item of this kind is not yours to write: emergency contacts, advance directives and notes"
          + " are the patient's; prescriptions, results, reports, plans and certificates are"
          + " professionals'.",
      "Ce type d'élément n'est pas de votre ressort : les contacts d'urgence, directives anticipées et"
          + " notes sont au patient ; les prescriptions, résultats, comptes rendus, plans et"
          + " certificats aux professionnels."),
  PHARMACISTS_ONLY(
      Kind.FORBIDDEN,
      "Only a pharmacist records what was dispensed.",
      "Seul un pharmacien enregistre une dispensation."),
  PRESCRIPTION_UNKNOWN(
      Kind.INVALID,
      "There is no such prescription in this dossier. prescriptionId is the number of the"
          + " prescription.",
      "Cette ordonnance n'existe pas dans ce dossier. prescriptionId est le numéro de l'ordonnance."),
  ITEM_EXISTS(
      Kind.CONFLICT,
      "This item is in the dossier already. PUT a new version of it.",
      "Cet élément est déjà dans le dossier. Envoyez une nouvelle version avec PUT."),
  ITEM_NOT_FOUND(
      Kind.NOT_FOUND,
      "There is no such item, or it is not yours to change. Its author can.",
      "Cet élément n'existe pas, ou n'est pas à vous. Son auteur peut le modifier."),
  KIND_CHANGED(
      Kind.CONFLICT,
      "A new version is of the same kind as the item. Delete this one and add another.",
      "Une nouvelle version garde le type de l'élément. Supprimez-le et ajoutez-en un autre."),
  NOTHING_TO_ANNOUNCE(
      Kind.CONFLICT,
      "Only what a professional added as invisible until announced is announced.",
      "Seul un élément ajouté par un professionnel comme invisible jusqu'à l'annonce s'annonce."),
  MASKED_ALREADY(
      Kind.CONFLICT,
      "This is masked already. GET /dossiers/{id}/masks lists your masks.",
      "C'est déjà masqué. GET /dossiers/{id}/masks énumère vos masquages."),
  MASK_NOT_FOUND(
      Kind.NOT_FOUND,
      "There is no such mask. GET /dossiers/{id}/masks lists your masks.",
      "Ce masquage n'existe pas. GET /dossiers/{id}/masks énumère vos masquages."),
  MASK_INVALID(
      Kind.INVALID,
      "of is ITEM (itemId of something that you see), ACT (system and code, in that system's form),"
          + " CATEGORY (of the care history) or CLASS (of the matrix).",
      "of vaut ITEM (itemId d'un élément que vous voyez), ACT (system et code, à la forme de cette"
          + " nomenclature), CATEGORY (de l'historique des soins) ou CLASS (de la matrice)."),
  DIRECTIVE_NEVER_MASKED(
      Kind.CONFLICT,
      "Advance directives are never masked. Revoke them with DELETE if they no longer hold.",
      "Les directives anticipées ne se masquent pas. Révoquez-les avec DELETE si elles ne valent"
          + " plus."),
  DOCUMENT_WITHOUT_FILE(
      Kind.INVALID,
      "A document comes with its file, not here.",
      "Un document s'envoie avec son fichier, pas ici.");

  private final Told told;

  ContentRefusal(Kind kind, String english, String french) {
    this.told = new Told(kind, english, french);
  }

  @Override
  public Told told() {
    return told;
  }
}
