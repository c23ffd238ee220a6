package fr.carnet.billing.reckoning;

import com.fasterxml.jackson.databind.JsonNode;
import fr.carnet.billing.ActSystem;
import fr.carnet.billing.Category;
import fr.carnet.billing.Fault;
import fr.carnet.billing.RejectionCode;
import fr.carnet.billing.WireLine;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Reads one record by the rules of the feed and finds every fault in it.
 *
 * <p>In this order: a record that is too large is not parsed; one that is no JSON object has no
 * fields, but may say that it is secret care all the same; one flagged as secret care is looked at
 * no further; all others are checked in full.
 */
final class LineReader {
  private static final int LARGEST_BYTES = 64 * 1024;
  private static final int LONGEST_LINE_ID = 128;
  private static final BigDecimal LARGEST_QUANTITY = new BigDecimal("1e9");
  private static final int MOST_DECIMALS = 4;
  private static final List<String> EVERY_LINE_HAS =
      List.of(
          "lineId",
          "beneficiaryIns",
          "careFrom",
          "careTo",
          "processedOn",
          "category",
          "natureCode",
          "quantity",
          "performer",
          "amounts",
          "duringHospitalStay",
          "secretCare");
  private static final Pattern SAYS_SECRET = Pattern.compile("\"secretCare\"\\s*:\\s*true");

  private final LocalDate today;
  private final KnownCodes codes;

  LineReader(LocalDate today, KnownCodes codes) {
    this.today = today;
    this.codes = codes;
  }

  Reading read(WireLine wire) {
    if (wire.json().length > LARGEST_BYTES) {
      return unreadable(wire, RejectionCode.TOO_LARGE);
    }
    return StrictJson.object(wire.json())
        .map(object -> read(wire.key(), object))
        .orElseGet(() -> unreadable(wire, RejectionCode.NOT_JSON));
  }

  private static Reading unreadable(WireLine wire, RejectionCode why) {
    String text = new String(wire.json(), StandardCharsets.ISO_8859_1);
    return SAYS_SECRET.matcher(text).find()
        ? new Reading.Secret(Optional.empty())
        : new Reading.Faulty(Set.of(new Fault(Fault.RECORD, why)));
  }

  private Reading read(Optional<String> key, JsonNode object) {
    Set<Fault> faults = new TreeSet<>();
    FieldReader fields = new FieldReader(object, faults);
    Optional<String> lineId =
        fields.text("lineId", LineReader::isLineId, RejectionCode.LINE_ID_INVALID);
    if (fields.flag("secretCare").orElse(false)) {
      return new Reading.Secret(lineId);
    }
    EVERY_LINE_HAS.forEach(fields::require);
    Optional<String> ins = fields.text("beneficiaryIns");
    if (key.isPresent() && ins.isPresent() && !key.equals(ins)) {
      faults.add(new Fault(Fault.KEY, RejectionCode.KEY_MISMATCH));
    }
    ins = ins.isEmpty() ? ins : checkedIns(fields);
    Optional<LocalDate> processedOn = notInFuture(fields, "processedOn");
    Optional<Boolean> stay = fields.flag("duringHospitalStay");
    Optional<LocalDate> from = notInFuture(fields, "careFrom");
    Optional<LocalDate> to = fields.date("careTo");
    if (from.isPresent() && to.isPresent() && to.get().isBefore(from.get())) {
      fields.fault("careTo", RejectionCode.DATES_REVERSED);
    }
    if (to.isPresent() && to.get().isAfter(today.plusYears(1))) {
      fields.fault("careTo", RejectionCode.CARE_TO_TOO_LATE);
    }
    Optional<LocalDate> prescribedOn = fields.date("prescribedOn");
    if (from.isPresent() && processedOn.isPresent() && processedOn.get().isBefore(from.get())) {
      fields.fault("processedOn", RejectionCode.PROCESSED_BEFORE_CARE);
    }
    if (to.isPresent() && prescribedOn.isPresent() && prescribedOn.get().isAfter(to.get())) {
      fields.fault("prescribedOn", RejectionCode.PRESCRIBED_AFTER_CARE);
    }
    Optional<Category> category =
        fields.name("category", Category.class, RejectionCode.CATEGORY_UNKNOWN);
    Optional<String> nature =
        fields.code("natureCode", Formats::isNatureCode, RejectionCode.NATURE_CODE_INVALID);
    if (nature.isPresent() && !codes.haveNature(nature.get())) {
      fields.fault("natureCode", RejectionCode.NATURE_CODE_UNKNOWN);
    }
    Optional<Care.Act> act = fields.object("act").flatMap(this::act);
    Optional<BigDecimal> quantity = quantity(fields);
    Optional<Caregiver> performer = performer(fields);
    Optional<Caregiver> prescriber = fields.object("prescriber").map(this::caregiver);
    Optional<Line.Cents> amounts = fields.object("amounts").flatMap(LineReader::amounts);
    Optional<String> treatingPhysician =
        fields.code("treatingPhysicianRpps", Formats::isRpps, RejectionCode.RPPS_INVALID);
    if (!faults.isEmpty()) {
      return new Reading.Faulty(faults);
    }
    Care care =
        new Care(
            ins.orElseThrow(),
            category.orElseThrow(),
            nature.orElseThrow(),
            act,
            performer.orElseThrow(),
            prescriber.filter(someone -> !someone.isNobody()),
            from.orElseThrow(),
            to.orElseThrow(),
            prescribedOn,
            stay.orElseThrow());
    return new Reading.Sound(
        new Line(
            lineId.orElseThrow(),
            care,
            processedOn.orElseThrow(),
            ReckonedCare.shortest(quantity.orElseThrow()),
            amounts.orElseThrow(),
            treatingPhysician));
  }

