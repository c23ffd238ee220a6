package fr.carnet.ingest.keeping;

import fr.carnet.ingest.deciding.LineFault;
import fr.carnet.ingest.deciding.LinePolicy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Arrays;
import java.util.List;

/** The table of rules in words, and what is probably wrong where many lines break the same. */
@ApplicationScoped
public class Rules {
  private final LinePolicy policy;

  @Inject
  Rules(LinePolicy policy) {
    this.policy = policy;
  }

  /**
   * One rule.
   *
   * @param fields that it looks at; {@code *}: all, {@code record}: the whole line
   * @param warnsOnly whether a line that breaks it is kept all the same here
   */
  public record Rule(
      String code, List<String> fields, String english, String french, boolean warnsOnly) {}

  /** All rules, in the order of the table. */
  public List<Rule> table() {
    return Arrays.stream(LineFault.values())
        .map(
            fault ->
                new Rule(
                    fault.name(),
                    fault.fields(),
                    fault.english(),
                    fault.french(),
                    policy.warned().contains(fault)))
        .toList();
  }

  /** What is probably behind lines that break the same rules in the same fields. */
  public enum ProbableCause {
    WRONG_CODE_LIST(
        "Codes that the loaded lists do not know: probably another edition of a list.",
        "Des codes inconnus des listes chargées : probablement une autre édition d'une liste."),
    LINE_IDS_REUSED(
        "Line ids that were used before for other lines: give each line an id of its own.",
        "Des lineId déjà utilisés pour d'autres lignes : donnez à chaque ligne son propre lineId."),
    FAILURE_HERE(
        "We failed to keep these lines: send them again as they are.",
        "Nous n'avons pas pu conserver ces lignes : renvoyez-les telles quelles."),
    NOT_LINES(
        "What came is no line at all: probably another format or a broken export.",
        "Ce qui est arrivé n'est pas une ligne : probablement un autre format ou un export abîmé."),
    WRONG_COLUMN(
        "The same field is wrong in the same way: probably a wrong column or conversion.",
        "Le même champ est faux de la même façon : probablement une colonne ou une conversion"
            + " erronée.");

    private final String english;
    private final String french;

    ProbableCause(String english, String french) {
      this.english = english;
      this.french = french;
    }

    /** What to do, in English. */
    public String english() {
      return english;
    }

    /** The same in French. */
    public String french() {
      return french;
    }

    /** Of a cause as rejections name it: {@code CODE@field}, several with blanks between. */
    public static ProbableCause of(String cause) {
      List<LineFault> faults =
          Arrays.stream(cause.split(" "))
              .map(part -> LineFault.valueOf(part.substring(0, part.indexOf('@'))))
              .toList();
      if (faults.stream().allMatch(f -> f.nature() == LineFault.Nature.CODE_LIST)) {
        return WRONG_CODE_LIST;
      }
      if (faults.contains(LineFault.LINE_ID_REUSED)) {
        return LINE_IDS_REUSED;
      }
      if (faults.contains(LineFault.NOT_TAKEN)) {
        return FAILURE_HERE;
      }
      return faults.stream().anyMatch(f -> f.fields().contains("record"))
          ? NOT_LINES
          : WRONG_COLUMN;
    }
  }
}
