package fr.carnet.dossier.deciding;

import fr.carnet.events.Reason;

/** Why something is refused about a dossier. */
public enum DossierRefusal implements Reason {
  DOSSIER_EXISTS(
      Kind.CONFLICT,
      "This person has a dossier already. If it is closed, reopen it: POST"
          + " /dossiers/{id}/reopening; GET /dossiers/mine tells the id.",
      "Cette personne a déjà un dossier. S'il est fermé, rouvrez-le : POST"
          + " /dossiers/{id}/reopening ; GET /dossiers/mine indique son identifiant."),
  DOSSIER_ALREADY_OPEN(
      Kind.CONFLICT, "The dossier is open already.", "Le dossier est déjà ouvert."),
  DOSSIER_ALREADY_CLOSED(
      Kind.CONFLICT,
      "The dossier is closed already. The patient may reopen it within ten years.",
      "Le dossier est déjà fermé. Le patient peut le rouvrir pendant dix ans."),
  CONSENT_MISSING(
      Kind.INVALID,
      "Opening needs the patient's consent: send consentWording, the wording that was agreed to, at most 500 characters.",
      "L'ouverture nécessite le consentement du patient : envoyez consentWording, le texte"
          + " accepté, de 500 caractères au plus."),
  INS_NOT_YOURS(
      Kind.FORBIDDEN,
      "The INS in the token is not the one of this account. Sign in again with the scope ins.",
      "L'INS du jeton n'est pas celui de ce compte. Reconnectez-vous avec le scope ins."),
  NO_STANDING(
      Kind.FORBIDDEN,
      "You may not see this dossier, or there is none. The patient can give you access in Carnet.",
      "Vous ne pouvez pas voir ce dossier, ou il n'existe pas. Le patient peut vous autoriser dans"
          + " Carnet."),
  RECOVERY_UNFINISHED(
      Kind.UNAVAILABLE,
      "Dossiers that were opened before are being recovered, so nobody can open one now. Ask again"
          + " later; the operator has been alerted.",
      "Des dossiers ouverts auparavant sont en cours de récupération : aucun ne peut être ouvert pour"
          + " l'instant. Réessayez plus tard ; l'exploitant est alerté.");

  private final Told told;

  DossierRefusal(Kind kind, String english, String french) {
    this.told = new Told(kind, english, french);
  }

  @Override
  public Told told() {
    return told;
  }
}