  private static boolean isLineId(String text) {
    int characters = text.codePointCount(0, text.length());
    return characters >= 1
        && characters <= LONGEST_LINE_ID
        && StandardCharsets.UTF_8.newEncoder().canEncode(text);
  }

  private static Optional<String> checkedIns(FieldReader fields) {
    return fields.text("beneficiaryIns", Formats::isIns, RejectionCode.INS_INVALID);
  }

  private Optional<LocalDate> notInFuture(FieldReader fields, String field) {
    Optional<LocalDate> date = fields.date(field);
    if (date.isPresent() && date.get().isAfter(today)) {
      fields.fault(field, RejectionCode.DATE_IN_FUTURE);
    }
    return date;
  }

  private Optional<Care.Act> act(FieldReader act) {
    act.require("system");
    act.require("code");
    Optional<ActSystem> system =
        act.name("system", ActSystem.class, RejectionCode.ACT_SYSTEM_UNKNOWN);
    if (system.isEmpty()) {
      act.code("code", _ -> true, RejectionCode.ACT_CODE_INVALID);
      return Optional.empty();
    }
    Optional<String> code =
        act.code(
            "code", text -> Formats.isCodeOf(system.get(), text), RejectionCode.ACT_CODE_INVALID);
    if (code.isPresent() && !codes.haveAct(system.get(), code.get())) {
      act.fault("code", RejectionCode.ACT_CODE_UNKNOWN);
    }
    return code.map(known -> new Care.Act(system.get(), known));
  }

  private static Optional<BigDecimal> quantity(FieldReader fields) {
    Optional<BigDecimal> quantity = fields.number("quantity").map(JsonNode::decimalValue);
    if (quantity.isPresent() && quantity.get().signum() == 0) {
      fields.fault("quantity", RejectionCode.QUANTITY_ZERO);
    } else if (quantity.isPresent() && !isInRange(quantity.get())) {
      fields.fault("quantity", RejectionCode.QUANTITY_OUT_OF_RANGE);
    }
    return quantity;
  }

  private static boolean isInRange(BigDecimal quantity) {
    return quantity.abs().compareTo(LARGEST_QUANTITY) < 0
        && quantity.stripTrailingZeros().scale() <= MOST_DECIMALS;
  }

  private Optional<Caregiver> performer(FieldReader fields) {
    Optional<FieldReader> performer = fields.object("performer");
    if (performer.isPresent() && !performer.get().has("rpps") && !performer.get().has("finess")) {
      fields.fault("performer", RejectionCode.PERFORMER_MISSING);
    }
    return performer.map(this::caregiver);
  }

  private Caregiver caregiver(FieldReader fields) {
    Optional<String> specialty =
        fields.code("specialtyCode", Formats::isSpecialty, RejectionCode.SPECIALTY_CODE_INVALID);
    if (specialty.isPresent() && !codes.haveSpecialty(specialty.get())) {
      fields.fault("specialtyCode", RejectionCode.SPECIALTY_CODE_UNKNOWN);
    }
    return new Caregiver(
        fields.code("rpps", Formats::isRpps, RejectionCode.RPPS_INVALID),
        fields.code("finess", Formats::isFiness, RejectionCode.FINESS_INVALID),
        specialty);
  }

  private static Optional<Line.Cents> amounts(FieldReader amounts) {
    Optional<Long> paid = cents(amounts, "paidCents");
    Optional<Long> base = cents(amounts, "baseCents");
    Optional<Long> reimbursed = cents(amounts, "reimbursedCents");
    if (paid.isPresent()
        && reimbursed.isPresent()
        && absolute(reimbursed.get()).compareTo(absolute(paid.get())) > 0) {
      amounts.fault("reimbursedCents", RejectionCode.REIMBURSED_ABOVE_PAID);
    }
    return paid.flatMap(p -> base.flatMap(b -> reimbursed.map(r -> new Line.Cents(p, b, r))));
  }

  /** The least of all cents has no opposite among them. */
  private static BigInteger absolute(long cents) {
    return BigInteger.valueOf(cents).abs();
  }

  private static Optional<Long> cents(FieldReader amounts, String field) {
    amounts.require(field);
    Optional<JsonNode> number = amounts.number(field);
    Optional<JsonNode> whole = number.filter(n -> n.isIntegralNumber() && n.canConvertToLong());
    if (number.isPresent() && whole.isEmpty()) {
      amounts.fault(field, RejectionCode.AMOUNT_INVALID);
    }
    return whole.map(JsonNode::longValue);
  }
}
