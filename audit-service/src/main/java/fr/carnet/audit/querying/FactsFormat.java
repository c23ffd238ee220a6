package fr.carnet.audit.querying;

import fr.carnet.events.Wire;
import fr.carnet.resourceserver.Refusal;
import fr.carnet.transparency.Extract;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** In which form facts are exported. */
enum FactsFormat {
  /** One JSON object a line, as the search answers. */
  NDJSON(Extract.FACTS) {
    @Override
    Optional<String> header() {
      return Optional.empty();
    }

    @Override
    Optional<String> line(Found found) {
      return Optional.of(new String(Wire.write(found.fact()), StandardCharsets.UTF_8) + "\n");
    }
  },
  /** RFC 4180, for spreadsheets. */
  CSV("facts.csv") {
    @Override
    Optional<String> header() {
      return Optional.of(row(COLUMNS));
    }

    @Override
    Optional<String> line(Found found) {
      Fact fact = found.fact();
      Optional<ClearFacts.Read> read =
          fact.facts().filter(ClearFacts.Read.class::isInstance).map(ClearFacts.Read.class::cast);
      return Optional.of(
          row(
              List.of(
                  Long.toString(fact.index()),
                  text(fact.time()),
                  text(fact.type()),
                  text(fact.dossierId()),
                  text(fact.streamVersion()),
                  text(fact.actor()),
                  text(read.flatMap(it -> it.actor().structure())),
                  text(read.map(it -> it.purpose().code())),
                  text(read.map(ClearFacts.Read::action)),
                  text(read.map(ClearFacts.Read::outcome)),
                  text(read.map(ClearFacts.Read::rule)),
                  text(read.flatMap(ClearFacts.Read::grantId)),
                  text(read.flatMap(ClearFacts.Read::policyVersion)),
                  text(read.flatMap(ClearFacts.Read::accessVersion)),
                  text(read.flatMap(ClearFacts.Read::careRelation)),
                  text(read.map(ClearFacts.Read::items)),
                  text(fact.sha256()))));
    }
  },
  /** IHE BALP: an AuditEvent (FHIR R4) for each trace, one a line; other entries have none. */
  BALP("audit-events.ndjson") {
    @Override
    Optional<String> header() {
      return Optional.empty();
    }

    @Override
    Optional<String> line(Found found) {
      return AuditEvents.of(found).map(event -> AuditEvents.json(event) + "\n");
    }
  };

  private static final List<String> COLUMNS =
      List.of(
          "index",
          "time",
          "type",
          "dossier",
          "streamVersion",
          "actor",
          "structure",
          "purpose",
          "action",
          "outcome",
          "rule",
          "grant",
          "policyVersion",
          "accessVersion",
          "careRelation",
          "items",
          "sha256");

  private final String fileName;

  FactsFormat(String fileName) {
    this.fileName = fileName;
  }

  String fileName() {
    return fileName;
  }

  /** What comes before the first line. */
  abstract Optional<String> header();

  /** An entry in this form, with the end of its line; nothing where the form has none for it. */
  abstract Optional<String> line(Found found);

  static FactsFormat of(Optional<String> name) {
    return name.isEmpty()
        ? NDJSON
        : Refusal.unless(
            Arrays.stream(values())
                .filter(format -> format.name().toLowerCase(Locale.ROOT).equals(name.get()))
                .findFirst(),
            AuditProblem.FORMAT_INVALID);
  }

  private static String text(Optional<?> value) {
    return value.map(Object::toString).orElse("");
  }

  private static String row(List<String> cells) {
    return cells.stream().map(FactsFormat::cell).collect(Collectors.joining(",", "", "\r\n"));
  }

  /** Quoted; what a spreadsheet would take for a formula begins with an apostrophe. */
  static String cell(String text) {
    boolean formula = !text.isEmpty() && "=+-@\t\r\n".indexOf(text.charAt(0)) >= 0;
    return '"' + (formula ? "'" : "") + text.replace("\"", "\"\"") + '"';
  }
}
