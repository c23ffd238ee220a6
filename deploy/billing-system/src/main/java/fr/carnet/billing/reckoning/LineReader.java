package fr.carnet.billing.reckoning;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import fr.carnet.billing.ActSystem;
import fr.carnet.billing.Category;
import fr.carnet.billing.Fault;
import fr.carnet.billing.RejectionCode;
import fr.carnet.billing.WireLine;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads one record by the rules of the feed and finds every fault in it.
 *
 * <p>In this order: a record that is too large is not parsed; one that is no JSON object has no
 * fields; one flagged as secret care is looked at no further; all others are checked in full.
 */
final class LineReader {
  private static final int LARGEST_BYTES = 64 * 1024;
  private static final int LONGEST_LINE_ID = 128;
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
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .nodeFactory(JsonNodeFactory.withExactBigDecimals(true))
          .build();

  private final LocalDate today;

  LineReader(LocalDate today) {
    this.today = today;
  }

  Reading read(WireLine wire) {
    if (wire.json().length > LARGEST_BYTES) {
      return new Reading.Faulty(Set.of(new Fault(Fault.RECORD, RejectionCode.TOO_LARGE)));
    }
    return parsed(wire.json())
        .map(object -> read(wire.key(), object))
        .orElseGet(
            () -> new Reading.Faulty(Set.of(new Fault(Fault.RECORD, RejectionCode.NOT_JSON))));
  }

  private static Optional<JsonNode> parsed(byte[] json) {
    try {
      return Optional.ofNullable(MAPPER.readTree(json)).filter(JsonNode::isObject);
    } catch (IOException e) {
      return Optional.empty();
    }
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
    Optional<LocalDate> prescribedOn = fields.date("prescribedOn");
    Optional<Category> category =
        fields.name("category", Category.class, RejectionCode.CATEGORY_UNKNOWN);
    Optional<String> nature =
        fields.text("natureCode", Formats::isNatureCode, RejectionCode.NATURE_CODE_INVALID);
    Optional<Care.Act> act = fields.object("act").flatMap(LineReader::act);
    Optional<BigDecimal> quantity = quantity(fields);
    Optional<Caregiver> performer = performer(fields);
    Optional<Caregiver> prescriber = fields.object("prescriber").map(LineReader::caregiver);
    Optional<Line.Cents> amounts = fields.object("amounts").flatMap(LineReader::amounts);
    Optional<String> treatingPhysician =
        fields.text("treatingPhysicianRpps", Formats::isRpps, RejectionCode.RPPS_INVALID);
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
    return characters >= 1 && characters <= LONGEST_LINE_ID;
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

  private static Optional<Care.Act> act(FieldReader act) {
    act.require("system");
    act.require("code");
    Optional<ActSystem> system =
        act.name("system", ActSystem.class, RejectionCode.ACT_SYSTEM_UNKNOWN);
    if (system.isEmpty()) {
      act.text("code");
      return Optional.empty();
    }
    return act.text(
            "code", code -> Formats.isCodeOf(system.get(), code), RejectionCode.ACT_CODE_INVALID)
        .map(code -> new Care.Act(system.get(), code));
  }

  private static Optional<BigDecimal> quantity(FieldReader fields) {
    Optional<BigDecimal> quantity = fields.number("quantity").map(JsonNode::decimalValue);
    if (quantity.isPresent() && quantity.get().signum() == 0) {
      fields.fault("quantity", RejectionCode.QUANTITY_ZERO);
    }
    return quantity;
  }

  private static Optional<Caregiver> performer(FieldReader fields) {
    Optional<FieldReader> performer = fields.object("performer");
    if (performer.isPresent() && !performer.get().has("rpps") && !performer.get().has("finess")) {
      fields.fault("performer", RejectionCode.PERFORMER_MISSING);
    }
    return performer.map(LineReader::caregiver);
  }

  private static Caregiver caregiver(FieldReader fields) {
    return new Caregiver(
        fields.text("rpps", Formats::isRpps, RejectionCode.RPPS_INVALID),
        fields.text("finess", Formats::isFiness, RejectionCode.FINESS_INVALID),
        fields.text("specialtyCode"));
  }

  private static Optional<Line.Cents> amounts(FieldReader amounts) {
    Optional<Long> paid = cents(amounts, "paidCents");
    Optional<Long> base = cents(amounts, "baseCents");
    Optional<Long> reimbursed = cents(amounts, "reimbursedCents");
    return paid.flatMap(p -> base.flatMap(b -> reimbursed.map(r -> new Line.Cents(p, b, r))));
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
