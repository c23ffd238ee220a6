package fr.carnet.billing;

import static java.util.stream.Collectors.toSet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Every way in which a line's fields can be wrong, in a fixed order. */
final class Flaws {
  private static final JsonNodeFactory JSON = JsonNodeFactory.withExactBigDecimals(true);

  private final List<Flaw> all = new ArrayList<>();
  private final LocalDate today;

  private Flaws(LocalDate today) {
    this.today = today;
  }

  static List<Flaw> asOf(LocalDate today) {
    Flaws flaws = new Flaws(today);
    flaws.beneficiary();
    flaws.dates();
    flaws.codes();
    flaws.providers();
    flaws.figures();
    flaws.lineIds();
    flaws.types();
    flaws.missing();
    return firstOfEachCodeFirst(flaws.all);
  }

  /** So that a few broken lines show every code, and more of them every way to come by it. */
  private static List<Flaw> firstOfEachCodeFirst(List<Flaw> all) {
    Map<Set<RejectionCode>, Integer> seen = new HashMap<>();
    Map<Integer, List<Flaw>> rounds = new TreeMap<>();
    for (Flaw flaw : all) {
      Set<RejectionCode> codes = flaw.faults().stream().map(Fault::code).collect(toSet());
      int round = seen.merge(codes, 1, Integer::sum);
      rounds.computeIfAbsent(round, _ -> new ArrayList<>()).add(flaw);
    }
    return rounds.values().stream().flatMap(List::stream).toList();
  }

  private void beneficiary() {
    Fault invalid = new Fault("beneficiaryIns", RejectionCode.INS_INVALID);
    Fault mismatch = new Fault(Fault.KEY, RejectionCode.KEY_MISMATCH);
    add("beneficiaryIns", s -> s.key(otherIns(s.key())), mismatch);
    add("beneficiaryIns", s -> ins(s, wrongKey(s.key())), invalid);
    add("beneficiaryIns", s -> ins(s, s.key().substring(0, 13)), invalid);
    add(
        "beneficiaryIns",
        s -> ins(s, s.key().substring(0, 5) + "2C" + s.key().substring(7)),
        invalid);
    add("beneficiaryIns", s -> ins(s, "253072b07300470"), invalid);
    add("beneficiaryIns", s -> ins(s, ""), invalid);
    add(
        "beneficiaryIns",
        s -> s.line().put("beneficiaryIns", wrongKey(s.key())),
        invalid,
        mismatch);
  }

  private void dates() {
    Fault reversed = new Fault("careTo", RejectionCode.DATES_REVERSED);
    Fault careInFuture = new Fault("careFrom", RejectionCode.DATE_IN_FUTURE);
    Fault processedBefore = new Fault("processedOn", RejectionCode.PROCESSED_BEFORE_CARE);
    // Not tomorrow: who reads it after midnight would find nothing wrong with that.
    String later = today.plusDays(2).toString();
    all.add(
        new Flaw(
            Set.of("careFrom", "careTo", "prescribedOn"),
            s ->
                s.line()
                    .put("careTo", day(s, "careFrom").minusDays(1).toString())
                    .putNull("prescribedOn"),
            Set.of(reversed)));
    all.add(
        new Flaw(
            Set.of("careFrom", "careTo", "processedOn"),
            s -> s.line().put("careFrom", later).put("careTo", later),
            Set.of(careInFuture, processedBefore)));
    all.add(
        new Flaw(
            Set.of("careFrom", "careTo", "processedOn"),
            s -> s.line().put("careFrom", later).put("careTo", today.toString()),
            Set.of(careInFuture, reversed, processedBefore)));
    all.add(
        new Flaw(
            Set.of("careFrom", "processedOn"),
            s -> s.line().put("processedOn", day(s, "careFrom").minusDays(1).toString()),
            Set.of(processedBefore)));
    all.add(
        new Flaw(
            Set.of("careTo", "prescribedOn"),
            s -> s.line().put("prescribedOn", day(s, "careTo").plusDays(1).toString()),
            Set.of(new Fault("prescribedOn", RejectionCode.PRESCRIBED_AFTER_CARE))));
    text("processedOn", later, RejectionCode.DATE_IN_FUTURE);
    text("careTo", today.plusYears(1).plusDays(2).toString(), RejectionCode.CARE_TO_TOO_LATE);
    text("careTo", "9999-12-31", RejectionCode.CARE_TO_TOO_LATE);
    text("careFrom", "2026-02-30", RejectionCode.DATE_INVALID);
    text("careTo", "03/05/2026", RejectionCode.DATE_INVALID);
    text("processedOn", "", RejectionCode.DATE_INVALID);
    text("prescribedOn", "2026-13-01", RejectionCode.DATE_INVALID);
    text("careFrom", "2026-5-3", RejectionCode.DATE_INVALID);
    text("careTo", "2026-05-03T00:00:00Z", RejectionCode.DATE_INVALID);
  }

