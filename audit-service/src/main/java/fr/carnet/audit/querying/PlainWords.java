package fr.carnet.audit.querying;

import fr.carnet.events.trace.Actor;
import fr.carnet.events.trace.PurposeOfUse;
import java.util.Map;

/** What codes mean, to somebody who knows none of them. */
final class PlainWords {
  private static final Words PROFESSIONAL =
      new Words("a care professional", "un professionnel de santé");

  /** By profession, table G15. */
  private static final Map<String, Words> PROFESSIONS =
      Map.of(
          "10", new Words("a doctor", "un médecin"),
          "21", new Words("a pharmacist", "un pharmacien"),
          "40", new Words("a dentist", "un chirurgien-dentiste"),
          "50", new Words("a midwife", "une sage-femme"),
          "60", new Words("a nurse", "un infirmier"),
          "70", new Words("a physiotherapist", "un masseur-kinésithérapeute"),
          "80", new Words("a podiatrist", "un pédicure-podologue"),
          "91", new Words("a speech therapist", "un orthophoniste"));

  private static final Map<String, Words> ACTIONS =
      Map.ofEntries(
          Map.entry("read-care-history", words("care history", "l'historique des soins")),
          Map.entry(
              "read-care-changes",
              words(
                  "what changed in the care history",
                  "ce qui a changé dans l'historique des soins")),
          Map.entry(
              "read-care-line-history",
              words("what became of one care line", "le suivi d'une ligne de soins")),
          Map.entry(
              "read-recent-care",
              words(
                  "recent care, before prescribing", "les soins récents, avant une prescription")),
          Map.entry("read-summary", words("the summary", "la synthèse")),
          Map.entry("read-timeline", words("the timeline", "la chronologie")),
          Map.entry(
              "read-items",
              words("a list of what the dossier holds", "une liste de ce que contient le dossier")),
          Map.entry("read-item", words("one element of the dossier", "un élément du dossier")),
          Map.entry("read-document", words("a document", "un document")),
          Map.entry(
              "read-masks",
              words("what is hidden from professionals", "ce qui est masqué aux professionnels")),
          Map.entry(
              "read-treating-physician-proposals",
              words("who may be named médecin traitant", "qui peut être désigné médecin traitant")),
          Map.entry(
              "read-released-archive",
              words("the archive, by a release", "l'archive, sur communication accordée")),
          Map.entry(
              "search-dossier", words("a search in the dossier", "une recherche dans le dossier")),
          Map.entry("find-by-ins", words("whether there is a dossier", "l'existence du dossier")),
          Map.entry(
              "find-own", words("their own dossier's address", "l'adresse de son propre dossier")),
          Map.entry(
              "preview",
              words(
                  "the dossier as a professional would see it",
                  "le dossier tel qu'un professionnel le verrait")),
          Map.entry("export", words("a copy of the whole dossier", "une copie de tout le dossier")),
          Map.entry(
              "read-representatives",
              words("who acts for the patient", "qui représente le patient")),
          Map.entry(
              "read-release-request",
              words(
                  "a request by heirs or a court, never content",
                  "une demande d'ayants droit ou de justice, jamais le contenu")),
          Map.entry(
              "assist",
              words(
                  "helped the patient, who was present; read nothing",
                  "a aidé le patient, présent ; n'a rien consulté")),
          Map.entry(
              "decide-access", words("who may see the dossier", "qui peut consulter le dossier")),
          Map.entry(
              "accept-treating-physician",
              words("the status of médecin traitant", "le statut de médecin traitant")),
          Map.entry(
              "begin-visit",
              words(
                  "a visit, with a one-time code",
                  "une consultation, avec un code à usage unique")),
          Map.entry("feed", words("to put something into it", "l'ajout d'un élément au dossier")),
          Map.entry(
              "explain-access",
              words(
                  "why somebody may or may not see it, never content",
                  "pourquoi une personne y a accès ou non, jamais le contenu")),
          Map.entry("read-own-log", words("this log", "ce journal")),
          Map.entry("read-own-looks", words("who looked", "les consultations de ce dossier")),
          Map.entry(
              "audit-search",
              words("facts in the log, never content", "des faits du journal, jamais le contenu")),
          Map.entry(
              "audit-record",
              words("a sealed record of the log", "un enregistrement scellé du journal")),
          Map.entry(
              "audit-facts",
              words(
                  "a copy of facts in the log, never content",
                  "une copie de faits du journal, jamais le contenu")),
          Map.entry(
              "audit-patterns",
              words(
                  "unusual looks, never content",
                  "les consultations inhabituelles, jamais le contenu")),
          Map.entry(
              "audit-export",
              words(
                  "a copy of the log, what is sealed staying sealed",
                  "une copie du journal, ce qui est scellé le restant")),
          Map.entry(
              "audit-bundle",
              words(
                  "a part of the log, what is sealed staying sealed",
                  "une partie du journal, ce qui est scellé le restant")),
          Map.entry(
              "audit-replay",
              words("a replay of the log, never content", "le journal rejoué, jamais le contenu")),
          Map.entry(
              "audit-case",
              words(
                  "a case file for a complaint, never content",
                  "un dossier de réclamation, jamais le contenu")));

