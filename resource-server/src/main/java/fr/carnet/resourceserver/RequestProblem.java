package fr.carnet.resourceserver;

import fr.carnet.events.Reason;

/** What can be wrong with a request before any service looks at it. */
public enum RequestProblem implements Reason {
  TOKEN_MISSING_OR_INVALID(
      Kind.FORBIDDEN,
      "Sign in, and send a valid access token in the Authorization header.",
      "Connectez-vous, et envoyez un jeton d'accès valide dans l'en-tête Authorization."),
  TOKEN_EXPIRED(
      Kind.FORBIDDEN,
      "The access token has expired. Ask the identity provider for a new one.",
      "Le jeton d'accès a expiré. Demandez-en un nouveau au fournisseur d'identité."),
  TOKEN_NOT_YET_VALID(
      Kind.FORBIDDEN,
      "The access token is not valid yet. Compare your clock with the identity provider's.",
      "Le jeton d'accès n'est pas encore valide. Comparez votre horloge à celle du fournisseur"
          + " d'identité."),
  TOKEN_WRONG_ISSUER(
      Kind.FORBIDDEN,
      "The access token is from another identity provider than the one trusted here.",
      "Le jeton d'accès vient d'un autre fournisseur d'identité que celui reconnu ici."),
  TOKEN_WRONG_AUDIENCE(
      Kind.FORBIDDEN,
      "The access token is for another service. Ask for one with the audience carnet.",
      "Le jeton d'accès est destiné à un autre service. Demandez-en un pour l'audience carnet."),
  TOKEN_SIGNATURE_WRONG(
      Kind.FORBIDDEN,
      "The access token was altered, or signed by somebody else.",
      "Le jeton d'accès a été altéré, ou signé par quelqu'un d'autre."),
  TOKEN_NOT_SIGNED(
      Kind.FORBIDDEN,
      "The access token is not signed (alg none).",
      "Le jeton d'accès n'est pas signé (alg none)."),
  TOKEN_CLAIM_MISSING(
      Kind.FORBIDDEN,
      "The access token lacks a claim that every token has: exp, iat or sub.",
      "Il manque au jeton d'accès un attribut que tout jeton comporte : exp, iat ou sub."),
  ROLE_MISSING(
      Kind.FORBIDDEN,
      "Your account has no right to this. Use an account with the role that the API document names.",
      "Votre compte n'y donne pas droit. Utilisez un compte ayant le rôle indiqué par la"
          + " documentation."),
  ROLES_CONFLICT(
      Kind.FORBIDDEN,
      "This account has several roles. Use one account for each capacity you act in.",
      "Ce compte a plusieurs rôles. Utilisez un compte pour chaque qualité à laquelle vous agissez."),
  CLAIM_MISSING(
      Kind.FORBIDDEN,
      "The token lacks a claim that this request needs: patient_ref for a patient, ins (ask for the"
          + " scope ins) to open a dossier, SubjectNameID for a professional.",
      "Il manque au jeton un attribut nécessaire : patient_ref pour un patient, ins (demandez le"
          + " scope ins) pour ouvrir un dossier, SubjectNameID pour un professionnel."),
  EXERCISE_NOT_CHOSEN(
      Kind.INVALID,
      "You have several exercises. Name the one you act in with the header Carnet-Exercise (0, 1…).",
      "Vous avez plusieurs exercices. Indiquez celui au titre duquel vous agissez avec l'en-tête"
          + " Carnet-Exercise (0, 1…)."),
  STRUCTURE_NOT_CHOSEN(
      Kind.INVALID,
      "You act in several structures. Name one of them with the header Carnet-Structure: 3 and the"
          + " FINESS.",
      "Vous exercez dans plusieurs structures. Indiquez l'une d'elles avec l'en-tête"
          + " Carnet-Structure : 3 suivi du FINESS."),
  REQUEST_NOT_READABLE(
      Kind.INVALID,
      "The body is not the JSON that the API document describes; field names where, if it is known.",
      "Le corps n'est pas le JSON que décrit la documentation ; field indique où, si c'est connu."),
  BODY_TOO_LARGE(
      Kind.INVALID,
      "A JSON body has at most 1,048,576 bytes. Lines go to POST /deliveries as NDJSON, files to POST"
          + " /dossiers/{id}/documents.",
      "Un corps JSON comporte au plus 1 048 576 octets. Les lignes vont à POST /deliveries en"
          + " NDJSON, les fichiers à POST /dossiers/{id}/documents."),
  FIELD_MISSING(
      Kind.INVALID,
      "A required field is missing: the one that field names.",
      "Un champ obligatoire manque : celui qu'indique field."),
  IDENTIFIER_INVALID(
      Kind.INVALID,
      "An identifier has the wrong form or check digit. A professional's national id is 8 and the RPPS,"
          + " a structure's 3 and the FINESS.",
      "Un identifiant n'a pas la bonne forme ou la bonne clé. L'identifiant national d'un"
          + " professionnel est 8 suivi du RPPS, celui d'une structure 3 suivi du FINESS."),
  IDEMPOTENCY_KEY_INVALID(
      Kind.INVALID,
      "Idempotency-Key has 1 to 128 characters: letters, digits, - and _.",
      "Idempotency-Key comporte 1 à 128 caractères : lettres, chiffres, - et _."),
  NO_SUCH_REBUILD(
      Kind.NOT_FOUND,
      "This service has no read model of that name; docs/operators.md lists them.",
      "Ce service n'a pas de vue de ce nom ; docs/operators.md les énumère."),
  NO_SUCH_RESOURCE(
      Kind.NOT_FOUND,
      "There is nothing at this address; see /q/openapi for what there is.",
      "Il n'y a rien à cette adresse ; voir /q/openapi."),
  INTERNAL_ERROR(
      Kind.UNAVAILABLE,
      "Something failed on our side and nothing was changed. Ask again, and quote the correlation id"
          + " if it persists.",
      "Une erreur est survenue de notre côté et rien n'a été modifié. Recommencez, et indiquez"
          + " l'identifiant de corrélation si elle persiste.");

  private final Told told;

  RequestProblem(Kind kind, String english, String french) {
    this.told = new Told(kind, english, french);
  }

  @Override
  public Told told() {
    return told;
  }
}