  private void codes() {
    text("category", "SURGERY", RejectionCode.CATEGORY_UNKNOWN);
    text("category", "imaging", RejectionCode.CATEGORY_UNKNOWN);
    text("natureCode", "", RejectionCode.NATURE_CODE_INVALID);
    text("natureCode", "135100", RejectionCode.NATURE_CODE_INVALID);
    text("natureCode", "13A1", RejectionCode.NATURE_CODE_INVALID);
    text("natureCode", "١٣٥١", RejectionCode.NATURE_CODE_INVALID);
    text("natureCode", "13\u0000", RejectionCode.TEXT_INVALID);
    act("NABM", "11\u00004", "act.code", RejectionCode.TEXT_INVALID);
    act("CIM10", "J45", "act.system", RejectionCode.ACT_SYSTEM_UNKNOWN);
    act("ccam", "QEQJ001", "act.system", RejectionCode.ACT_SYSTEM_UNKNOWN);
    act("CCAM", "QEQJ01");
    act("CCAM", "qeqj001");
    act("NGAP", "c s");
    act("NGAP", "");
    act("NABM", "11104");
    act("NABM", "11A4");
    act("CIP13", wrongLastDigit(CareKinds.VACCINE.codes().getFirst()));
    act("CIP13", "4006381333931");
    act("CIP13", "3646607");
    act("LPP", "112810");
    act("GHM", "5M092");
  }

  private void providers() {
    String rpps = CheckDigits.withLuhn("1000000001");
    String finess = CheckDigits.withLuhn("75010012");
    provider("performer", "rpps", wrongLastDigit(rpps), RejectionCode.RPPS_INVALID);
    provider("performer", "rpps", "8" + rpps, RejectionCode.RPPS_INVALID);
    provider("performer", "finess", wrongLastDigit(finess), RejectionCode.FINESS_INVALID);
    provider("performer", "finess", finess.substring(1), RejectionCode.FINESS_INVALID);
    provider("prescriber", "rpps", wrongLastDigit(rpps), RejectionCode.RPPS_INVALID);
    provider("prescriber", "finess", "75010012X", RejectionCode.FINESS_INVALID);
    text("treatingPhysicianRpps", wrongLastDigit(rpps), RejectionCode.RPPS_INVALID);
    text("treatingPhysicianRpps", "\u0000" + rpps, RejectionCode.TEXT_INVALID);
    provider("performer", "specialtyCode", "6", RejectionCode.SPECIALTY_CODE_INVALID);
    provider("performer", "specialtyCode", "0\u0000", RejectionCode.TEXT_INVALID);
    provider("prescriber", "specialtyCode", "6a", RejectionCode.SPECIALTY_CODE_INVALID);
    all.add(
        new Flaw(
            Set.of("performer"),
            s ->
                s.line()
                    .putObject("performer")
                    .put("rpps", wrongLastDigit(rpps))
                    .put("finess", wrongLastDigit(finess))
                    .putNull("specialtyCode"),
            Set.of(
                new Fault("performer.rpps", RejectionCode.RPPS_INVALID),
                new Fault("performer.finess", RejectionCode.FINESS_INVALID))));
    add(
        "performer",
        s -> s.object("performer").putNull("rpps").putNull("finess"),
        new Fault("performer", RejectionCode.PERFORMER_MISSING));
    add(
        "performer",
        s -> s.object("performer").removeAll(),
        new Fault("performer", RejectionCode.PERFORMER_MISSING));
  }

  private void figures() {
    set("quantity", JSON.numberNode(0), RejectionCode.QUANTITY_ZERO);
    set("quantity", JSON.numberNode(new BigDecimal("0.00")), RejectionCode.QUANTITY_ZERO);
    set("quantity", JSON.numberNode(new BigDecimal("-0.0")), RejectionCode.QUANTITY_ZERO);
    for (String quantity : List.of("1000000000", "-1000000000", "0.00001", "1e999999999")) {
      set(
          "quantity",
          JSON.numberNode(new BigDecimal(quantity)),
          RejectionCode.QUANTITY_OUT_OF_RANGE);
    }
    inside(
        "amounts",
        "paidCents",
        JSON.numberNode(new BigDecimal("69.50")),
        RejectionCode.AMOUNT_INVALID);
    inside(
        "amounts",
        "baseCents",
        JSON.numberNode(new BigDecimal("0.5")),
        RejectionCode.AMOUNT_INVALID);
    inside(
        "amounts",
        "reimbursedCents",
        JSON.numberNode(new BigDecimal("-48.3")),
        RejectionCode.AMOUNT_INVALID);
    add(
        "amounts",
        s -> s.object("amounts").put("paidCents", 4829).put("reimbursedCents", -4830),
        new Fault("amounts.reimbursedCents", RejectionCode.REIMBURSED_ABOVE_PAID));
  }

  private static LocalDate day(Flaw.Spoilt spoilt, String field) {
    return LocalDate.parse(spoilt.line().get(field).textValue());
  }

  private void lineIds() {
    text("lineId", "", RejectionCode.LINE_ID_INVALID);
    text("lineId", "x".repeat(129), RejectionCode.LINE_ID_INVALID);
  }

