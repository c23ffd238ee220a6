package fr.carnet.ingest.arriving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import fr.carnet.billing.BillingSystem;
import fr.carnet.billing.Expected;
import fr.carnet.billing.SentLine;
import fr.carnet.billing.reckoning.Reckoning;
import fr.carnet.events.Wire;
import fr.carnet.events.billing.LineRejected;
import fr.carnet.events.care.ActSystem;
import fr.carnet.ingest.deciding.BillingLine;
import fr.carnet.ingest.deciding.CodeLists;
import fr.carnet.ingest.deciding.LineFault;
import fr.carnet.ingest.deciding.LinePolicy;
import fr.carnet.ingest.deciding.Verdict;
import fr.carnet.ingest.deciding.Window;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LineBytesTest {
  private static final LocalDate TODAY = LocalDate.of(2026, 6, 1);
  private static final String INS = "253072B07300470";
  private static final String WRONG_KEY = "253072B07300471";
  private static final String SOUND =
      """
      {"lineId":"a","beneficiaryIns":"253072B07300470",
       "careFrom":"2026-05-03","careTo":"2026-05-03","processedOn":"2026-05-12",
       "category":"IMAGING","natureCode":"1351",
       "act":{"system":"CCAM","code":"QEQJ001"},"quantity":1,
       "performer":{"rpps":"99700024450","finess":null,"specialtyCode":"06"},
       "prescriber":null,"prescribedOn":null,
       "amounts":{"paidCents":6900,"baseCents":6900,"reimbursedCents":4830},
       "duringHospitalStay":false,"secretCare":false}
      """;

  private static final LinePolicy WITH_LISTS =
      new LinePolicy(
          Set.of(),
          new CodeLists(
              Set.of("1351"),
              Set.of("6"),
              Map.of(ActSystem.CCAM, Set.of("QEQJ001"), ActSystem.CIP13, Set.of("3595583"))));

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("faultyLines")
  void aFaultyLineIsRefusedWithItsFault(LineFault code, String field, String line) {
    String key = line.contains(WRONG_KEY) ? WRONG_KEY : INS;
    assertThat(faults(LineBytes.read(utf8(line), Optional.of(key), TODAY, WITH_LISTS)))
        .containsExactly(field + " " + code);
    assertThat(code.fields()).containsAnyOf(field, "*");
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("faultyLines")
  void aRuleThatIsSetToWarnKeepsTheLineAndSaysSo(LineFault code, String field, String line) {
    if (!code.nature().mayWarn()) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new LinePolicy(Set.of(code), CodeLists.none()));
      return;
    }
    LinePolicy policy = new LinePolicy(Set.of(code), WITH_LISTS.codes());
    assertThat(LineBytes.read(utf8(line), Optional.of(INS), TODAY, policy))
        .isInstanceOfSatisfying(
            Verdict.Valid.class,
            valid ->
                assertThat(valid.warnings())
                    .extracting(fault -> fault.code())
                    .containsExactly(code.name()));
  }

  @Test
  void aCodeWhoseRuleOnlyWarnsIsKeptUpToSixtyFourCharacters() {
    LinePolicy policy = new LinePolicy(Set.of(LineFault.NATURE_CODE_INVALID), CodeLists.none());
    for (int length : List.of(64, 65, 60_000)) {
      String line = SOUND.replace("1351", "x".repeat(length));
      Verdict verdict = LineBytes.read(utf8(line), Optional.of(INS), TODAY, policy);
      assertThat(verdict).isInstanceOf(length == 64 ? Verdict.Valid.class : Verdict.Invalid.class);
    }
  }

  @Test
  void aListThatIsNotLoadedKnowsEveryCode() {
    String other = SOUND.replace("1351", "9999").replace("QEQJ001", "AAAA111").replace("06", "99");
    assertThat(LineBytes.read(utf8(other), Optional.empty(), TODAY, LinePolicy.strict()))
        .isInstanceOf(Verdict.Valid.class);
    assertThat(faults(LineBytes.read(utf8(other), Optional.empty(), TODAY, WITH_LISTS)))
        .containsExactlyInAnyOrder(
            "natureCode NATURE_CODE_UNKNOWN",
            "act.code ACT_CODE_UNKNOWN",
            "performer.specialtyCode SPECIALTY_CODE_UNKNOWN");
  }

  @Test
  void everyFaultHasALineThatShowsIt() {
    Set<LineFault> shown = EnumSet.noneOf(LineFault.class);
    faultyLines().forEach(line -> shown.add((LineFault) line.get()[0]));
    // The type is a header of Kafka's, a reused id shows only beside the line that has it, and what
    // we failed to keep is a line like any other.
    assertThat(EnumSet.complementOf(EnumSet.copyOf(shown)))
        .containsExactly(LineFault.TYPE_UNKNOWN, LineFault.NOT_TAKEN, LineFault.LINE_ID_REUSED);
  }

  static Stream<Arguments> faultyLines() {
    return Stream.of(
        line(LineFault.NOT_JSON, "record", "lineId;beneficiaryIns"),
        line(LineFault.TOO_LARGE, "record", SOUND + " ".repeat(65_537)),
        with(LineFault.MISSING_FIELD, "natureCode", l -> l.remove("natureCode")),
        with(LineFault.MISSING_FIELD, "quantity", l -> l.putNull("quantity")),
        with(
            LineFault.MISSING_FIELD,
            "amounts.paidCents",
            l -> ((ObjectNode) l.get("amounts")).remove("paidCents")),
        line(LineFault.TEXT_INVALID, "natureCode", SOUND.replace("1351", "13\\u0000")),
        line(LineFault.TEXT_INVALID, "performer.specialtyCode", SOUND.replace("06", "\\ud83d")),
        with(LineFault.TEXT_INVALID, "act.code", l -> act(l, "CCAM", "Q".repeat(65))),
        with(LineFault.TEXT_INVALID, "performer.rpps", l -> performer(l, "9".repeat(65))),
        with(
            LineFault.TEXT_INVALID,
            "treatingPhysicianRpps",
            l -> l.put("treatingPhysicianRpps", "9".repeat(65))),
        with(LineFault.CARE_TO_TOO_LATE, "careTo", l -> l.put("careTo", "9999-12-31")),
        with(LineFault.INVALID_TYPE, "natureCode", l -> l.put("natureCode", 1351)),
        with(LineFault.INVALID_TYPE, "secretCare", l -> l.put("secretCare", "true")),
        with(LineFault.INVALID_TYPE, "act", l -> l.putArray("act")),
        with(LineFault.LINE_ID_INVALID, "lineId", l -> l.put("lineId", "")),
        with(LineFault.LINE_ID_INVALID, "lineId", l -> l.put("lineId", "x".repeat(129))),
        with(LineFault.LINE_ID_INVALID, "lineId", l -> l.put("lineId", "😀".repeat(129))),
        line(
            LineFault.LINE_ID_INVALID,
            "lineId",
            SOUND.replace("\"lineId\":\"a\"", "\"lineId\":\"half \\ud83d pair\"")),
        line(LineFault.INS_INVALID, "beneficiaryIns", SOUND.replace(INS, WRONG_KEY)),
        line(LineFault.KEY_MISMATCH, "key", SOUND.replace(INS, "295109912611193")),
        with(LineFault.DATE_INVALID, "careTo", l -> l.put("careTo", "2026-02-30")),
        with(LineFault.DATE_INVALID, "careTo", l -> l.put("careTo", "+12026-05-03")),
        with(LineFault.DATE_INVALID, "careFrom", l -> l.put("careFrom", "-2026-05-03")),
        with(LineFault.DATES_REVERSED, "careTo", l -> l.put("careTo", "2026-05-02")),
        with(LineFault.DATE_IN_FUTURE, "processedOn", l -> l.put("processedOn", "2026-06-02")),
        with(
            LineFault.PROCESSED_BEFORE_CARE,
            "processedOn",
            l -> l.put("processedOn", "2026-05-02")),
        with(
            LineFault.PRESCRIBED_AFTER_CARE,
            "prescribedOn",
            l -> l.put("prescribedOn", "2026-05-04")),
        with(LineFault.NATURE_CODE_UNKNOWN, "natureCode", l -> l.put("natureCode", "1352")),
        with(LineFault.ACT_CODE_UNKNOWN, "act.code", l -> act(l, "CCAM", "QEQJ002")),
        with(LineFault.ACT_CODE_UNKNOWN, "act.code", l -> act(l, "CIP13", "3400949497706")),
        with(
            LineFault.SPECIALTY_CODE_UNKNOWN,
            "performer.specialtyCode",
            l -> ((ObjectNode) l.get("performer")).put("specialtyCode", "07")),
        with(
            LineFault.REIMBURSED_ABOVE_PAID,
            "amounts.reimbursedCents",
            l -> ((ObjectNode) l.get("amounts")).put("reimbursedCents", -6901)),
        with(LineFault.CATEGORY_UNKNOWN, "category", l -> l.put("category", "imaging")),
        with(LineFault.NATURE_CODE_INVALID, "natureCode", l -> l.put("natureCode", "13A")),
        with(LineFault.ACT_SYSTEM_UNKNOWN, "act.system", l -> act(l, "CIM10", "J45")),
        with(LineFault.ACT_CODE_INVALID, "act.code", l -> act(l, "CIP13", "3400930000000")),
        with(LineFault.QUANTITY_ZERO, "quantity", l -> l.put("quantity", 0)),
        line(LineFault.QUANTITY_ZERO, "quantity", quantity("-0.000000000")),
        line(LineFault.QUANTITY_ZERO, "quantity", quantity("0e999999999")),
        line(LineFault.QUANTITY_OUT_OF_RANGE, "quantity", quantity("1e999999999")),
        line(LineFault.QUANTITY_OUT_OF_RANGE, "quantity", quantity("1e-999999999")),
        line(LineFault.QUANTITY_OUT_OF_RANGE, "quantity", quantity("1000000000")),
        line(LineFault.QUANTITY_OUT_OF_RANGE, "quantity", quantity("0.00001")),
        with(LineFault.RPPS_INVALID, "performer.rpps", l -> performer(l, "99700024451")),
        with(
            LineFault.RPPS_INVALID,
            "treatingPhysicianRpps",
            l -> l.put("treatingPhysicianRpps", "99700024451")),
        with(
            LineFault.INVALID_TYPE,
            "treatingPhysicianRpps",
            l -> l.put("treatingPhysicianRpps", 99700024450L)),
        with(
            LineFault.FINESS_INVALID,
            "performer.finess",
            l -> ((ObjectNode) l.get("performer")).put("finess", "750100126")),
        with(
            LineFault.SPECIALTY_CODE_INVALID,
            "performer.specialtyCode",
            l -> ((ObjectNode) l.get("performer")).put("specialtyCode", "6")),
        with(LineFault.PERFORMER_MISSING, "performer", l -> l.putObject("performer")),
        line(LineFault.AMOUNT_INVALID, "amounts.paidCents", paid("69.5")),
        line(LineFault.AMOUNT_INVALID, "amounts.paidCents", paid("1e999999999")),
        line(LineFault.AMOUNT_INVALID, "amounts.paidCents", paid("9223372036854775808")));
  }

  @Test
  void theTreatingPhysicianIsReadWhereALineNamesOne() {
    ObjectNode line = sound();
    assertThat(treatingPhysician(line)).isEmpty();
    assertThat(treatingPhysician(line.putNull("treatingPhysicianRpps"))).isEmpty();
    assertThat(treatingPhysician(line.put("treatingPhysicianRpps", "99700024450")))
        .contains("99700024450");
  }

  private static Optional<String> treatingPhysician(ObjectNode line) {
    return ((Verdict.Valid)
            LineBytes.read(utf8(line.toString()), Optional.of(INS), TODAY, LinePolicy.strict()))
        .line()
        .treatingPhysician();
  }

  @Test
  void codesAreLookedForInTheFolderThatTheOperatorNames(@TempDir Path made) throws IOException {
    // given: the published lists, or small ones in their layout
    Optional<Path> published =
        Optional.ofNullable(System.getenv("CARNET_NOMENCLATURES"))
            .map(Path::of)
            .filter(Files::isDirectory);
    System.out.println(
        "code lists: " + (published.isPresent() ? "the published ones" : "made here"));
    if (published.isEmpty()) {
      Files.writeString(made.resolve("IR_NAT_V.csv"), "PRS_NAT;PRS_NAT_LIB\n1351;RADIOLOGIE\n");
      Files.writeString(made.resolve("IR_SPE_V.csv"), "PFS_SPE_COD;PFS_SPE_LIB\n6;RADIOLOGIE\n");
      Files.writeString(made.resolve("IR_ACT_V.csv"), "PFS_ACT_NAT;ACT_NAT_LIB\n24;INFIRMIER\n");
      Files.writeString(
          made.resolve("IR_CCAM_V63.csv"), "CAM_PRS_IDE_COD;CAM_PRS_IDE_LIB\nQEQJ001;IRM\n");
    }
    LinePolicy policy = new LinePolicy(Set.of(), LinePolicies.codes(published.orElse(made)));
    // then: a doctor's code, and a nurse's
    for (String specialty : List.of("06", "24")) {
      String line = SOUND.replace("\"06\"", "\"" + specialty + "\"");
      assertThat(LineBytes.read(utf8(line), Optional.empty(), TODAY, policy))
          .isInstanceOf(Verdict.Valid.class);
    }
    String other = SOUND.replace("1351", "99998").replace("QEQJ001", "AAAA999").replace("06", "Z9");
    assertThat(faults(LineBytes.read(utf8(other), Optional.empty(), TODAY, policy)))
        .containsExactlyInAnyOrder(
            "natureCode NATURE_CODE_UNKNOWN",
            "act.code ACT_CODE_UNKNOWN",
            "performer.specialtyCode SPECIALTY_CODE_UNKNOWN");
  }

  @Test
  void theOperatorsSettingsSayWhichRulesWarnAndWhichCodesExist(@TempDir Path folder)
      throws IOException {
    Files.writeString(folder.resolve("IR_NAT_V.csv"), "PRS_NAT;PRS_NAT_LIB\n1351;RADIOLOGIE\n");
    LinePolicy set =
        LinePolicies.policy(
            Optional.of(List.of("RPPS_INVALID", " DATES_REVERSED")), Optional.of(folder));
    assertThat(set.warned())
        .containsExactlyInAnyOrder(LineFault.RPPS_INVALID, LineFault.DATES_REVERSED);
    assertThat(
            faults(
                LineBytes.read(utf8(SOUND.replace("1351", "99998")), Optional.empty(), TODAY, set)))
        .containsExactly("natureCode NATURE_CODE_UNKNOWN");
    assertThat(LinePolicies.policy(Optional.empty(), Optional.empty()).warned()).isEmpty();
    assertThatThrownBy(
            () -> LinePolicies.policy(Optional.of(List.of("NO_SUCH_RULE")), Optional.empty()))
        .hasMessageContaining("NO_SUCH_RULE");
  }

  @Test
  void everyRuleRefusesAsShipped() throws IOException {
    Properties shipped = new Properties();
    try (InputStream file = LineBytesTest.class.getResourceAsStream("/application.properties")) {
      shipped.load(file);
    }
    assertThat(shipped.getProperty("carnet.instance")).isNotNull();
    Optional<List<String>> warn =
        Optional.of(shipped.getProperty("carnet.ingest.warn", ""))
            .filter(codes -> !codes.isBlank())
            .map(codes -> List.of(codes.split(",", -1)));
    LinePolicy policy = LinePolicies.policy(warn, Optional.empty());
    assertThat(faultyLines().map(line -> line.get()))
        .filteredOn(line -> ((LineFault) line[0]).nature() == LineFault.Nature.CONSISTENCY)
        .hasSizeGreaterThanOrEqualTo(6)
        .allSatisfy(
            line ->
                assertThat(
                        faults(
                            LineBytes.read(
                                utf8((String) line[2]), Optional.of(INS), TODAY, policy)))
                    .containsExactly(line[1] + " " + line[0]));
  }

  @Test
  void aLineIsToldAllThatIsWrong() {
    // given
    ObjectNode line = sound();
    line.put("lineId", "")
        .put("beneficiaryIns", "1")
        .put("careFrom", "3000-01-01")
        .put("careTo", "2026-13-01")
        .put("processedOn", 5)
        .put("category", "SURGERY")
        .put("natureCode", "x")
        .put("quantity", 0)
        .put("prescribedOn", "")
        .put("secretCare", 1)
        .remove("duringHospitalStay");
    act(line, "LPP", "1");
    line.putObject("prescriber").put("rpps", "1").put("finess", "2").put("specialtyCode", "");
    line.putObject("performer").put("specialtyCode", "123");
    line.putObject("amounts").put("paidCents", "1").put("baseCents", 0.5);
    // when, then
    assertThat(faults(utf8(line.toString())))
        .containsExactlyInAnyOrder(
            "lineId LINE_ID_INVALID",
            "beneficiaryIns INS_INVALID",
            "key KEY_MISMATCH",
            "careFrom DATE_IN_FUTURE",
            "careTo DATE_INVALID",
            "processedOn INVALID_TYPE",
            "category CATEGORY_UNKNOWN",
            "natureCode NATURE_CODE_INVALID",
            "act.code ACT_CODE_INVALID",
            "quantity QUANTITY_ZERO",
            "performer PERFORMER_MISSING",
            "performer.specialtyCode SPECIALTY_CODE_INVALID",
            "prescriber.rpps RPPS_INVALID",
            "prescriber.finess FINESS_INVALID",
            "prescriber.specialtyCode SPECIALTY_CODE_INVALID",
            "prescribedOn DATE_INVALID",
            "amounts.paidCents INVALID_TYPE",
            "amounts.baseCents AMOUNT_INVALID",
            "amounts.reimbursedCents MISSING_FIELD",
            "duringHospitalStay MISSING_FIELD",
            "secretCare INVALID_TYPE");
  }

  @Test
  void aSoundLineIsRead() {
    BillingLine line = valid(utf8(SOUND));
    assertThat(line.lineId()).isEqualTo("a");
    assertThat(line.beneficiary().value()).isEqualTo(INS);
    assertThat(line.prescriber()).isEmpty();
    assertThat(line.amounts()).isEqualTo("6900/6900/4830");
  }

  @Test
  void oneHundredAndTwentyEightCharactersAreCountedAsPeopleCountThem() {
    assertThat(valid(utf8(sound().put("lineId", "😀".repeat(128)).toString())).lineId())
        .hasSize(256);
  }

  @Test
  void quantityCountsByValue() {
    assertThat(valid(utf8(quantity("1.000000000"))).quantity()).isEqualByComparingTo("1");
    assertThat(valid(utf8(quantity("1e2"))).quantity()).isEqualByComparingTo("100");
  }

  @Test
  void aPrescriberOfWhomNothingIsSaidIsNone() {
    ObjectNode line = sound();
    line.putObject("prescriber").putNull("rpps");
    assertThat(valid(utf8(line.toString())).prescriber()).isEmpty();
  }

  @Test
  void linesOfTheBillingSystemAreRefusedForExactlyTheExpectedReasons() {
    Map<LineFault, Integer> seen = new EnumMap<>(LineFault.class);
    int[] counts = new int[4];
    for (long seed = 1; seed <= 12; seed++) {
      agrees(seed, TODAY.plusDays(seed * 31), 0.4, seen, counts);
    }
    System.out.printf(
        "lines of the billing system: %d sound, %d outside, %d secret, %d broken; faults %s%n",
        counts[0], counts[1], counts[2], counts[3], seen);
    assertThat(counts).doesNotContain(0);
    // All that a line can have by itself.
    assertThat(seen.keySet())
        .isEqualTo(
            EnumSet.complementOf(
                EnumSet.of(
                    LineFault.TYPE_UNKNOWN,
                    LineFault.NOT_TAKEN,
                    LineFault.LINE_ID_REUSED,
                    LineFault.NATURE_CODE_UNKNOWN,
                    LineFault.ACT_CODE_UNKNOWN,
                    LineFault.SPECIALTY_CODE_UNKNOWN)));
  }

  @Property(seed = "20261122", tries = 15, shrinking = ShrinkingMode.OFF)
  void whateverTheSeedAndTheDay(@ForAll long seed, @ForAll @IntRange(max = 1_500) int day) {
    agrees(
        seed,
        LocalDate.of(2024, 2, 27).plusDays(day),
        0.3,
        new EnumMap<>(LineFault.class),
        new int[4]);
  }

  private static void agrees(
      long seed, LocalDate today, double broken, Map<LineFault, Integer> seen, int[] counts) {
    // given
    List<SentLine> sent =
        BillingSystem.seeded(seed, today).withBrokenShare(broken).careers().sent();
    // when
    List<Expected> expected = Reckoning.of(sent, today).arrivals();
    // then
    for (int i = 0; i < sent.size(); i++) {
      SentLine line = sent.get(i);
      Verdict verdict =
          LineBytes.read(line.json(), Optional.of(line.ins()), today, LinePolicy.strict());
      String where = "line " + i + " of seed " + seed + " on " + today;
      switch (expected.get(i)) {
        case Expected.Rejected(var faults)
            when faults.stream().anyMatch(f -> f.code().name().equals("LINE_ID_REUSED")) ->
            assertThat(verdict).as(where).isInstanceOf(Verdict.Valid.class);
        case Expected.Rejected(var faults) -> {
          counts[3]++;
          Set<String> wanted = new TreeSet<>();
          faults.forEach(fault -> wanted.add(fault.field() + " " + fault.code()));
          assertThat(new TreeSet<>(faults(verdict))).as(where).isEqualTo(wanted);
          faults.forEach(
              fault -> seen.merge(LineFault.valueOf(fault.code().name()), 1, Integer::sum));
        }
        case Expected.SecretCare() -> {
          counts[2]++;
          // An old copy without the flag looks sound.
          assertThat(verdict).as(where).isNotInstanceOf(Verdict.Invalid.class);
        }
        case Expected.OutsideWindow() -> {
          counts[1]++;
          assertThat(inWindow(verdict, today)).as(where).isFalse();
        }
        case Expected.Accepted(), Expected.Repeated() -> {
          counts[0]++;
          assertThat(inWindow(verdict, today)).as(where).isTrue();
        }
      }
    }
  }

  private static boolean inWindow(Verdict verdict, LocalDate today) {
    return Window.endingOn(today).holds(((Verdict.Valid) verdict).line().careFrom());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("hostileBytes")
  void hostileBytesAreOneRejection(String what, byte[] bytes) {
    assertThat(faults(bytes)).as(what).containsExactly("record NOT_JSON");
  }

  static Stream<Arguments> hostileBytes() throws IOException {
    byte[] invalid = utf8(SOUND);
    invalid[20] = (byte) 0xC0;
    ByteArrayOutputStream overlong = new ByteArrayOutputStream();
    overlong.write(utf8("{\"lineId\":\""));
    overlong.write(new byte[] {(byte) 0xC0, (byte) 0x80, (byte) 0xED, (byte) 0xA0, (byte) 0x80});
    overlong.write(utf8("\"}"));
    List<Arguments> hostile = new ArrayList<>();
    hostile.add(Arguments.of("nothing", new byte[0]));
    hostile.add(Arguments.of("null", utf8("null")));
    hostile.add(Arguments.of("a NUL", new byte[1]));
    hostile.add(Arguments.of("NULs", new byte[65_536]));
    hostile.add(Arguments.of("a NUL within", utf8(SOUND.replace("IMAGING", "IMA\0GING"))));
    hostile.add(Arguments.of("invalid UTF-8", invalid));
    hostile.add(Arguments.of("overlong and surrogate UTF-8", overlong.toByteArray()));
    hostile.add(Arguments.of("UTF-16", SOUND.getBytes(StandardCharsets.UTF_16)));
    hostile.add(Arguments.of("UTF-16LE", SOUND.getBytes(StandardCharsets.UTF_16LE)));
    hostile.add(Arguments.of("UTF-16BE", SOUND.getBytes(StandardCharsets.UTF_16BE)));
    hostile.add(Arguments.of("a byte order mark", utf8("\uFEFF" + SOUND)));
    hostile.add(Arguments.of("a name twice", utf8(SOUND.replaceFirst("\\{", "{\"quantity\":2,"))));
    hostile.add(
        Arguments.of(
            "a name twice, within",
            utf8(SOUND.replace("{\"system\"", "{\"code\":\"A\",\"system\""))));
    hostile.add(Arguments.of("two objects", utf8(SOUND + SOUND)));
    hostile.add(Arguments.of("a byte after", utf8(SOUND + "x")));
    hostile.add(Arguments.of("a bracket after", utf8(SOUND + "}")));
    hostile.add(Arguments.of("cut", Arrays.copyOf(utf8(SOUND), 300)));
    hostile.add(Arguments.of("deep", utf8(field("[".repeat(30_000) + "]".repeat(30_000)))));
    hostile.add(Arguments.of("deep, open", utf8("{\"a\":".repeat(10_000))));
    hostile.add(Arguments.of("a number of 60,000 digits", utf8(field("1".repeat(60_000)))));
    hostile.add(Arguments.of("an exponent out of range", utf8(field("1e99999999999"))));
    hostile.add(Arguments.of("NaN", utf8(field("NaN"))));
    hostile.add(Arguments.of("a comment", utf8(SOUND.replaceFirst("\\{", "{/**/"))));
    hostile.add(Arguments.of("single quotes", utf8(SOUND.replace('"', '\''))));
    return hostile.stream();
  }

  static List<byte[]> hostileBytesAlone() {
    try {
      return hostileBytes().map(arguments -> (byte[]) arguments.get()[1]).toList();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("unreadableSecrets")
  void whatCannotBeReadAndSaysThatItIsSecretIsNotKeptInARejection(String what, byte[] bytes) {
    assertThat(LineBytes.read(bytes, Optional.of(INS), TODAY, LinePolicy.strict()))
        .as(what)
        .isEqualTo(new Verdict.Secret(Optional.empty()));
  }

  static Stream<Arguments> unreadableSecrets() {
    String secret = SOUND.replace("\"secretCare\":false", "\"secretCare\" : true");
    return Stream.of(
        Arguments.of("two objects", utf8(secret + secret)),
        Arguments.of("cut", utf8(secret.substring(0, secret.length() - 2))),
        Arguments.of("a flag twice", utf8(secret.replaceFirst("\\{", "{\"secretCare\":false,"))),
        Arguments.of("too large", utf8(secret + " ".repeat(65_537))));
  }

  @Test
  void secretCareIsSecretWhateverElseIsWrong() {
    assertThat(
            LineBytes.read(
                utf8("{\"secretCare\":true}"), Optional.of("x"), TODAY, LinePolicy.strict()))
        .isEqualTo(new Verdict.Secret(Optional.empty()));
    assertThat(
            LineBytes.read(
                utf8("{\"secretCare\":true,\"lineId\":\"k\",\"quantity\":\"?\"}"),
                Optional.of("x"),
                TODAY,
                LinePolicy.strict()))
        .isEqualTo(new Verdict.Secret(Optional.of("k")));
  }

  private static Arguments line(LineFault code, String field, String line) {
    return Arguments.of(code, field, line);
  }

  private static Arguments with(LineFault code, String field, Consumer<ObjectNode> change) {
    ObjectNode line = sound();
    change.accept(line);
    return Arguments.of(code, field, line.toString());
  }

  private static ObjectNode sound() {
    try {
      return (ObjectNode) Wire.JSON.readTree(SOUND);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void act(ObjectNode line, String system, String code) {
    line.putObject("act").put("system", system).put("code", code);
  }

  private static void performer(ObjectNode line, String rpps) {
    ((ObjectNode) line.get("performer")).put("rpps", rpps);
  }

  private static String quantity(String number) {
    return SOUND.replace("\"quantity\":1", "\"quantity\":" + number);
  }

  private static String paid(String number) {
    return SOUND.replace("\"paidCents\":6900", "\"paidCents\":" + number);
  }

  /** A field that the feed does not know, with this value. */
  private static String field(String value) {
    return SOUND.replaceFirst("\\{", "{\"unknown\":" + value + ",");
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static BillingLine valid(byte[] bytes) {
    return ((Verdict.Valid) LineBytes.read(bytes, Optional.of(INS), TODAY, LinePolicy.strict()))
        .line();
  }

  /** As they are found, a fault found twice twice. */
  private static List<String> faults(byte[] bytes) {
    return faults(LineBytes.read(bytes, Optional.of(INS), TODAY, LinePolicy.strict()));
  }

  private static List<String> faults(Verdict verdict) {
    assertThat(verdict).isInstanceOf(Verdict.Invalid.class);
    return ((Verdict.Invalid) verdict)
        .faults().stream().map(LineBytesTest::named).collect(Collectors.toList());
  }

  private static String named(LineRejected.Fault fault) {
    assertThat(fault.english()).isNotBlank();
    assertThat(fault.french()).isNotBlank();
    return fault.field() + " " + fault.code();
  }
}
