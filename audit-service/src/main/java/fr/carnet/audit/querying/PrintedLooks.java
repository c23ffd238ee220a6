package fr.carnet.audit.querying;

import fr.carnet.audit.querying.LooksResource.LooksPage;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Who looked at a dossier, as a page to be printed. */
record PrintedLooks(Language language, UUID dossier) {
  private static final Words TITLE =
      new Words("Who looked at your dossier", "Qui a consulté votre dossier");
  private static final Words WHAT_FOLLOWS =
      new Words(
          "Refusals and emergencies come first, then what others looked at, then your own looks; the"
              + " newest first. Times are those of Paris. If a line is not right, tell the privacy"
              + " officer its number.",
          "Les refus et les urgences viennent d'abord, puis les consultations par d'autres, puis les"
              + " vôtres ; les plus récentes en premier. Les heures sont celles de Paris. Si une"
              + " ligne vous paraît anormale, donnez son numéro au délégué à la protection des"
              + " données.");
  private static final Words NOTHING =
      new Words("Nobody has looked.", "Personne n'a consulté votre dossier.");
  private static final Words ENDS_BEFORE =
      new Words("This list ends before line ", "Cette liste s'arrête avant la ligne ");
  private static final Words WHAT_IS_MISSING =
      new Words(
          " of the log: what stands there from that line on is missing. Ask for it again in a few"
              + " minutes.",
          " du journal : ce qui y figure à partir de cette ligne manque ici. Redemandez-la dans"
              + " quelques minutes.");
  private static final Words MORE =
      new Words("There is more, behind line ", "La suite se trouve après la ligne ");
  private static final Words PROOFS = new Words("Proofs", "Preuves");
  private static final Words ABOUT_PROOFS =
      new Words(
          "Each line is an entry of a log that nobody can quietly change. The hashes below prove,"
              + " against the signed checkpoint, that an entry stands at this number and was not"
              + " changed since; they do not show what it says. Keep this page, or better the file of"
              + " it that the log signs (looks/file): an auditor can open the entry of that number"
              + " and compare.",
          "Chaque ligne est une entrée d'un journal que nul ne peut modifier en secret. Les"
              + " empreintes ci-dessous prouvent, avec le point de contrôle signé, qu'une entrée"
              + " figure à ce numéro et n'a pas été modifiée depuis ; elles ne montrent pas ce"
              + " qu'elle dit. Conservez cette page ou, mieux, le fichier que le journal en signe"
              + " (looks/file) : un auditeur peut ouvrir l'entrée de ce numéro et comparer.");
  private static final List<Words> COLUMNS =
      List.of(
          new Words("Line", "Ligne"),
          new Words("When", "Quand"),
          new Words("", ""),
          new Words("Who", "Qui"),
          new Words("What", "Quoi"),
          new Words("Purpose", "Motif"),
          new Words("Why allowed or refused", "Pourquoi accordé ou refusé"),
          new Words("Decision", "Décision"));

  String of(LooksPage page) {
    Html html = new Html(language, TITLE.in(language));
    html.element("p", dossier.toString()).element("p", WHAT_FOLLOWS.in(language));
    page.completeUpTo()
        .ifPresent(
            end ->
                html.element("p", ENDS_BEFORE.in(language) + end + WHAT_IS_MISSING.in(language)));
    if (page.looks().isEmpty()) {
      // Nobody has looked: only who has seen all of it can say so.
      return page.completeUpTo().isPresent()
          ? html.page()
          : html.element("p", NOTHING.in(language)).page();
    }
    html.markup("<table><thead><tr>");
    COLUMNS.forEach(column -> html.element("th", column.in(language)));
    html.markup("</tr></thead><tbody>\n");
    page.looks().forEach(look -> row(html, look));
    html.markup("</tbody></table>\n");
    page.next().ifPresent(next -> html.element("p", MORE.in(language) + next));
    html.element("h2", PROOFS.in(language)).element("p", ABOUT_PROOFS.in(language));
    page.checkpoint().ifPresent(note -> html.element("pre", note));
    page.looks().stream().flatMap(look -> look.proof().stream()).forEach(each -> proof(html, each));
    return html.page();
  }

  private void row(Html html, Look look) {
    html.markup(look.kind() == Look.Kind.LOOKED ? "<tr>" : "<tr class=\"first\">");
    html.element("td", Long.toString(look.index()))
        .element("td", look.time().map(Words::at).map(at -> at.in(language)).orElse(""))
        .element("td", look.kind().words().in(language))
        .element("td", look.told().who().in(language))
        .element("td", look.told().what().in(language) + items(look))
        .element("td", look.told().purpose().in(language))
        .element("td", look.told().rule().in(language))
        .element("td", look.decision().map(decision -> decision.words().in(language)).orElse(""))
        .markup("</tr>\n");
  }

  private static String items(Look look) {
    return Optional.of(look.itemIds())
        .filter(ids -> !ids.isEmpty())
        .map(ids -> " (" + ids.size() + ")")
        .orElse("");
  }

  private static void proof(Html html, EntryProof proof) {
    html.markup("<p class=\"small\">")
        .text(proof.index() + " / " + proof.size() + " " + proof.leaf())
        .text(proof.path().isEmpty() ? "" : " \u2190 " + String.join(" ", proof.path()))
        .markup("</p>\n");
  }
}
