package fr.carnet.dossier.deciding;

import static fr.carnet.dossier.deciding.ItemRefusal.ITEM_CODE_INVALID;
import static fr.carnet.dossier.deciding.ItemRefusal.ITEM_CODE_MISSING;
import static fr.carnet.dossier.deciding.ItemRefusal.ITEM_DATE_INVALID;
import static fr.carnet.dossier.deciding.ItemRefusal.ITEM_FORMAT_INVALID;
import static fr.carnet.dossier.deciding.ItemRefusal.ITEM_LINES_INVALID;
import static fr.carnet.dossier.deciding.ItemRefusal.ITEM_NUMBER_INVALID;
import static fr.carnet.dossier.deciding.ItemRefusal.ITEM_PERIOD_INVALID;
import static fr.carnet.dossier.deciding.ItemRefusal.ITEM_PHONE_INVALID;
import static fr.carnet.dossier.deciding.ItemRefusal.ITEM_TEXT_INVALID;
import static fr.carnet.dossier.deciding.ItemRefusal.ITEM_TYPE_INVALID;
import static fr.carnet.dossier.deciding.ItemRefusal.ITEM_VALUE_INVALID;

import fr.carnet.events.care.Act;
import fr.carnet.events.content.DocumentType;
import fr.carnet.events.content.ItemContent;
import fr.carnet.events.content.ItemContent.AdvanceDirective;
import fr.carnet.events.content.ItemContent.Allergy;
import fr.carnet.events.content.ItemContent.CarePlan;
import fr.carnet.events.content.ItemContent.Certificate;
import fr.carnet.events.content.ItemContent.Condition;
import fr.carnet.events.content.ItemContent.ConsultationReport;
import fr.carnet.events.content.ItemContent.DispensedLine;
import fr.carnet.events.content.ItemContent.Dispensing;
import fr.carnet.events.content.ItemContent.Document;
import fr.carnet.events.content.ItemContent.EmergencyContact;
import fr.carnet.events.content.ItemContent.HospitalReport;
import fr.carnet.events.content.ItemContent.ImagingResult;
import fr.carnet.events.content.ItemContent.LaboratoryResult;
import fr.carnet.events.content.ItemContent.Note;
import fr.carnet.events.content.ItemContent.PrescribedLine;
import fr.carnet.events.content.ItemContent.Prescription;
import fr.carnet.events.content.ItemContent.Treatment;
import fr.carnet.events.content.ItemContent.Vaccination;
import fr.carnet.events.identity.Cip13;
import fr.carnet.events.trace.Actor.Role;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** What each field of each kind of item must be. */
public final class ItemRules {
  private static final int LABEL = 200;
  private static final int TEXT = 20_000;
  private static final int LINES = 50;

  /** Before the birth of whoever has a dossier. */
  static final LocalDate FIRST_DAY = LocalDate.of(1880, 1, 1);

  /** From today on: nothing that is planned for somebody comes later. */
  static final int YEARS_AHEAD = 150;

  /** Before the point, and after it: more than any measure has, and all of them are given back. */
  private static final int DIGITS = 30;

  private static final Pattern CIM10 = Pattern.compile("[A-Z][0-9]{2}(\\.?[0-9A-Z]{1,3})?");
  private static final Pattern LOINC = Pattern.compile("[0-9]{1,7}-[0-9]");
  private static final Pattern ATC = Pattern.compile("[A-Z][0-9]{2}([A-Z]([A-Z]([0-9]{2})?)?)?");
  private static final Pattern PHONE = Pattern.compile("\\+?[0-9](?:[ .-]?[0-9]){2,19}");
  private static final Pattern MEDIA_TYPE = Pattern.compile("[a-z]+/[a-z0-9][a-z0-9.+-]{0,99}");
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  private final LocalDate today;
  private Optional<Fault> first = Optional.empty();

  private ItemRules(LocalDate today) {
    this.today = today;
  }

