package fr.carnet.events.content;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import fr.carnet.events.care.Act;
import fr.carnet.events.care.ActSystem;
import fr.carnet.events.trace.Actor.Role;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What one item of a dossier says. Days are calendar days, Europe/Paris. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = ItemContent.Condition.class, name = "CONDITION"),
  @JsonSubTypes.Type(value = ItemContent.Allergy.class, name = "ALLERGY"),
  @JsonSubTypes.Type(value = ItemContent.Treatment.class, name = "TREATMENT"),
  @JsonSubTypes.Type(value = ItemContent.Prescription.class, name = "PRESCRIPTION"),
  @JsonSubTypes.Type(value = ItemContent.Dispensing.class, name = "DISPENSING"),
  @JsonSubTypes.Type(value = ItemContent.LaboratoryResult.class, name = "LABORATORY_RESULT"),
  @JsonSubTypes.Type(value = ItemContent.ImagingResult.class, name = "IMAGING_RESULT"),
  @JsonSubTypes.Type(value = ItemContent.ConsultationReport.class, name = "CONSULTATION_REPORT"),
  @JsonSubTypes.Type(value = ItemContent.HospitalReport.class, name = "HOSPITAL_REPORT"),
  @JsonSubTypes.Type(value = ItemContent.Vaccination.class, name = "VACCINATION"),
  @JsonSubTypes.Type(value = ItemContent.CarePlan.class, name = "CARE_PLAN"),
  @JsonSubTypes.Type(value = ItemContent.Certificate.class, name = "CERTIFICATE"),
  @JsonSubTypes.Type(value = ItemContent.EmergencyContact.class, name = "EMERGENCY_CONTACT"),
  @JsonSubTypes.Type(value = ItemContent.AdvanceDirective.class, name = "ADVANCE_DIRECTIVE"),
  @JsonSubTypes.Type(value = ItemContent.Note.class, name = "NOTE"),
  @JsonSubTypes.Type(value = ItemContent.Document.class, name = "DOCUMENT")
})
public sealed interface ItemContent {
  /**
   * A condition, or an antecedent where it has ended.
   *
   * @param code CIM-10
   */
  record Condition(String code, String label, Optional<LocalDate> since, Optional<LocalDate> until)
      implements ItemContent {}

  /** An allergy or an intolerance. */
  record Allergy(String substance, Optional<String> reaction, Severity severity)
      implements ItemContent {}

  /** How bad a reaction was. */
  enum Severity {
    LIFE_THREATENING,
    SEVERE,
    MODERATE,
    MILD,
    UNKNOWN
  }

  /** A treatment that is, or was, taken. */
  record Treatment(
      String label,
      Optional<String> cip13,
      Optional<String> dosage,
      Optional<LocalDate> from,
      Optional<LocalDate> until)
      implements ItemContent {}

  /** A dematerialised prescription: its number is the item's id. */
  record Prescription(LocalDate prescribedOn, List<PrescribedLine> lines) implements ItemContent {
    public Prescription {
      lines = List.copyOf(lines);
    }
  }

  /**
   * One thing that was prescribed.
   *
   * @param product a medicine, device or act
   * @param days for how long
   */
  record PrescribedLine(
      String label, Optional<Act> product, Optional<String> dosage, Optional<Integer> days) {}

  /**
   * What a pharmacist gave out on a prescription.
   *
   * @param prescriptionId always recorded; not told where the prescription does not show
   */
  record Dispensing(Optional<UUID> prescriptionId, LocalDate dispensedOn, List<DispensedLine> lines)
      implements ItemContent {
    public Dispensing {
      lines = List.copyOf(lines);
    }

    /** As it is told where its prescription does not show. */
    public Dispensing withoutPrescription() {
      return new Dispensing(Optional.empty(), dispensedOn, lines);
    }
  }

  /** One product that was given out. */
  record DispensedLine(String label, Optional<String> cip13, int quantity) {}

  /**
   * A laboratory result: a number with its unit, or words.
   *
   * @param loinc the analysis
   * @param low lower end of the reference range
   * @param high upper end of the reference range
   */
  record LaboratoryResult(
      String loinc,
      String label,
      Optional<BigDecimal> value,
      Optional<String> unit,
      Optional<String> words,
      Optional<BigDecimal> low,
      Optional<BigDecimal> high,
      LocalDate takenOn)
      implements ItemContent {}

