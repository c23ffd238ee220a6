package fr.carnet.access.deciding;

import fr.carnet.events.Reason;

/** Why the access-control-service refuses a request. */
public enum AccessRefusal implements Reason {
  NO_STANDING(
      Kind.FORBIDDEN,
      "There is no dossier here that you may see or change.",
      "Il n'y a ici aucun dossier que vous puissiez consulter ou modifier."),
  DOSSIER_CLOSED(
      Kind.CONFLICT,
      "This dossier is closed: nobody new can be let in. Reopen it first.",
      "Ce dossier est fermé : personne d'autre ne peut y être autorisé. Rouvrez-le d'abord."),
  PERIOD_INVALID(
      Kind.INVALID,
      "A grant ends after it begins, in the future, and before the year 2200.",
      "Une autorisation prend fin après son début, dans l'avenir, et avant l'an 2200."),
  NOTE_TOO_LONG(
      Kind.INVALID,
      "A note has at most 1,000 characters.",
      "Une note comporte au plus 1 000 caractères."),
  PROFESSIONAL_BLOCKED(
      Kind.CONFLICT,
      "You have blocked this professional. Unblock them first.",
      "Vous avez bloqué ce professionnel. Débloquez-le d'abord."),
  NO_SUCH_GRANT(
      Kind.NOT_FOUND,
      "This dossier never had such a grant; GET …/grants lists them.",
      "Ce dossier n'a jamais eu cette autorisation ; GET …/grants les énumère."),
  GRANT_WITHOUT_END(
      Kind.CONFLICT,
      "This right lasts until you revoke it: there is nothing to renew.",
      "Ce droit dure jusqu'à ce que vous le retiriez : il n'y a rien à renouveler."),
  DOCTORS_ONLY(
      Kind.FORBIDDEN,
      "Only a doctor (profession 10) can be a médecin traitant.",
      "Seul un médecin (profession 10) peut être médecin traitant."),
  NO_SUCH_REQUEST(
      Kind.NOT_FOUND,
      "No such request waits for an answer; GET …/access-requests lists those that do.",
      "Aucune demande de ce type n'attend de réponse ; GET …/access-requests les énumère."),
  CODE_NOT_VALID(
      Kind.FORBIDDEN,
      "This code does not open anything. Ask your patient for a new one; a code lasts 15 minutes"
          + " and works once.",
      "Ce code n'ouvre rien. Demandez-en un nouveau à votre patient ; un code dure 15 minutes et ne"
          + " sert qu'une fois."),
  TOO_MANY_ATTEMPTS(
      Kind.TOO_MANY,
      "You tried too often within the hour. Try later, or have your patient let you in.",
      "Trop d'essais en une heure. Réessayez plus tard, ou demandez à votre patient de vous"
          + " autoriser."),
  TOO_MANY_DECISIONS(
      Kind.INVALID,
      "Ask for 1 to 100 decisions at once.",
      "Demandez de 1 à 100 décisions à la fois."),
  INSTANT_INVALID(
      Kind.INVALID,
      "An instant is UTC, in the past and not before 5 November 2018, 23:00, e.g."
          + " 2026-03-01T10:00:00Z; until is not before from, and for a guardian neither is before"
          + " they began.",
      "Un instant est en UTC, passé et pas antérieur au 5 novembre 2018, 23 h, p. ex."
          + " 2026-03-01T10:00:00Z ; until n'est pas avant from et, pour un tuteur, ni l'un ni"
          + " l'autre avant le début de la tutelle."),
  PURPOSE_UNKNOWN(
      Kind.INVALID,
      "A purpose is normal, bris_de_glace or centre_15.",
      "Un motif est normal, bris_de_glace ou centre_15."),
  NOT_READY(
      Kind.UNAVAILABLE,
      "The service is comparing its database with the log and decides nothing yet. Ask again soon.",
      "Le service compare sa base avec le journal et ne décide encore rien. Recommencez bientôt."),
  REGISTRY_UNAVAILABLE(
      Kind.UNAVAILABLE,
      "Whose dossier this is cannot be known at the moment. Ask again soon.",
      "On ne peut savoir pour l'instant à qui est ce dossier. Recommencez bientôt.");

  private final Told told;

  AccessRefusal(Kind kind, String english, String french) {
    this.told = new Told(kind, english, french);
  }

  @Override
  public Told told() {
    return told;
  }
}
