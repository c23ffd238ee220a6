package fr.carnet.billing.reckoning;

import static fr.carnet.billing.reckoning.Lines.line;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import fr.carnet.billing.Expected;
import fr.carnet.billing.Fault;
import fr.carnet.billing.RejectionCode;
import fr.carnet.billing.WireLine;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What becomes of lines on arrival, written by hand. */
class ArrivalTableTest {
  private static final LocalDate TODAY = LocalDate.of(2026, 6, 1);

  @Test
  void countsEveryLineOnce() {
    // given
    List<WireLine> lines =
        List.of(
            line("a").wire(),
            line("a").wire(),
            line("a").secret().wire(),
            line("a").wire(),
            line("b").on("2024-05-31").wire(),
            line("c").quantity("0").with(l -> l.put("natureCode", "x")).wire(),
            line("d").wire(),
            line("d").quantity("2").wire());
    // when
    Reckoning reckoning = Reckoning.ofWire(lines, TODAY);
    // then
    assertThat(reckoning.arrivals())
        .containsExactly(
            new Expected.Accepted(),
            new Expected.Repeated(),
            new Expected.SecretCare(),
            new Expected.SecretCare(),
            new Expected.OutsideWindow(),
            rejected(
                "quantity",
                RejectionCode.QUANTITY_ZERO,
                "natureCode",
                RejectionCode.NATURE_CODE_INVALID),
            new Expected.Accepted(),
            rejected("lineId", RejectionCode.LINE_ID_REUSED));
    Counts counts = reckoning.counts();
    assertThat(counts.accepted()).isEqualTo(2);
    assertThat(counts.repeated()).isEqualTo(1);
    assertThat(counts.outsideWindow()).isEqualTo(1);
    assertThat(counts.secretCare()).isEqualTo(2);
    assertThat(counts.rejected()).isEqualTo(2);
    assertThat(counts.withdrawn()).isEqualTo(1);
    assertThat(counts.kept()).isEqualTo(1);
    assertThat(counts.rejectedByReason())
        .containsOnlyKeys(
            RejectionCode.NATURE_CODE_INVALID,
            RejectionCode.QUANTITY_ZERO,
            RejectionCode.LINE_ID_REUSED)
        .containsEntry(RejectionCode.LINE_ID_REUSED, 1L);
  }

  @Test
  void aLineWithoutKeyHasNoWrongKey() {
    WireLine keyed = line("a").wire();
    WireLine keyless = new WireLine(Optional.empty(), keyed.json());
    WireLine wronglyKeyed = new WireLine(Optional.of("295109912611193"), keyed.json());

    assertThat(arrivalOf(keyed)).isEqualTo(new Expected.Accepted());
    assertThat(arrivalOf(keyless)).isEqualTo(new Expected.Accepted());
    assertThat(arrivalOf(wronglyKeyed)).isEqualTo(rejected("key", RejectionCode.KEY_MISMATCH));
  }

  @Test
  void theLargestRecordIsOf65536Bytes() {
    WireLine sound = line("a").wire();

    assertThat(arrivalOf(padded(sound, 65_536))).isEqualTo(new Expected.Accepted());
    assertThat(arrivalOf(padded(sound, 65_537)))
        .isEqualTo(rejected("record", RejectionCode.TOO_LARGE));
  }