  /** What imaging showed. */
  record ImagingResult(String label, Optional<Act> act, String conclusion, LocalDate doneOn)
      implements ItemContent {}

  /** The report of a consultation. */
  record ConsultationReport(String title, String text, LocalDate seenOn) implements ItemContent {}

  /** The report of a stay. */
  record HospitalReport(
      String title, String text, LocalDate admittedOn, Optional<LocalDate> dischargedOn)
      implements ItemContent {}

  /** A vaccine that was given; known by its pack, its therapeutic class (ATC) or both. */
  record Vaccination(
      String label,
      Optional<String> cip13,
      Optional<String> atc,
      Optional<String> lot,
      LocalDate givenOn)
      implements ItemContent {}

  /** What is planned for the patient's care. */
  record CarePlan(String title, String text, LocalDate from, Optional<LocalDate> until)
      implements ItemContent {}

  /** A medical certificate. */
  record Certificate(String title, String text, LocalDate madeOn) implements ItemContent {}

  /** Whom to call. */
  record EmergencyContact(String name, String phone, Optional<String> relation)
      implements ItemContent {}

  /**
   * What the patient wants when they can no longer say it (CSP L1111-11).
   *
   * @param trustedPerson who speaks for the patient then
   */
  record AdvanceDirective(String text, LocalDate writtenOn, Optional<String> trustedPerson)
      implements ItemContent {}

  /** The patient's own note. */
  record Note(String title, String text) implements ItemContent {}

  /**
   * A file, whose bytes are kept beside.
   *
   * @param typeCode LOINC, or a national code: {@link DocumentType}
   * @param format its media type
   * @param size in bytes
   * @param sha256 of the bytes, hexadecimal
   * @param madeOn the day that it is about
   * @param bytesId where its bytes are; each version has its own
   */
  record Document(
      String title,
      String typeCode,
      String format,
      long size,
      String sha256,
      Optional<LocalDate> madeOn,
      Optional<UUID> bytesId)
      implements ItemContent {
    /** The same document, wherever its bytes are. */
    public Document anywhere() {
      return new Document(title, typeCode, format, size, sha256, madeOn, Optional.empty());
    }
  }

  /** A code and the list that it is from. */
  record Coded(String system, String code) {}

  /** What kind of item it is. */
  default ItemKind kind() {
    return switch (this) {
      case Condition _ -> ItemKind.CONDITION;
      case Allergy _ -> ItemKind.ALLERGY;
      case Treatment _ -> ItemKind.TREATMENT;
      case Prescription _ -> ItemKind.PRESCRIPTION;
      case Dispensing _ -> ItemKind.DISPENSING;
      case LaboratoryResult _ -> ItemKind.LABORATORY_RESULT;
      case ImagingResult _ -> ItemKind.IMAGING_RESULT;
      case ConsultationReport _ -> ItemKind.CONSULTATION_REPORT;
      case HospitalReport _ -> ItemKind.HOSPITAL_REPORT;
      case Vaccination _ -> ItemKind.VACCINATION;
      case CarePlan _ -> ItemKind.CARE_PLAN;
      case Certificate _ -> ItemKind.CERTIFICATE;
      case EmergencyContact _ -> ItemKind.EMERGENCY_CONTACT;
      case AdvanceDirective _ -> ItemKind.ADVANCE_DIRECTIVE;
      case Note _ -> ItemKind.NOTE;
      case Document _ -> ItemKind.DOCUMENT;
    };
  }

  /** The class of the matrix that it belongs to when this role wrote it. */
  default String classCode(Role author) {
    return this instanceof Document document && author == Role.PROFESSIONAL
        ? DocumentType.parse(document.typeCode())
            .map(DocumentType::classCode)
            .orElse(kind().classCode())
        : kind().classCode();
  }

  /**
   * The type of the matrix that it is of when this role wrote it. What a patient brings is no
   * professional's document of that type.
   */
  default String typeCode(Role author) {
    return this instanceof Document document
        ? DocumentType.parse(document.typeCode())
            .filter(type -> type.classCode().equals(classCode(author)))
            .map(DocumentType::code)
            .orElse(kind().typeCode())
        : kind().typeCode();
  }

