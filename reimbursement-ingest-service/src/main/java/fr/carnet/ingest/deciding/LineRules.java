package fr.carnet.ingest.deciding;

import fr.carnet.events.billing.LineRejected;
import fr.carnet.events.care.Act;
import fr.carnet.events.care.ActSystem;
import fr.carnet.events.care.CareCategory;
import fr.carnet.events.care.CareProvider;
import fr.carnet.events.identity.Finess;
import fr.carnet.events.identity.Ins;
import fr.carnet.events.identity.Rpps;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** What makes an object a line: every rule is looked at, so a sender is told all that is wrong. */
public final class LineRules {
  /** The longest line that is read. */
  public static final int MAX_BYTES = 65_536;

  /** The fields of a line, and of its objects; what else it has is ignored. */
  public static final Set<String> FIELDS =
      Set.of(
          "lineId",
          "beneficiaryIns",
          "careFrom",
          "careTo",
          "processedOn",
          "category",
          "natureCode",
          "act",
          "act.system",
          "act.code",
          "quantity",
          "performer",
          "performer.rpps",
          "performer.finess",
          "performer.specialtyCode",
          "prescriber",
          "prescriber.rpps",
          "prescriber.finess",
          "prescriber.specialtyCode",
          "prescribedOn",
          "amounts",
          "amounts.paidCents",
          "amounts.baseCents",
          "amounts.reimbursedCents",
          "duringHospitalStay",
          "secretCare",
          "treatingPhysicianRpps");

  private static final Pattern NATURE_CODE = Pattern.compile("[0-9]{1,5}");
  private static final Pattern SPECIALTY = Pattern.compile("[0-9A-Z]{2}");
  private static final int LINE_ID_LENGTH = 128;
  private static final int QUANTITY_INTEGER_DIGITS = 9;
  private static final int QUANTITY_SCALE = 4;

  private LineRules() {}

  /**
   * Reads a line.
   *
   * @param object as parsed: text, {@code BigInteger} or {@code BigDecimal}, booleans, maps, lists
   * @param key the Kafka key, where there is one
   * @param today the calendar day in Europe/Paris
   */
  public static Verdict read(
      Map<?, ?> object, Optional<String> key, LocalDate today, LinePolicy policy) {
    if (Boolean.TRUE.equals(object.get("secretCare"))) {
      // Before any other rule, so that secret care is not even in a rejection (CSP R1111-33).
      return new Verdict.Secret(
          object.get("lineId") instanceof String id && isLineId(id)
              ? Optional.of(id)
              : Optional.empty());
    }
    return readInFull(object, key, today, policy);
  }

  /** A line that is refused as a whole. */
  public static Verdict.Invalid invalid(LineFault fault, boolean maybeSecret) {
    return new Verdict.Invalid(
        Optional.empty(), Optional.empty(), List.of(fault.of("record")), maybeSecret);
  }

  /** 1 to 128 characters of Unicode; half a surrogate pair is none and cannot be written back. */
  private static boolean isLineId(String text) {
    return !text.isEmpty()
        && text.codePointCount(0, text.length()) <= LINE_ID_LENGTH
        && text.codePoints().noneMatch(point -> Character.getType(point) == Character.SURROGATE);
  }