  /**
   * What is wrong with a field.
   *
   * @param field its name, with the place in a list: {@code lines[0].cip13}
   */
  public record Fault(ItemRefusal reason, String field) {}

  /**
   * The first thing that is wrong, if anything is.
   *
   * @param author in which role it was written
   * @param today Europe/Paris
   */
  public static Optional<Fault> fault(ItemContent content, Role author, LocalDate today) {
    ItemRules rules = new ItemRules(today);
    rules.check(content, author);
    return rules.first;
  }

  private void check(ItemContent content, Role author) {
    switch (content) {
      case Condition condition -> {
        code("code", condition.code(), CIM10);
        label("label", condition.label());
        past("since", condition.since());
        past("until", condition.until());
        period("until", condition.since(), condition.until());
      }
      case Allergy allergy -> {
        label("substance", allergy.substance());
        label("reaction", allergy.reaction());
      }
      case Treatment treatment -> {
        label("label", treatment.label());
        cip13("cip13", treatment.cip13());
        label("dosage", treatment.dosage());
        possible("from", treatment.from());
        possible("until", treatment.until());
        period("until", treatment.from(), treatment.until());
      }
      case Prescription prescription -> {
        past("prescribedOn", Optional.of(prescription.prescribedOn()));
        lines(prescription.lines());
        for (int i = 0; i < prescription.lines().size(); i++) {
          PrescribedLine line = prescription.lines().get(i);
          String at = "lines[" + i + "].";
          label(at + "label", line.label());
          act(at + "product", line.product());
          label(at + "dosage", line.dosage());
          must(
              line.days().stream().allMatch(days -> days >= 1 && days <= 366),
              ITEM_NUMBER_INVALID,
              at + "days");
        }
      }
      case Dispensing dispensing -> {
        past("dispensedOn", Optional.of(dispensing.dispensedOn()));
        lines(dispensing.lines());
        for (int i = 0; i < dispensing.lines().size(); i++) {
          DispensedLine line = dispensing.lines().get(i);
          String at = "lines[" + i + "].";
          label(at + "label", line.label());
          cip13(at + "cip13", line.cip13());
          must(
              line.quantity() >= 1 && line.quantity() <= 1_000,
              ITEM_NUMBER_INVALID,
              at + "quantity");
        }
      }
      case LaboratoryResult result -> {
        code("loinc", result.loinc(), LOINC);
        label("label", result.label());
        must(result.value().isPresent() != result.words().isPresent(), ITEM_VALUE_INVALID, "value");
        must(result.value().isPresent() == result.unit().isPresent(), ITEM_VALUE_INVALID, "unit");
        label("unit", result.unit());
        label("words", result.words());
        number("value", result.value());
        number("low", result.low());
        number("high", result.high());
        must(
            result.low().isEmpty()
                || result.high().isEmpty()
                || result.low().get().compareTo(result.high().get()) <= 0,
            ITEM_VALUE_INVALID,
            "low");
        past("takenOn", Optional.of(result.takenOn()));
      }
      case ImagingResult result -> {
        label("label", result.label());
        act("act", result.act());
        text("conclusion", result.conclusion());
        past("doneOn", Optional.of(result.doneOn()));
      }
      case ConsultationReport report -> {
        label("title", report.title());
        text("text", report.text());
        past("seenOn", Optional.of(report.seenOn()));
      }
      case HospitalReport report -> {
        label("title", report.title());
        text("text", report.text());
        past("admittedOn", Optional.of(report.admittedOn()));
        past("dischargedOn", report.dischargedOn());
        period("dischargedOn", Optional.of(report.admittedOn()), report.dischargedOn());
      }
      case Vaccination vaccination -> {
        label("label", vaccination.label());
        must(
            vaccination.cip13().isPresent() || vaccination.atc().isPresent(),
            ITEM_CODE_MISSING,
            "cip13");
        cip13("cip13", vaccination.cip13());
        vaccination.atc().ifPresent(atc -> code("atc", atc, ATC));
        label("lot", vaccination.lot());
        past("givenOn", Optional.of(vaccination.givenOn()));
      }
      case CarePlan plan -> {
        label("title", plan.title());
        text("text", plan.text());
        possible("from", Optional.of(plan.from()));
        possible("until", plan.until());
        period("until", Optional.of(plan.from()), plan.until());
      }
      case Certificate certificate -> {
        label("title", certificate.title());
        text("text", certificate.text());
        past("madeOn", Optional.of(certificate.madeOn()));
      }
      case EmergencyContact contact -> {
        label("name", contact.name());
        must(PHONE.matcher(contact.phone()).matches(), ITEM_PHONE_INVALID, "phone");
        label("relation", contact.relation());
      }
      case AdvanceDirective directive -> {
        text("text", directive.text());
        past("writtenOn", Optional.of(directive.writtenOn()));
        label("trustedPerson", directive.trustedPerson());
      }
      case Note note -> {
        label("title", note.title());
        text("text", note.text());
      }
      case Document document -> {
        label("title", document.title());
        must(
            DocumentType.parse(document.typeCode()).isPresent()
                && (!document.holdsDirective() || author == Role.OWNER),
            ITEM_TYPE_INVALID,
            "typeCode");
        must(MEDIA_TYPE.matcher(document.format()).matches(), ITEM_FORMAT_INVALID, "format");
        must(document.size() > 0, ITEM_NUMBER_INVALID, "size");
        must(SHA256.matcher(document.sha256()).matches(), ITEM_FORMAT_INVALID, "sha256");
        past("madeOn", document.madeOn());
      }
    }
  }