  private static final Map<String, Words> RULES =
      Map.ofEntries(
          Map.entry("OWNER", words("it is their own dossier", "c'est son propre dossier")),
          Map.entry(
              "TREATING_PHYSICIAN",
              words(
                  "they are a médecin traitant, or have the same right",
                  "c'est un médecin traitant, ou quelqu'un qui en a le droit")),
          Map.entry(
              "GRANT",
              words("access had been given to them", "une autorisation lui avait été donnée")),
          Map.entry(
              "BREAK_GLASS",
              words(
                  "emergency: you could not express your will and there was immediate risk (CSP L1111-17)",
                  "urgence : vous étiez hors d'état d'exprimer votre volonté et le risque était immédiat (CSP L1111-17)")),
          Map.entry(
              "MEDICAL_REGULATION",
              words(
                  "a call to medical regulation, centre 15 (CSP L1111-17)",
                  "un appel à la régulation médicale, centre 15 (CSP L1111-17)")),
          Map.entry(
              "REPRESENTATIVE",
              words("they legally act for you", "cette personne vous représente légalement")),
          Map.entry(
              "AUTHOR",
              words(
                  "they wrote what they were shown", "c'est l'auteur de ce qui lui a été montré")),
          Map.entry(
              "ASSISTANCE",
              words(
                  "they help you while you are present, and see nothing",
                  "cette personne vous aide en votre présence et ne voit rien")),
          Map.entry(
              "RELEASE_HEIRS",
              words(
                  "heirs, by a release that the privacy officer granted (CSP L1111-18)",
                  "des ayants droit, sur communication accordée par le délégué à la protection des données (CSP L1111-18)")),
          Map.entry(
              "RELEASE_FORENSIC",
              words(
                  "a court, by a release that the privacy officer granted (CSP L1111-18)",
                  "la justice, sur communication accordée par le délégué à la protection des données (CSP L1111-18)")),
          Map.entry(
              "NO_STANDING",
              words(
                  "nothing gave them a right to the dossier",
                  "rien ne lui donnait de droit sur le dossier")),
          Map.entry(
              "CODE_NOT_VALID",
              words(
                  "the code was wrong, used or too old, or could not let them in",
                  "le code était faux, utilisé ou trop ancien, ou ne pouvait l'autoriser")),
          Map.entry(
              "NOT_A_CARE_PROFESSIONAL",
              words(
                  "content is for you and for those who care for you",
                  "le contenu est réservé à vous et à ceux qui vous soignent")),
          Map.entry(
              "BARRED_PARTY",
              words(
                  "the law bars this party, even with consent (CSP L1111-18)",
                  "la loi interdit tout accès à cet organisme, même avec votre accord (CSP L1111-18)")),
          Map.entry(
              "AUDITOR",
              words(
                  "auditors check what was done, and never see content",
                  "les auditeurs vérifient ce qui a été fait et ne voient jamais le contenu")),
          Map.entry(
              "PRIVACY_OFFICER",
              words(
                  "the privacy officer looks into complaints, and never sees content",
                  "le délégué à la protection des données instruit les réclamations et ne voit jamais le contenu")),
          Map.entry(
              "COUNTER_AGENT",
              words(
                  "an agent at the counter, who never sees content",
                  "un agent d'accueil, qui ne voit jamais le contenu")));

  private PlainWords() {}

  private static Words words(String english, String french) {
    return new Words(english, french);
  }

  /** Who it was. */
  static Words who(Actor actor) {
    Words who =
        switch (actor.role()) {
          case OWNER -> new Words("you", "vous");
          case REPRESENTATIVE ->
              new Words("somebody who acts for you", "une personne qui vous représente");
          case OTHER_PATIENT -> new Words("another patient", "un autre patient");
          case PROFESSIONAL -> actor.profession().map(PROFESSIONS::get).orElse(PROFESSIONAL);
          case COUNTER_AGENT -> new Words("an agent at the counter", "un agent d'accueil");
          case BILLING ->
              new Words("a sender of the insurer", "un émetteur de l'assurance maladie");
          case AUDITOR -> new Words("an auditor", "un auditeur");
          case PRIVACY_OFFICER ->
              new Words("the privacy officer", "le délégué à la protection des données");
          case PROGRAMME -> new Words("the programme's team", "l'équipe du programme");
          case PAYER -> new Words("who pays for openings", "le payeur des ouvertures");
          case OPERATOR -> new Words("an operator of the machines", "un exploitant des machines");
          case SERVICE -> new Words("the suite itself", "le système lui-même");
          case BARRED -> new Words("a party that the law bars", "un organisme que la loi exclut");
        };
    Words numbered =
        actor.id().map(id -> who.and(new Words(", number " + id, ", numéro " + id))).orElse(who);
    return actor
        .structure()
        .map(
            structure ->
                numbered.and(
                    new Words(", in structure " + structure, ", dans la structure " + structure)))
        .orElse(numbered);
  }

  static Words action(String action) {
    return ACTIONS.getOrDefault(action, Words.asIs(action));
  }

  static Words rule(String rule) {
    return RULES.getOrDefault(rule, Words.asIs(rule));
  }

  static Words purpose(PurposeOfUse purpose) {
    return switch (purpose) {
      case NORMAL -> new Words("care", "soins");
      case BREAK_GLASS -> new Words("emergency (break-glass)", "urgence (bris de glace)");
      case MEDICAL_REGULATION ->
          new Words("medical regulation (centre 15)", "régulation médicale (centre 15)");
    };
  }
}
