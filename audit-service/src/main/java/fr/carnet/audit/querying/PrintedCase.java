package fr.carnet.audit.querying;

import fr.carnet.transparency.Checkpoint;
import fr.carnet.transparency.SignedNote;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The page of a case file: what happened and by which rule, in plain French, on one page. */
record PrintedCase(Asked asked, DatedRules rules, OwnDecisions decisions, SignedNote checkpoint) {
  /** What still fits on one page beside the rest. */
  private static final int LINES = 15;

  /**
   * What the complaint is about.
   *
   * @param from inclusive
   * @param to exclusive
   */
  record Asked(
      UUID dossier, Optional<String> actor, Optional<Instant> from, Optional<Instant> to) {}

  private record Look(Found found, ClearFacts.Read read) {
    boolean comesFirst() {
      return TraceOrder.comesFirst(read);
    }
  }

  String of(List<Found> found) {
    List<Look> looks = new ArrayList<>();
    for (Found each : found) {
      if (each.clear().orElse(new ClearFacts.Nothing()) instanceof ClearFacts.Read read) {
        looks.add(new Look(each, read));
      }
    }
    looks.sort(
        Comparator.comparing(Look::comesFirst)
            .reversed()
            .thenComparing(look -> look.found().index(), Comparator.reverseOrder()));
    Html html = new Html(Language.FRENCH, "Dossier de réclamation");
    html.element("p", subject())
        .element("p", summary(found, looks))
        .element("h2", "Ce qui s'est passé")
        .markup("<ul>\n");
    looks.stream().limit(LINES).forEach(look -> html.element("li", sentence(look)));
    html.markup("</ul>\n");
    if (looks.size() > LINES) {
      html.element("p", "Lignes suivantes, dans facts.ndjson : " + (looks.size() - LINES) + ".");
    }
    html.element("h2", "Les règles alors en vigueur").markup("<ul>\n");
    rulesOf(looks).forEach((code, text) -> html.element("li", code + " : " + text));
    html.markup("</ul>\n").element("h2", "Comment le vérifier");
    Checkpoint head = Checkpoint.parse(checkpoint.text());
    html.element(
            "p",
            "Chaque fait est une entrée d'un journal que nul ne peut modifier en secret. Le fichier"
                + " entries contient ces entrées et la preuve que chacune figure dans le journal de "
                + head.size()
                + " entrées, dont l'empreinte est "
                + head.root().base64()
                + ". La commande « carnet-verify FICHIER --key CLÉ » le vérifie hors ligne, avec la"
                + " seule clé publique du journal "
                + head.origin()
                + ". Le texte complet et daté des règles est dans rules.json. Ce qui est scellé le"
                + " reste : aucun contenu médical ne figure ici.")
        .element("pre", checkpoint.format());
    return html.page();
  }

  private String subject() {
    return "Dossier "
        + asked.dossier()
        + asked.actor().map(actor -> " ; acteur " + actor).orElse("")
        + asked.from().map(from -> " ; depuis le " + Words.at(from).french()).orElse("")
        + asked.to().map(to -> " ; avant le " + Words.at(to).french()).orElse("")
        + ". Heures de Paris.";
  }

  private static String summary(List<Found> found, List<Look> looks) {
    long refused = looks.stream().filter(look -> TraceOrder.isRefusal(look.read())).count();
    long emergencies = looks.stream().filter(look -> TraceOrder.isEmergency(look.read())).count();
    return "Le journal contient "
        + found.size()
        + " faits. Consultations : "
        + (looks.size() - refused)
        + ", dont en urgence : "
        + emergencies
        + ". Refus : "
        + refused
        + ". Décisions du patient et événements de la vie du dossier : "
        + (found.size() - looks.size())
        + ". Les décisions du patient y sont depuis l'ouverture, les lignes de soins n'y sont pas.";
  }

  private String sentence(Look look) {
    ClearFacts.Read read = look.read();
    String when =
        look.found().readable().time().map(at -> "Le " + Words.at(at).french() + ", ").orElse("");
    String what =
        TraceOrder.isRefusal(read)
            ? " s'est vu refuser "
            : TraceOrder.isEmergency(read) ? " a consulté en urgence " : " a consulté ";
    return when
        + PlainWords.who(read.actor()).french()
        + what
        + PlainWords.action(read.action()).french()
        + (read.items() == 0 ? "" : " (éléments montrés : " + read.items() + ")")
        + " ; motif : "
        + PlainWords.purpose(read.purpose()).french()
        + " ; règle "
        + read.rule()
        + decisions
            .behind(read)
            .map(
                decision ->
                    " ; décision : " + decision.french() + " [ligne " + decision.index() + "]")
            .orElse("")
        + " [ligne "
        + look.found().index()
        + "].";
  }

  /** Each rule that was applied, as it read when it last was. */
  private Map<String, String> rulesOf(List<Look> looks) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (Look look : looks) {
      Instant at = look.found().readable().time().orElse(Instant.EPOCH);
      String code =
          look.read().rule()
              + look.read().policyVersion().map(version -> " (" + version + ")").orElse("");
      texts.putIfAbsent(code, rules.at(look.read().rule(), at).french());
    }
    return texts;
  }
}