  private void must(boolean holds, ItemRefusal reason, String field) {
    if (!holds && first.isEmpty()) {
      first = Optional.of(new Fault(reason, field));
    }
  }

  private void label(String field, String text) {
    must(Words.are(text, LABEL, false), ITEM_TEXT_INVALID, field);
  }

  private void label(String field, Optional<String> text) {
    text.ifPresent(given -> label(field, given));
  }

  private void text(String field, String text) {
    must(Words.are(text, TEXT, true), ITEM_TEXT_INVALID, field);
  }

  private void number(String field, Optional<BigDecimal> number) {
    must(
        number.stream()
            .allMatch(
                given ->
                    given.scale() <= DIGITS && (long) given.precision() - given.scale() <= DIGITS),
        ITEM_NUMBER_INVALID,
        field);
  }

  private void code(String field, String code, Pattern form) {
    must(form.matcher(code).matches(), ITEM_CODE_INVALID, field);
  }

  private void cip13(String field, Optional<String> code) {
    must(code.stream().allMatch(Cip13::isValid), ITEM_CODE_INVALID, field);
  }

  private void act(String field, Optional<Act> act) {
    must(
        act.stream().allMatch(known -> known.system().accepts(known.code())),
        ITEM_CODE_INVALID,
        field);
  }

  private void possible(String field, Optional<LocalDate> day) {
    LocalDate last = today.plusYears(YEARS_AHEAD);
    must(
        day.stream().noneMatch(given -> given.isBefore(FIRST_DAY) || given.isAfter(last)),
        ITEM_DATE_INVALID,
        field);
  }

  private void past(String field, Optional<LocalDate> day) {
    possible(field, day);
    must(day.stream().noneMatch(today::isBefore), ITEM_DATE_INVALID, field);
  }

  private void period(String field, Optional<LocalDate> from, Optional<LocalDate> until) {
    must(
        from.isEmpty() || until.isEmpty() || !until.get().isBefore(from.get()),
        ITEM_PERIOD_INVALID,
        field);
  }

  private void lines(List<?> lines) {
    must(!lines.isEmpty() && lines.size() <= LINES, ITEM_LINES_INVALID, "lines");
  }
}