  private static Verdict readInFull(
      Map<?, ?> object, Optional<String> key, LocalDate today, LinePolicy policy) {
    List<LineRejected.Fault> faults = new ArrayList<>();
    LineReading line = new LineReading("", object, faults);

    Optional<String> lineIdText = line.requiredText("lineId");
    Optional<String> lineId = lineIdText.filter(LineRules::isLineId);
    if (lineIdText.isPresent() && lineId.isEmpty()) {
      line.fault("lineId", LineFault.LINE_ID_INVALID);
    }
    Optional<String> insText = line.requiredText("beneficiaryIns");
    Optional<Ins> ins = insText.flatMap(Ins::parse);
    if (insText.isPresent() && ins.isEmpty()) {
      line.fault("beneficiaryIns", LineFault.INS_INVALID);
    }
    if (key.isPresent() && insText.isPresent() && !key.equals(insText)) {
      faults.add(LineFault.KEY_MISMATCH.of("key"));
    }
    Optional<LocalDate> careFrom = pastDay(line, "careFrom", today);
    Optional<LocalDate> careTo = line.requiredDate("careTo");
    if (careFrom.isPresent() && careTo.isPresent() && careTo.get().isBefore(careFrom.get())) {
      line.fault("careTo", LineFault.DATES_REVERSED);
    }
    if (careTo.isPresent() && careTo.get().isAfter(today.plusYears(1))) {
      line.fault("careTo", LineFault.CARE_TO_TOO_LATE);
    }
    Optional<LocalDate> processedOn = pastDay(line, "processedOn", today);
    if (careFrom.isPresent()
        && processedOn.isPresent()
        && processedOn.get().isBefore(careFrom.get())) {
      line.fault("processedOn", LineFault.PROCESSED_BEFORE_CARE);
    }
    Optional<CareCategory> category =
        line.requiredText("category")
            .flatMap(
                name ->
                    named(
                        CareCategory.values(), name, line, "category", LineFault.CATEGORY_UNKNOWN));
    Optional<String> nature = line.requiredCode("natureCode");
    if (nature.isPresent() && !NATURE_CODE.matcher(nature.get()).matches()) {
      line.fault("natureCode", LineFault.NATURE_CODE_INVALID);
    } else if (nature.isPresent() && !policy.codes().knowsNature(nature.get())) {
      line.fault("natureCode", LineFault.NATURE_CODE_UNKNOWN);
    }
    Optional<Act> act = line.object("act").flatMap(of -> act(of, policy.codes()));
    Optional<BigDecimal> quantity = quantity(line);
    Optional<LineReading> performerObject = line.requiredObject("performer");
    Optional<CareProvider> performer =
        performerObject.map(provider -> provider(provider, policy.codes()));
    if (performer.isPresent()
        && performerObject.get().isAbsent("rpps")
        && performerObject.get().isAbsent("finess")) {
      line.fault("performer", LineFault.PERFORMER_MISSING);
    }
    Optional<CareProvider> prescriber =
        line.object("prescriber")
            .map(provider -> provider(provider, policy.codes()))
            .filter(LineRules::isSomebody);
    Optional<LocalDate> prescribedOn = line.date("prescribedOn");
    if (careTo.isPresent()
        && prescribedOn.isPresent()
        && prescribedOn.get().isAfter(careTo.get())) {
      line.fault("prescribedOn", LineFault.PRESCRIBED_AFTER_CARE);
    }
    String amounts = line.requiredObject("amounts").map(LineRules::amounts).orElse("");
    boolean duringStay = line.flag("duringHospitalStay");
    line.flag("secretCare");
    Optional<String> treatingPhysician = line.code("treatingPhysicianRpps");
    if (treatingPhysician.isPresent() && !Rpps.isValid(treatingPhysician.get())) {
      line.fault("treatingPhysicianRpps", LineFault.RPPS_INVALID);
    }

    List<LineRejected.Fault> refusing =
        faults.stream().filter(fault -> !policy.onlyWarns(fault)).toList();
    if (!refusing.isEmpty()) {
      return new Verdict.Invalid(
          lineId, insText, refusing, !Boolean.FALSE.equals(object.get("secretCare")));
    }
    return new Verdict.Valid(
        new BillingLine(
            lineId.orElseThrow(),
            ins.orElseThrow(),
            careFrom.orElseThrow(),
            careTo.orElseThrow(),
            processedOn.orElseThrow(),
            category.orElseThrow(),
            nature.orElseThrow(),
            act,
            quantity.orElseThrow(),
            performer.orElseThrow(),
            prescriber,
            prescribedOn,
            amounts,
            duringStay,
            treatingPhysician),
        faults);
  }

  private static Optional<LocalDate> pastDay(LineReading line, String field, LocalDate today) {
    Optional<LocalDate> day = line.requiredDate(field);
    if (day.isPresent() && day.get().isAfter(today)) {
      line.fault(field, LineFault.DATE_IN_FUTURE);
    }
    return day;
  }

