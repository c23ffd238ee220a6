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
      "Opening needs the patient's consent: send consentWording, the wording that was agreed to, at"
          + " most 500 characters.",
      "L'ouverture nécessite le consentement du patient : envoyez consentWording, le texte"
          + " accepté, de 500 caractères au plus."),
  INS_NOT_YOURS(
      Kind.FORBIDDEN,
      "The INS in the token is not the one of this account. Sign in again with the scope ins.",
      "L'INS du jeton n'est pas celui de ce compte. Reconnectez-vous avec le scope ins."),
  INS_CONTRADICTS_SEX(
      Kind.INVALID,
      "sex",
      "The INS says another sex than the field sex. Check both with the person.",
      "L'INS indique un autre sexe que le champ sex. Vérifiez les deux avec la personne."),
  INS_CONTRADICTS_BIRTH_YEAR(
      Kind.INVALID,
      "birthDate",
      "The INS says another year of birth than the field birthDate. Check both with the person.",
      "L'INS indique une autre année de naissance que le champ birthDate. Vérifiez les deux avec la"
          + " personne."),
  INS_CONTRADICTS_BIRTH_MONTH(
      Kind.INVALID,
      "birthDate",
      "The INS says another month of birth than the field birthDate. Check both with the person.",
      "L'INS indique un autre mois de naissance que le champ birthDate. Vérifiez les deux avec la"
          + " personne."),
  BIRTH_DATE_MISSING(
      Kind.INVALID,
      "birthDate",
      "By the INS this person may be a minor: send birthDate, as the proof of identity has it."
          + " Online it comes with the sign-in; where it does not, a counter opens the dossier.",
      "D'après l'INS, cette personne peut être mineure : envoyez birthDate, telle qu'elle figure"
          + " sur la pièce d'identité. En ligne elle vient avec la connexion ; à défaut, le dossier"
          + " s'ouvre à un guichet."),
  BIRTH_DATE_INVALID(
      Kind.INVALID,
      "birthDate",
      "birthDate is a day from 1880 to today.",
      "birthDate est un jour de 1880 à aujourd'hui."),
  NAME_INVALID(
      Kind.INVALID,
      "familyName and givenName have 1 to 1,000 characters each, and no control characters.",
      "familyName et givenName ont de 1 à 1 000 caractères chacun, sans caractères de contrôle."),
  AFFILIATION_INVALID(
      Kind.INVALID,
      "affiliation",
      "affiliation has a scheme of two digits, a caisse of three, and policyholder true or false.",
      "affiliation comporte un régime (scheme) de deux chiffres, une caisse de trois, et"
          + " policyholder true ou false."),
  MINOR_OPENS_AT_COUNTER(
      Kind.FORBIDDEN,
      "birthDate",
      "This person is a minor. A parent or a guardian can open the dossier, at a counter of the"
          + " health insurance, with evidence of who they are.",
      "Cette personne est mineure. Un parent ou un tuteur peut ouvrir le dossier, à un guichet de"
          + " l'assurance maladie, avec les justificatifs."),
  REPRESENTATIVE_MISSING(
      Kind.INVALID,
      "representative",
      "This person is a minor: send representative with kind PARENT or GUARDIAN_OF_MINOR,"
          + " familyName, givenName and the evidence that you were shown.",
      "Cette personne est mineure : envoyez representative avec kind PARENT ou GUARDIAN_OF_MINOR,"
          + " familyName, givenName et evidence, le justificatif présenté."),
  REPRESENTATIVE_INVALID(
      Kind.INVALID,
      "representative",
      "representative has a kind (PARENT or GUARDIAN_OF_MINOR of a minor, GUARDIAN_OF_ADULT of an"
          + " adult), familyName, givenName and evidence, of 1 to 1,000 characters each.",
      "representative comporte kind (PARENT ou GUARDIAN_OF_MINOR d'un mineur, GUARDIAN_OF_ADULT"
          + " d'un majeur), familyName, givenName et evidence, de 1 à 1 000 caractères chacun."),
  REPRESENTATIVE_AT_COUNTER_ONLY(
      Kind.FORBIDDEN,
      "representative",
      "Who acts for somebody else opens the dossier at a counter of the health insurance, with"
          + " evidence.",
      "Qui agit pour une autre personne ouvre le dossier à un guichet de l'assurance maladie, avec"
          + " les justificatifs."),
  ROLLOUT_NOT_BEGUN(
      Kind.FORBIDDEN,
      "Dossiers cannot be opened yet; the pilots begin in July 2018.",
      "Les dossiers ne peuvent pas encore être ouverts ; les pilotes commencent en juillet 2018."),
  EVIDENCE_MISSING(
      Kind.INVALID,
      "evidence",
      "Say in evidence what you were shown, in 1 to 1,000 characters.",
      "Indiquez dans evidence le justificatif présenté, en 1 à 1 000 caractères."),
  INS_ALREADY_RECORDED(
      Kind.CONFLICT,
      "This INS is one of this dossier already.",
      "Cet INS est déjà l'un de ceux de ce dossier."),
  CLOSING_REASON_NOT_YOURS(
      Kind.FORBIDDEN,
      "reason",
      "A patient closes with FERMETURE_DEMANDE_PATIENT; a counter agent or the privacy officer, on"
          + " evidence, with FERMETURE_DECES or FERMETURE_ERREUR.",
      "Un patient ferme avec FERMETURE_DEMANDE_PATIENT ; un agent d'accueil ou le délégué à la"
          + " protection des données, sur justificatif, avec FERMETURE_DECES ou FERMETURE_ERREUR."),
  ARCHIVE_ENDED(
      Kind.CONFLICT,
      "The ten years of the archive are over, and it is being destroyed. Open a new dossier"
          + " afterwards.",
      "Les dix ans de l'archive sont écoulés, et elle est en cours de destruction. Ouvrez ensuite"
          + " un nouveau dossier."),
  ERASURE_PENDING(
      Kind.CONFLICT,
      "Erasure has been asked for. DELETE /dossiers/{id}/erasure-request withdraws it, within the seven"
          + " days to think again.",
      "L'effacement a été demandé. DELETE /dossiers/{id}/erasure-request retire la demande, pendant"
          + " les sept jours de réflexion."),
  ERASURE_UNDER_WAY(
      Kind.CONFLICT,
      "The seven days to think again are over: the dossier is being erased, and that cannot be"
          + " withdrawn any more.",
      "Les sept jours de réflexion sont écoulés : le dossier est en cours d'effacement, et la demande"
          + " ne peut plus être retirée."),
  ERASURE_NOT_REQUESTED(
      Kind.CONFLICT, "No erasure has been asked for.", "Aucun effacement n'a été demandé."),
  NOT_DUE(
      Kind.CONFLICT,
      "The time to destroy this dossier has not come.",
      "Le moment de détruire ce dossier n'est pas venu."),
  RELEASE_REQUEST_INVALID(
      Kind.INVALID,
      "A request has a kind (HEIRS or FORENSIC), and familyName, givenName and words of 1 to 1,000"
          + " characters each.",
      "Une demande comporte kind (HEIRS ou FORENSIC), et familyName, givenName et words de 1 à"
          + " 1 000 caractères chacun."),
  RELEASE_UNKNOWN(
      Kind.NOT_FOUND,
      "There is no such request. GET /timetable lists those that wait.",
      "Il n'y a pas de telle demande. GET /timetable énumère celles qui attendent."),
  RELEASE_ALREADY_DECIDED(
      Kind.CONFLICT,
      "This request has been decided already. Record another one to decide anew.",
      "Cette demande est déjà tranchée. Enregistrez-en une autre pour décider à nouveau."),
  RELEASE_REASON_INVALID(
      Kind.INVALID,
      "reason",
      "To grant, send endsAt and CAUSES_OF_DEATH, MEMORY_OF_THE_DECEASED, RIGHTS_OF_THE_HEIRS or"
          + " COURT_ORDER; to decline, OPPOSED_WHILE_ALIVE, STANDING_NOT_SHOWN or"
          + " NO_LAWFUL_PURPOSE, and no endsAt.",
      "Pour accorder, envoyez endsAt et CAUSES_OF_DEATH, MEMORY_OF_THE_DECEASED,"
          + " RIGHTS_OF_THE_HEIRS ou COURT_ORDER ; pour refuser, OPPOSED_WHILE_ALIVE,"
          + " STANDING_NOT_SHOWN ou NO_LAWFUL_PURPOSE, sans endsAt."),
  RELEASE_END_INVALID(
      Kind.INVALID,
      "endsAt",
      "endsAt is later than now, by 90 days at most.",
      "endsAt est postérieur à maintenant, de 90 jours au plus."),
  RELEASE_OF_OPEN_DOSSIER(
      Kind.CONFLICT,
      "Only a closed dossier is released. Close it first, with FERMETURE_DECES.",
      "Seul un dossier fermé est communiqué. Fermez-le d'abord, avec FERMETURE_DECES."),
  RELEASE_USED(
      Kind.CONFLICT,
      "This release has been used; it held for one reading. The privacy officer can grant another.",
      "Cette communication a déjà servi ; elle valait pour une lecture. Le délégué à la protection"
          + " des données peut en accorder une autre."),
  RELEASE_ENDED(
      Kind.CONFLICT,
      "This release has ended. The privacy officer can grant another.",
      "Cette communication a expiré. Le délégué à la protection des données peut en accorder une"
          + " autre."),
  REPRESENTATION_KIND_INVALID(
      Kind.INVALID,
      "kind",
      "kind is PARENT or GUARDIAN_OF_MINOR for a minor whose birth date is known, GUARDIAN_OF_ADULT"
          + " or PERSON_OF_TRUST for an adult; nobody represents themself.",
      "kind vaut PARENT ou GUARDIAN_OF_MINOR pour un mineur dont la date de naissance est connue,"
          + " GUARDIAN_OF_ADULT ou PERSON_OF_TRUST pour un majeur ; nul ne se représente"
          + " soi-même."),
  REPRESENTATION_END_INVALID(
      Kind.INVALID,
      "until",
      "until is in the future, by 150 years at most. A person of trust has one, a year on at most; for"
          + " minors it is majority, and is not sent.",
      "until est à venir, à 150 ans au plus. Une personne de confiance en a un, à un an au plus ; pour"
          + " un mineur c'est la majorité, et il ne s'envoie pas."),
  REPRESENTED_ALREADY(
      Kind.CONFLICT,
      "This person acts for the patient already, or two parents do.",
      "Cette personne représente déjà le patient, ou deux parents le font déjà."),
  REPRESENTATIVE_EXCLUDED(
      Kind.CONFLICT,
      "This person was excluded. End the exclusion first, on evidence: POST"
          + " …/representatives/{representationId}/end with cause ENDED.",
      "Cette personne a été exclue. Mettez d'abord fin à l'exclusion, sur justificatif : POST"
          + " …/representatives/{representationId}/end avec la cause ENDED."),
  NO_SUCH_REPRESENTATION(
      Kind.NOT_FOUND,
      "Nobody acts, or acted, for this patient under that id.",
      "Personne ne représente ni n'a représenté ce patient sous cet identifiant."),
  REPRESENTATION_ENDED(
      Kind.CONFLICT,
      "It has ended already, for this cause.",
      "Elle a déjà pris fin, pour cette cause."),
  NO_STANDING(
      Kind.FORBIDDEN,
      "You may not see this dossier, or there is none. The patient can give you access in Carnet.",
      "Vous ne pouvez pas voir ce dossier, ou il n'existe pas. Le patient peut vous autoriser dans"
          + " Carnet."),
  MASTER_KEY_IN_USE(
      Kind.CONFLICT,
      "Keys are wrapped by older versions of the master key still. Wrap them anew first: POST"
          + " /operations/master-key/rewrapping.",
      "Des clés sont encore protégées par d'anciennes versions de la clé maîtresse. Protégez-les"
          + " d'abord à nouveau : POST /operations/master-key/rewrapping."),
  RECOVERY_UNFINISHED(
      Kind.UNAVAILABLE,
      "Dossiers that were opened before are being recovered, so nobody can open one now. Ask again"
          + " later; the operator has been alerted.",
      "Des dossiers ouverts auparavant sont en cours de récupération : aucun ne peut être ouvert"
          + " pour l'instant. Réessayez plus tard ; l'exploitant est alerté.");

  private final Told told;
  private final String field;

  DossierRefusal(Kind kind, String english, String french) {
    this(kind, "", english, french);
  }

  DossierRefusal(Kind kind, String field, String english, String french) {
    this.told = new Told(kind, english, french);
    this.field = field;
  }

  /** The field of the request that it is about; empty where it is about none. */
  public String field() {
    return field;
  }

  @Override
  public Told told() {
    return told;
  }
}