  /** Whether it is an advance directive, written here or brought as a file. */
  default boolean holdsDirective() {
    return this instanceof AdvanceDirective
        || (this instanceof Document document
            && document.typeCode().equals(DocumentType.ADVANCE_DIRECTIVES.code()));
  }

  /** What it is called in a list. */
  default String title() {
    return switch (this) {
      case Condition condition -> condition.label();
      case Allergy allergy -> allergy.substance();
      case Treatment treatment -> treatment.label();
      case Prescription prescription -> joined(prescription.lines(), PrescribedLine::label);
      case Dispensing dispensing -> joined(dispensing.lines(), DispensedLine::label);
      case LaboratoryResult result -> result.label();
      case ImagingResult result -> result.label();
      case ConsultationReport report -> report.title();
      case HospitalReport report -> report.title();
      case Vaccination vaccination -> vaccination.label();
      case CarePlan plan -> plan.title();
      case Certificate certificate -> certificate.title();
      case EmergencyContact contact -> contact.name();
      case AdvanceDirective _ -> "Directives anticipées";
      case Note note -> note.title();
      case Document document -> document.title();
    };
  }

  private static <T> String joined(List<T> lines, Function<T, String> label) {
    return lines.stream().map(label).collect(Collectors.joining(", "));
  }

  /** The code of what it is about, where there is one. */
  default Optional<Coded> coded() {
    return switch (this) {
      case Condition condition -> Optional.of(new Coded("CIM10", condition.code()));
      case Treatment treatment -> treatment.cip13().map(cip13 -> new Coded("CIP13", cip13));
      case LaboratoryResult result -> Optional.of(new Coded("LOINC", result.loinc()));
      case ImagingResult result ->
          result.act().map(act -> new Coded(act.system().name(), act.code()));
      case Vaccination vaccination ->
          vaccination
              .cip13()
              .map(cip13 -> new Coded("CIP13", cip13))
              .or(() -> vaccination.atc().map(atc -> new Coded("ATC", atc)));
      case Document document -> Optional.of(new Coded("DOCUMENT_TYPE", document.typeCode()));
      case Allergy _,
          Prescription _,
          Dispensing _,
          ConsultationReport _,
          HospitalReport _,
          CarePlan _,
          Certificate _,
          EmergencyContact _,
          AdvanceDirective _,
          Note _ ->
          Optional.empty();
    };
  }

  /** The acts and products that it names: who masks one of them masks the item. */
  default List<Act> acts() {
    return switch (this) {
      case Treatment treatment -> treatment.cip13().stream().map(ItemContent::medicine).toList();
      case Prescription prescription ->
          prescription.lines().stream().flatMap(line -> line.product().stream()).toList();
      case Dispensing dispensing ->
          dispensing.lines().stream()
              .flatMap(line -> line.cip13().stream())
              .map(ItemContent::medicine)
              .toList();
      case ImagingResult result -> result.act().stream().toList();
      case Vaccination vaccination ->
          vaccination.cip13().stream().map(ItemContent::medicine).toList();
      case Condition _,
          Allergy _,
          LaboratoryResult _,
          ConsultationReport _,
          HospitalReport _,
          CarePlan _,
          Certificate _,
          EmergencyContact _,
          AdvanceDirective _,
          Note _,
          Document _ ->
          List.of();
    };
  }

  private static Act medicine(String cip13) {
    return new Act(ActSystem.CIP13, cip13);
  }

  /** The day that it is about, where it says one. */
  default Optional<LocalDate> aboutDate() {
    return switch (this) {
      case Condition condition -> condition.since();
      case Treatment treatment -> treatment.from();
      case Prescription prescription -> Optional.of(prescription.prescribedOn());
      case Dispensing dispensing -> Optional.of(dispensing.dispensedOn());
      case LaboratoryResult result -> Optional.of(result.takenOn());
      case ImagingResult result -> Optional.of(result.doneOn());
      case ConsultationReport report -> Optional.of(report.seenOn());
      case HospitalReport report -> Optional.of(report.admittedOn());
      case Vaccination vaccination -> Optional.of(vaccination.givenOn());
      case CarePlan plan -> Optional.of(plan.from());
      case Certificate certificate -> Optional.of(certificate.madeOn());
      case AdvanceDirective directive -> Optional.of(directive.writtenOn());
      case Document document -> document.madeOn();
      case Allergy _, EmergencyContact _, Note _ -> Optional.empty();
    };
  }
}
