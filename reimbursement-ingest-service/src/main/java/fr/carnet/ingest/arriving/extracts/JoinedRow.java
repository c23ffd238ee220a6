package fr.carnet.ingest.arriving.extracts;

import fr.carnet.events.care.ActSystem;
import fr.carnet.events.care.CareCategory;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A row of the hub with one of its details, if it has any, and the operator's correspondences.
 *
 * @param key all nine
 * @param source the detail's table (PHA, CAM, BIO, TIP), empty text without one
 * @param position the detail's order number, 0 without one
 * @param quantity the detail's own, else the hub's; of either sign
 * @param vaccine whether the medicine is one by its ATC class (J07)
 * @param treatingPhysician the RPPS of the médecin traitant that the row names, where the
 *     correspondence knows it
 * @param paid euros, of the hub's row as a whole
 * @param madeFrom the rows of the files that were joined, as file:line
 */
record JoinedRow(
    String key,
    boolean supplement,
    boolean careByItself,
    boolean stay,
    String nature,
    Optional<String> ins,
    LocalDate careFrom,
    Optional<LocalDate> careTo,
    LocalDate processedOn,
    Optional<LocalDate> prescribedOn,
    boolean duringHospitalStay,
    String source,
    long position,
    Optional<String> code,
    Optional<BigDecimal> quantity,
    boolean vaccine,
    Provider performer,
    Optional<Provider> prescriber,
    Optional<String> treatingPhysician,
    BigDecimal paid,
    BigDecimal base,
    BigDecimal reimbursed,
    List<String> madeFrom) {

  /** Dentists, orthodontists (IR_ACT_V 19, 53, 54; IR_SPE_V 36). */
  private static final Set<String> DENTISTS = Set.of("19", "36", "53", "54");

  private static final int CENTS = 2;

  /** Who performed or prescribed, by the operator's correspondence. */
  record Provider(Optional<String> rpps, Optional<String> finess, Optional<String> specialty) {
    private Map<String, Object> fields() {
      Map<String, Object> fields = new LinkedHashMap<>();
      rpps.ifPresent(value -> fields.put("rpps", value));
      finess.ifPresent(value -> fields.put("finess", value));
      specialty.ifPresent(value -> fields.put("specialtyCode", value));
      return fields;
    }
  }

  /** What a row is. */
  enum Kind {
    LINE,
    SUPPLEMENT,
    NOT_CARE
  }

  Kind kind() {
    if (supplement) {
      return Kind.SUPPLEMENT;
    }
    return source.isEmpty() && !careByItself && !stay ? Kind.NOT_CARE : Kind.LINE;
  }

  /**
   * The line as any sender would write it: the rules that read it are the same for every way in.
   * The layout has no flag of secret care.
   */
  Map<String, Object> fields() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("lineId", source.isEmpty() ? key + ".PRS" : key + "." + source + "." + position);
    ins.ifPresent(value -> fields.put("beneficiaryIns", value));
    fields.put("careFrom", careFrom.toString());
    fields.put("careTo", careTo.orElse(careFrom).toString());
    fields.put("processedOn", processedOn.toString());
    fields.put("category", category().name());
    fields.put("natureCode", nature);
    act().ifPresent(act -> fields.put("act", act));
    quantity.ifPresent(value -> fields.put("quantity", value));
    fields.put("performer", performer.fields());
    prescriber.ifPresent(value -> fields.put("prescriber", value.fields()));
    prescribedOn.ifPresent(value -> fields.put("prescribedOn", value.toString()));
    Map<String, Object> amounts = new LinkedHashMap<>();
    amounts.put("paidCents", paid.movePointRight(CENTS).toBigIntegerExact());
    amounts.put("baseCents", base.movePointRight(CENTS).toBigIntegerExact());
    amounts.put("reimbursedCents", reimbursed.movePointRight(CENTS).toBigIntegerExact());
    fields.put("amounts", amounts);
    treatingPhysician.ifPresent(value -> fields.put("treatingPhysicianRpps", value));
    // The stay itself is not care during a stay.
    fields.put(
        "duringHospitalStay", duringHospitalStay && category() != CareCategory.HOSPITAL_STAY);
    fields.put("secretCare", false);
    return fields;
  }

  private CareCategory category() {
    boolean dentist = performer.specialty().filter(DENTISTS::contains).isPresent();
    return switch (source) {
      case "PHA" ->
          vaccine || Natures.isVaccine(nature) ? CareCategory.VACCINATION : CareCategory.MEDICATION;
      case "BIO" -> CareCategory.LABORATORY;
      case "TIP" -> CareCategory.DEVICE;
      default -> {
        if (Natures.isImaging(nature)) {
          yield CareCategory.IMAGING;
        }
        if (stay && source.isEmpty()) {
          yield CareCategory.HOSPITAL_STAY;
        }
        yield dentist ? CareCategory.DENTAL_CARE : CareCategory.MEDICAL_CARE;
      }
    };
  }

  private Optional<Map<String, Object>> act() {
    Optional<ActSystem> system =
        switch (source) {
          case "PHA" -> Optional.of(ActSystem.CIP13);
          case "CAM" -> Optional.of(ActSystem.CCAM);
          case "BIO" -> Optional.of(ActSystem.NABM);
          case "TIP" -> Optional.of(ActSystem.LPP);
          default -> Optional.empty();
        };
    return system.flatMap(
        known -> code.map(value -> Map.<String, Object>of("system", known.name(), "code", value)));
  }

  @Override
  public String toString() {
    return "JoinedRow[hidden]";
  }
}