  static Stream<Arguments> edges() {
    return Stream.of(
        Arguments.of(line("a").quantity("999999999.9999"), Optional.empty()),
        Arguments.of(line("a").quantity("1000000000"), outOfRange()),
        Arguments.of(line("a").quantity("-1000000000"), outOfRange()),
        Arguments.of(line("a").quantity("1.00010"), Optional.empty()),
        Arguments.of(line("a").quantity("1.00001"), outOfRange()),
        Arguments.of(line("a").with(l -> l.put("careTo", "2027-06-01")), Optional.empty()),
        Arguments.of(
            line("a").with(l -> l.put("careTo", "2027-06-02")),
            fault("careTo", RejectionCode.CARE_TO_TOO_LATE)),
        Arguments.of(line("a").processedOn("2026-05-03"), Optional.empty()),
        Arguments.of(
            line("a").processedOn("2026-05-02"),
            fault("processedOn", RejectionCode.PROCESSED_BEFORE_CARE)),
        Arguments.of(line("a").with(l -> l.put("prescribedOn", "2026-05-03")), Optional.empty()),
        Arguments.of(
            line("a").with(l -> l.put("prescribedOn", "2026-05-04")),
            fault("prescribedOn", RejectionCode.PRESCRIBED_AFTER_CARE)),
        Arguments.of(reimbursed(-6900), Optional.empty()),
        Arguments.of(
            reimbursed(-6901),
            fault("amounts.reimbursedCents", RejectionCode.REIMBURSED_ABOVE_PAID)),
        Arguments.of(specialty("A0"), Optional.empty()),
        Arguments.of(
            specialty("6"), fault("performer.specialtyCode", RejectionCode.SPECIALTY_CODE_INVALID)),
        Arguments.of(
            specialty("0\u0000"), fault("performer.specialtyCode", RejectionCode.TEXT_INVALID)),
        Arguments.of(
            specialty("0".repeat(64)),
            fault("performer.specialtyCode", RejectionCode.SPECIALTY_CODE_INVALID)),
        Arguments.of(
            specialty("0".repeat(65)),
            fault("performer.specialtyCode", RejectionCode.TEXT_INVALID)),
        Arguments.of(
            line("a").with(l -> l.put("natureCode", "13\u0000")),
            fault("natureCode", RejectionCode.TEXT_INVALID)));
  }

  private static Lines reimbursed(int cents) {
    return line("a").with(l -> l.withObject("amounts").put("reimbursedCents", cents));
  }

  private static Lines specialty(String code) {
    return line("a").with(l -> ((ObjectNode) l.get("performer")).put("specialtyCode", code));
  }

  private static Optional<Fault> outOfRange() {
    return fault("quantity", RejectionCode.QUANTITY_OUT_OF_RANGE);
  }

  private static Optional<Fault> fault(String field, RejectionCode code) {
    return Optional.of(new Fault(field, code));
  }

  @ParameterizedTest
  @MethodSource("edges")
  void whatIsBeyondTheEdgeIsNamed(Lines line, Optional<Fault> fault) {
    Expected wanted =
        fault
            .<Expected>map(one -> new Expected.Rejected(Set.of(one)))
            .orElse(new Expected.Accepted());

    assertThat(arrivalOf(line.wire())).isEqualTo(wanted);
  }

  static Stream<Arguments> records() {
    return Stream.of(
        Arguments.of("", false),
        Arguments.of("null", false),
        Arguments.of("[]", false),
        Arguments.of("{\"lineId\":", false),
        Arguments.of("{} {}", false),
        Arguments.of("{\"quantity\":NaN}", false),
        Arguments.of("{}", true));
  }

  @ParameterizedTest
  @MethodSource("records")
  void onlyOneObjectIsALine(String text, boolean object) {
    Expected arrival = arrivalOf(Lines.raw(text));

    assertThat(arrival.equals(rejected("record", RejectionCode.NOT_JSON))).isEqualTo(!object);
  }

  @Test
  void anEmptyObjectLacksEverythingThatEveryLineHas() {
    assertThat(arrivalOf(Lines.raw("{\"unknown\":1}")))
        .isEqualTo(
            new Expected.Rejected(
                Stream.of(
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
                        "secretCare")
                    .map(field -> new Fault(field, RejectionCode.MISSING_FIELD))
                    .collect(java.util.stream.Collectors.toSet())));
  }

  @Test
  void whatIsWrittenOtherwiseIsTheSameContent() {
    // given
    WireLine first = line("a").wire();
    WireLine again = line("a").quantity("1.00").with(l -> l.remove("prescriber")).wire();
    // then
    assertThat(Reckoning.ofWire(List.of(first, again), TODAY).arrivals())
        .containsExactly(new Expected.Accepted(), new Expected.Repeated());
  }

  private static Expected arrivalOf(WireLine line) {
    return Reckoning.ofWire(List.of(line), TODAY).arrivals().getFirst();
  }

  private static WireLine padded(WireLine line, int bytes) {
    byte[] longer = Arrays.copyOf(line.json(), bytes);
    Arrays.fill(longer, line.json().length, bytes, (byte) ' ');
    return new WireLine(line.key(), longer);
  }

  private static Expected rejected(String field, RejectionCode code) {
    return new Expected.Rejected(Set.of(new Fault(field, code)));
  }

  private static Expected rejected(
      String field, RejectionCode code, String otherField, RejectionCode otherCode) {
    return new Expected.Rejected(Set.of(new Fault(field, code), new Fault(otherField, otherCode)));
  }
}