  private static Optional<BigDecimal> quantity(LineReading line) {
    Optional<BigDecimal> quantity = line.requiredNumber("quantity");
    if (quantity.isEmpty()) {
      return quantity;
    }
    BigDecimal value = quantity.get().stripTrailingZeros();
    if (value.signum() == 0) {
      line.fault("quantity", LineFault.QUANTITY_ZERO);
    } else if ((long) value.precision() - value.scale() > QUANTITY_INTEGER_DIGITS
        || value.scale() > QUANTITY_SCALE) {
      // Looked at before any arithmetic: 1e999999999 is a number in JSON.
      line.fault("quantity", LineFault.QUANTITY_OUT_OF_RANGE);
    } else {
      // Without the zeros that it may have been sent with, up to a thousand: what is kept must be
      // readable again, and numbers that are read have an end.
      return Optional.of(value.setScale(Math.max(0, value.scale())));
    }
    return quantity;
  }

  /** A refund goes the other way: both are negative then. */
  private static String amounts(LineReading amounts) {
    String paid = amounts.cents("paidCents");
    String base = amounts.cents("baseCents");
    String reimbursed = amounts.cents("reimbursedCents");
    if (!paid.isEmpty()
        && !reimbursed.isEmpty()
        && new BigInteger(reimbursed).abs().compareTo(new BigInteger(paid).abs()) > 0) {
      amounts.fault("reimbursedCents", LineFault.REIMBURSED_ABOVE_PAID);
    }
    return paid + "/" + base + "/" + reimbursed;
  }

  private static Optional<Act> act(LineReading act, CodeLists codes) {
    Optional<ActSystem> system =
        act.requiredText("system")
            .flatMap(
                name ->
                    named(ActSystem.values(), name, act, "system", LineFault.ACT_SYSTEM_UNKNOWN));
    Optional<String> code = act.requiredCode("code");
    if (system.isPresent() && code.isPresent() && !system.get().accepts(code.get())) {
      act.fault("code", LineFault.ACT_CODE_INVALID);
    } else if (system.isPresent()
        && code.isPresent()
        && !codes.knowsAct(new Act(system.get(), code.get()))) {
      act.fault("code", LineFault.ACT_CODE_UNKNOWN);
    }
    return system.isPresent() && code.isPresent()
        ? Optional.of(new Act(system.get(), code.get()))
        : Optional.empty();
  }

  private static CareProvider provider(LineReading provider, CodeLists codes) {
    Optional<String> rpps = provider.code("rpps");
    if (rpps.isPresent() && !Rpps.isValid(rpps.get())) {
      provider.fault("rpps", LineFault.RPPS_INVALID);
    }
    Optional<String> finess = provider.code("finess");
    if (finess.isPresent() && !Finess.isValid(finess.get())) {
      provider.fault("finess", LineFault.FINESS_INVALID);
    }
    Optional<String> specialty = provider.code("specialtyCode");
    if (specialty.isPresent() && !SPECIALTY.matcher(specialty.get()).matches()) {
      provider.fault("specialtyCode", LineFault.SPECIALTY_CODE_INVALID);
    } else if (specialty.isPresent() && !codes.knowsSpecialty(specialty.get())) {
      provider.fault("specialtyCode", LineFault.SPECIALTY_CODE_UNKNOWN);
    }
    return new CareProvider(rpps, finess, specialty);
  }

  /** A prescriber of whom nothing is said is as absent. */
  private static boolean isSomebody(CareProvider provider) {
    return provider.rpps().isPresent()
        || provider.finess().isPresent()
        || provider.specialtyCode().isPresent();
  }

  private static <T extends Enum<T>> Optional<T> named(
      T[] values, String name, LineReading line, String field, LineFault fault) {
    Optional<T> value = Arrays.stream(values).filter(v -> v.name().equals(name)).findFirst();
    if (value.isEmpty()) {
      line.fault(field, fault);
    }
    return value;
  }
}