  private void types() {
    set("lineId", JSON.numberNode(17), RejectionCode.INVALID_TYPE);
    set("beneficiaryIns", JSON.numberNode(253072107300470L), RejectionCode.INVALID_TYPE);
    set("careFrom", JSON.numberNode(20260503), RejectionCode.INVALID_TYPE);
    set("prescribedOn", JSON.booleanNode(true), RejectionCode.INVALID_TYPE);
    set("category", JSON.numberNode(3), RejectionCode.INVALID_TYPE);
    set("natureCode", JSON.numberNode(1351), RejectionCode.INVALID_TYPE);
    set("act", JSON.textNode("QEQJ001"), RejectionCode.INVALID_TYPE);
    set("quantity", JSON.textNode("1"), RejectionCode.INVALID_TYPE);
    set("performer", JSON.arrayNode(), RejectionCode.INVALID_TYPE);
    set("prescriber", JSON.textNode("99700024450"), RejectionCode.INVALID_TYPE);
    set("amounts", JSON.arrayNode(), RejectionCode.INVALID_TYPE);
    set("duringHospitalStay", JSON.numberNode(0), RejectionCode.INVALID_TYPE);
    set("secretCare", JSON.textNode("true"), RejectionCode.INVALID_TYPE);
    inside("amounts", "paidCents", JSON.textNode("6900"), RejectionCode.INVALID_TYPE);
    all.add(
        new Flaw(
            Set.of("performer"),
            s ->
                s.line()
                    .putObject("performer")
                    .put("rpps", 99700024450L)
                    .putNull("finess")
                    .put("specialtyCode", 6),
            Set.of(
                new Fault("performer.rpps", RejectionCode.INVALID_TYPE),
                new Fault("performer.specialtyCode", RejectionCode.INVALID_TYPE))));
  }

  private void missing() {
    List<String> everyLineHas =
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
    for (String field : everyLineHas) {
      Fault missing = new Fault(field, RejectionCode.MISSING_FIELD);
      add(field, s -> s.line().remove(field), missing);
      add(field, s -> s.line().putNull(field), missing);
    }
    add(
        "amounts",
        s -> s.object("amounts").remove("reimbursedCents"),
        new Fault("amounts.reimbursedCents", RejectionCode.MISSING_FIELD));
    add(
        "act",
        s -> s.line().putObject("act").put("code", "QEQJ001"),
        new Fault("act.system", RejectionCode.MISSING_FIELD));
    add(
        "act",
        s -> s.line().putObject("act").put("system", "CCAM").putNull("code"),
        new Fault("act.code", RejectionCode.MISSING_FIELD));
  }

  private void act(String system, String code) {
    act(system, code, "act.code", RejectionCode.ACT_CODE_INVALID);
  }

  private void act(String system, String code, String field, RejectionCode why) {
    add(
        "act",
        s -> s.line().putObject("act").put("system", system).put("code", code),
        new Fault(field, why));
  }

  /** Sets one number of a provider; the other stays, so that nothing else is wrong. */
  private void provider(String which, String field, String value, RejectionCode why) {
    add(
        which,
        s -> {
          ObjectNode provider =
              s.line().get(which) instanceof ObjectNode present
                  ? present
                  : s.line().putObject(which);
          provider.put(field, value);
        },
        new Fault(which + "." + field, why));
  }

  private void text(String field, String value, RejectionCode why) {
    set(field, JSON.textNode(value), why);
  }

  private void set(String field, JsonNode value, RejectionCode why) {
    add(field, s -> s.line().set(field, value), new Fault(field, why));
  }

  private void inside(String object, String field, JsonNode value, RejectionCode why) {
    add(object, s -> s.object(object).set(field, value), new Fault(object + "." + field, why));
  }

  private void add(String touches, Consumer<Flaw.Spoilt> spoil, Fault... faults) {
    all.add(new Flaw(Set.of(touches), spoil, Set.of(faults)));
  }

  /** A sender that is wrong about a beneficiary is wrong in the key as well. */
  private static void ins(Flaw.Spoilt spoilt, String ins) {
    spoilt.line().put("beneficiaryIns", ins);
    spoilt.key(ins);
  }

  private static String wrongKey(String ins) {
    int key = Integer.parseInt(ins.substring(13));
    int wrong = key % 97 + 1;
    return ins.substring(0, 13) + (wrong < 10 ? "0" : "") + wrong;
  }

  /** The next beneficiary of the same birthplace: valid, and another's. */
  private static String otherIns(String ins) {
    int order = Integer.parseInt(ins.substring(10, 13)) % 999 + 1;
    String padded = ("00" + order).substring(Integer.toString(order).length() - 1);
    return CheckDigits.withInsKey(ins.substring(0, 10) + padded);
  }

  private static String wrongLastDigit(String number) {
    int last = number.charAt(number.length() - 1) - '0';
    return number.substring(0, number.length() - 1) + (last + 1) % 10;
  }
}
