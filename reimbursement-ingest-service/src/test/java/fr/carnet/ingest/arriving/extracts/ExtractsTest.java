package fr.carnet.ingest.arriving.extracts;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import fr.carnet.billing.CodeLists;
import fr.carnet.billing.WarehouseExtract;
import fr.carnet.billing.WireLine;
import fr.carnet.billing.reckoning.Reckoning;
import fr.carnet.events.care.Care;
import fr.carnet.events.dossier.DossierRegistered.State;
import fr.carnet.ingest.IngestOverHttp;
import fr.carnet.ingest.RegisteredDossier;
import fr.carnet.testkit.TestTokens;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.math.BigDecimal;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@QuarkusTest
class ExtractsTest extends IngestOverHttp {
  private static final Path ROOT = Path.of("target/extracts").toAbsolutePath();

  private static Path folder(String name) {
    return ROOT.resolve(SENDER).resolve(name);
  }

  private static Response ask(String sender, Object body) {
    return given()
        .auth()
        .oauth2(TestTokens.withRole(sender, "billing"))
        .contentType("application/json")
        .body(body)
        .post("/extracts");
  }

  private static Response look(String sender, String name) {
    return given().auth().oauth2(TestTokens.withRole(sender, "billing")).get("/extracts/" + name);
  }

  private static JsonPath dryRun(String name) {
    given()
        .auth()
        .oauth2(TestTokens.withRole(SENDER, "billing"))
        .contentType("application/json")
        .body(Map.of("folder", name))
        .post("/extracts?dryRun=true")
        .then()
        .statusCode(202);
    return ended(name + "?dryRun=true");
  }

  private static JsonPath load(String name) {
    ask(SENDER, Map.of("folder", name)).then().statusCode(202);
    return ended(name);
  }

  private static JsonPath ended(String name) {
    return await()
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> look(SENDER, name).then().statusCode(200).extract().jsonPath(),
            report -> Set.of("DONE", "REFUSED").contains(report.getString("state")));
  }

  private JsonPath load(String name, SmallExtract extract) throws Exception {
    extract.write(folder(name));
    return load(name);
  }

  @Test
  void aWholeExtractIsKeptAsItsOwnReckoningSays() throws Exception {
    // given: published codes and columns where the environment names them
    List<String> people = people(2_101, 12);
    CodeLists codes =
        CodeLists.from(Optional.ofNullable(System.getenv("CARNET_NOMENCLATURES")).map(Path::of));
    Optional<Path> schemas = Optional.ofNullable(System.getenv("CARNET_DCIR")).map(Path::of);
    System.out.println(
        "extract: codes from "
            + codes.source()
            + ", columns "
            + (schemas.isPresent() ? "of the published schemas" : "that are needed"));
    List<WireLine> lines = new ArrayList<>();
    WarehouseExtract.Written written =
        new WarehouseExtract(2_101, today(), people, codes, schemas)
            .write(folder("whole"), 3_000, lines::add);
    Reckoning reckoning = Reckoning.ofWire(lines, today());
    // when
    JsonPath report = load("whole");
    // then
    assertThat(report.getMap("faultsByCode")).isEmpty();
    assertThat(report.getString("state")).isEqualTo("DONE");
    assertThat(report.getLong("supplements")).isEqualTo(written.supplements()).isPositive();
    assertThat(report.getLong("notCare")).isEqualTo(written.notCare()).isPositive();
    assertThat(report.getLong("lines.fed")).isEqualTo(written.lines());
    assertThat(report.getLong("lines.accepted")).isEqualTo(reckoning.counts().accepted());
    assertThat(report.getLong("lines.outsideWindow"))
        .isEqualTo(reckoning.counts().outsideWindow())
        .isPositive();
    assertThat(report.getLong("lines.rejected")).isZero();
    JsonPath receipt =
        given()
            .auth()
            .oauth2(TestTokens.withRole(SENDER, "billing"))
            .get("/receipts/" + report.getString("deliveryId"))
            .then()
            .statusCode(200)
            .extract()
            .jsonPath();
    assertThat(receipt.getLong("receipt.received")).isEqualTo(written.lines());
    assertThat(receipt.getLong("receipt.accepted")).isEqualTo(reckoning.counts().accepted());
    assertThat(receipt.getString("receipt.endedAt")).isNotEmpty();
    Map<String, Set<?>> expected = new TreeMap<>();
    reckoning.histories().forEach((ins, history) -> expected.put(ins, new HashSet<>(history)));
    assertThat(KeptCare.of(dataSource, people)).isEqualTo(expected);
    // when: again
    JsonPath again = load("whole");
    // then
    assertThat(again.getLong("lines.repeated")).isEqualTo(reckoning.counts().accepted());
    assertThat(again.getLong("lines.accepted")).isZero();
  }

  @Test
  void theSampleOfTheTourIsSound() throws Exception {
    // given
    Path sample = Path.of("../deploy/billing-system/sample-extract");
    Path extract = Files.createDirectories(folder("sample-extract"));
    try (Stream<Path> files = Files.list(sample)) {
      for (Path file : files.toList()) {
        Files.copy(file, extract.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    // when
    JsonPath report = load("sample-extract");
    // then: after two years its care is outside the window
    assertThat(report.getString("state")).as(report.prettify()).isEqualTo("DONE");
    assertThat(report.getLong("lines.fed")).isEqualTo(5);
    assertThat(report.getLong("lines.rejected")).isZero();
    assertThat(report.getLong("notCare")).isEqualTo(1);
  }

  @Test
  void theReportTellsHowFarEveryFileWasRead() throws Exception {
    // when
    JsonPath report = load("progress", new SmallExtract(people(2_102, 1).getFirst(), today()));
    // then
    assertThat(report.getString("state")).isEqualTo("DONE");
    assertThat(report.getLong("fedToLine")).isEqualTo(7);
    Map<String, Object> hub = report.getMap("files.find { it.file == 'ER_PRS_F.csv' }");
    assertThat(hub.get("rows")).isEqualTo(6);
    assertThat(hub.get("bytesRead")).isEqualTo(hub.get("bytes"));
    assertThat(report.getInt("lines.accepted")).isEqualTo(7);
  }

  @Test
  void aRowIsWhatItsTableAndNatureSay() throws Exception {
    // given
    String ins = people(2_103, 1).getFirst();
    SmallExtract extract = new SmallExtract(ins, today());
    extract.put("IR_CIP_V.csv", "PHA_PRS_IDE;PHA_ATC_CLA", "3351510;J07", "3195949;N02");
    extract.append("ER_PRS_F.csv", extract.hub(7, "1351", "19"));
    extract.append("ER_CAM_F.csv", extract.key(7) + ";1;HBQK002");
    extract.append("ER_PRS_F.csv", extract.hub(8, "1111", "19"));
    extract.append("ER_PRS_F.csv", extract.hub(9, "1321", "0"));
    extract.append("ER_CAM_F.csv", extract.key(9) + ";1;HHFA001");
    extract.append("ER_ETE_F.csv", extract.key(9) + ";75010012;1234");
    // when
    JsonPath report = load("kinds", extract);
    // then
    assertThat(report.getString("state")).isEqualTo("DONE");
    Set<String> kept =
        KeptCare.lines(dataSource, ins).stream()
            .map(
                care ->
                    care.category()
                        + " "
                        + care.act().map(act -> act.system() + ":" + act.code()).orElse("-")
                        + " "
                        + care.performer().finess().orElse("-")
                        + (care.duringHospitalStay() ? " during a stay" : ""))
            .collect(Collectors.toSet());
    assertThat(kept)
        .containsExactlyInAnyOrder(
            "MEDICATION CIP13:3400931959496 -",
            "VACCINATION CIP13:3400933515102 -",
            "MEDICAL_CARE - -",
            "MEDICAL_CARE CCAM:DEQP003 -",
            "LABORATORY NABM:0552 -",
            "DEVICE LPP:1101826 -",
            "HOSPITAL_STAY - 750100125",
            "IMAGING CCAM:HBQK002 -",
            "DENTAL_CARE - -",
            "MEDICAL_CARE CCAM:HHFA001 750100125 during a stay");
  }

  @Test
  void theDoctorWhomARowNamesAsMedecinTraitantComesAlong() throws Exception {
    // given: known by the correspondence, or not
    String ins = people(2_109, 1).getFirst();
    SmallExtract extract = new SmallExtract(ins, today());
    extract.edit(
        "ER_PRS_F.csv",
        text ->
            text.lines()
                .map(
                    row ->
                        row
                            + (row.startsWith("DCT_ORD_NUM")
                                ? ";PRS_MTT_NUM"
                                : row.startsWith("2;") ? ";123456789" : ";999999999"))
                .collect(Collectors.joining("\n", "", "\n")));
    // when
    assertThat(load("treating", extract).getString("state")).isEqualTo("DONE");
    // then
    assertThat(
            KeptCare.lines(dataSource, ins).stream().flatMap(c -> c.treatingPhysician().stream()))
        .containsExactly("99700024450");
  }

  @Test
  void rowsThatDifferInAnyOneOfTheNineKeysAreRowsOfTheirOwn() throws Exception {
    // given: ten rows, nine of them unlike the first in one key only, each with its own detail
    String ins = people(2_104, 1).getFirst();
    SmallExtract extract = new SmallExtract(ins, today());
    List<String> first = extract.keyValues(50);
    List<String> others =
        List.of(
            "51",
            today().plusDays(1).toString(),
            "13",
            "2",
            "2",
            today().minusDays(1).toString(),
            "02C100001",
            "2",
            "1");
    List<String> keys = new ArrayList<>(List.of(String.join(";", first)));
    for (int i = 0; i < first.size(); i++) {
      List<String> one = new ArrayList<>(first);
      one.set(i, others.get(i));
      keys.add(String.join(";", one));
    }
    for (int i = 0; i < keys.size(); i++) {
      extract.append("ER_PRS_F.csv", extract.hub(keys.get(i), "3313", "50", "1"));
      extract.append("ER_PHA_F.csv", keys.get(i) + ";1;3400934217944;" + (10 + i));
    }
    // when
    JsonPath report = load("nine-keys", extract);
    // then: a join on eight would have refused them as repeated, or multiplied them
    assertThat(report.getMap("faultsByCode")).isEmpty();
    assertThat(report.getInt("lines.fed")).isEqualTo(7 + 10);
    assertThat(
            KeptCare.lines(dataSource, ins).stream()
                .filter(care -> care.quantity().intValue() >= 10)
                .map(Care::quantity)
                .map(BigDecimal::intValue))
        .containsExactlyInAnyOrder(10, 11, 12, 13, 14, 15, 16, 17, 18, 19);
  }

  @Test
  void aNegativeQuantityTakesBackWhatItReverses() throws Exception {
    // given
    String ins = people(2_105, 1).getFirst();
    SmallExtract extract = new SmallExtract(ins, today());
    extract.append("ER_PRS_F.csv", extract.hub(extract.key(60), "3313", "50", "-1"));
    extract.append("ER_PHA_F.csv", extract.key(60) + ";1;3400931959496;-2");
    extract.append("ER_PHA_F.csv", extract.key(60) + ";2;3400933515102;-1");
    extract.append("ER_PRS_F.csv", extract.hub(extract.key(61), "1352", "0", "-1"));
    extract.append("ER_CAM_F.csv", extract.key(61) + ";1;DEQP003");
    // when
    JsonPath report = load("negative", extract);
    // then: one medicine is gone, of the other two are left, the act is gone by its hub's quantity
    assertThat(report.getInt("lines.accepted")).isEqualTo(10);
    assertThat(KeptCare.of(dataSource, List.of(ins)).get(ins))
        .filteredOn(care -> Set.of("3313", "1352").contains(care.natureCode()))
        .singleElement()
        .satisfies(
            care -> {
              assertThat(care.actCode()).contains("3400933515102");
              assertThat(care.quantity()).isEqualByComparingTo("2");
            });
  }

  @Test
  void columnsMayStandInAnyOrderAndBeQuotedAndAMarkMayComeFirst() throws Exception {
    // given
    String ins = people(2_106, 1).getFirst();
    SmallExtract extract = new SmallExtract(ins, today());
    extract.put(
        "beneficiaries.csv",
        "\uFEFF\"INS\",BEN_RNG_GEM,BEN_NIR_PSA",
        ins + ",01,\"Anonyme0000000001\"");
    extract.edit("performers.csv", text -> text.replace("\n", "\r\n"));
    extract.edit("ER_PRS_F.csv", text -> text.replace(";23.00;", ";23,00;"));
    extract.put(
        "ER_CAM_F.csv",
        "CAM_PRS_IDE;CAM_DOC_EXT;CAM_ORD_NUM;" + SmallExtract.KEYS,
        "DEQP003;\"a;b\nc\";1;" + extract.key(3),
        "",
        "DEQP003;;2;" + extract.key(3));
    // when
    JsonPath report = load("columns", extract);
    // then
    assertThat(report.getMap("faultsByCode")).isEmpty();
    assertThat(report.getInt("lines.accepted")).isEqualTo(8);
    // and what follows a value of two lines, and a blank one, is told by its own line
    extract.append("ER_CAM_F.csv", "DEQP003;;2;" + extract.key(3));
    JsonPath refused = load("columns", extract);
    assertThat(refused.getString("faults[0].code")).isEqualTo("DETAIL_ROW_REPEATED");
    assertThat(refused.getInt("faults[0].line")).isEqualTo(6);
  }

  @Test
  void aLineThatBreaksARuleIsRejectedLikeAnyOtherAndTheRestArrive() throws Exception {
    // given: a wrong check digit in a detail, and a hub row of a stay that pays back too much
    SmallExtract extract = new SmallExtract(people(2_107, 1).getFirst(), today());
    extract.edit("ER_PHA_F.csv", text -> text.replace("3400931959496", "3400931959490"));
    extract.edit("ER_PRS_F.csv", text -> text.substring(0, text.lastIndexOf("16.1")) + "26.1;0\n");
    double before = rejected("REIMBURSED_ABOVE_PAID", SENDER);
    // when
    JsonPath report = load("rejected", extract);
    // then
    assertThat(report.getString("state")).isEqualTo("DONE");
    assertThat(report.getInt("lines.fed")).isEqualTo(7);
    assertThat(report.getInt("lines.accepted")).isEqualTo(5);
    assertThat(report.getMap("lines.rejectedByReason", String.class, Integer.class))
        .isEqualTo(Map.of("ACT_CODE_INVALID", 1, "REIMBURSED_ABOVE_PAID", 1));
    assertThat(rejected("REIMBURSED_ABOVE_PAID", SENDER)).isEqualTo(before + 1);
    // and they say where they stand, to their sender and to who runs this
    for (String token :
        List.of(
            TestTokens.withRole(SENDER, "billing"), TestTokens.withRole("someone", "operator"))) {
      assertThat(madeFrom(token, "ACT_CODE_INVALID"))
          .contains(List.of("rejected/ER_PRS_F.csv:2", "rejected/ER_PHA_F.csv:2"));
      assertThat(madeFrom(token, "REIMBURSED_ABOVE_PAID"))
          .contains(List.of("rejected/ER_PRS_F.csv:7", "rejected/ER_ETE_F.csv:2"));
    }
  }

  private static List<List<String>> madeFrom(String token, String reason) {
    return given()
        .auth()
        .oauth2(token)
        .queryParam("reason", reason)
        .queryParam("limit", 500)
        .get("/rejections")
        .jsonPath()
        .getList("rejections.madeFrom");
  }

  private record Spoilt(
      Consumer<SmallExtract> how, String code, String file, int line, String column) {}

  private static Arguments spoilt(
      Consumer<SmallExtract> how, ExtractFault fault, String file, int line, String column) {
    return Arguments.of(
        fault.name() + " " + file + " " + line + " " + column,
        new Spoilt(how, fault.name(), file, line, column));
  }

  static Stream<Arguments> spoiltExtracts() {
    return Stream.of(
        spoilt(
            e -> e.append("ER_PRS_F.csv", e.hub(1, "3313", "50")),
            ExtractFault.HUB_ROW_REPEATED,
            "ER_PRS_F.csv",
            8,
            "PRS_ORD_NUM"),
        spoilt(
            e -> e.append("ER_PHA_F.csv", e.key(1) + ";02;3400931959496;1"),
            ExtractFault.DETAIL_ROW_REPEATED,
            "ER_PHA_F.csv",
            4,
            "PHA_ORD_NUM"),
        spoilt(
            e -> e.append("ER_ETE_F.csv", e.key(6) + ";75010012;1234"),
            ExtractFault.DETAIL_ROW_REPEATED,
            "ER_ETE_F.csv",
            3,
            "PRS_ORD_NUM"),
        spoilt(
            e -> e.append("ER_BIO_F.csv", e.key(99) + ";1;552;1"),
            ExtractFault.DETAIL_WITHOUT_HUB,
            "ER_BIO_F.csv",
            3,
            "PRS_ORD_NUM"),
        spoilt(
            e -> e.append("ER_ETE_F.csv", e.key(99) + ";75010012;1234"),
            ExtractFault.DETAIL_WITHOUT_HUB,
            "ER_ETE_F.csv",
            3,
            "PRS_ORD_NUM"),
        spoilt(
            e -> e.put("ER_CAM_F.csv", SmallExtract.KEYS + ";CAM_ORD_NUM;CAM_PRS_IDE"),
            ExtractFault.DETAIL_MISSING,
            "ER_PRS_F.csv",
            4,
            "PRS_NAT_REF"),
        spoilt(
            e -> e.put("ER_ETE_F.csv", SmallExtract.KEYS + ";ETB_EXE_FIN"),
            ExtractFault.DETAIL_MISSING,
            "ER_PRS_F.csv",
            7,
            "PRS_NAT_REF"),
        spoilt(
            e -> e.append("ER_CAM_F.csv", new byte[] {(byte) 0xE9, '\n'}),
            ExtractFault.ENCODING_INVALID,
            "ER_CAM_F.csv",
            3,
            "DCT_ORD_NUM"),
        spoilt(
            e ->
                e.append(
                    "ER_PHA_F.csv", (e.key(2) + ";3;\u00e9").getBytes(StandardCharsets.ISO_8859_1)),
            ExtractFault.ENCODING_INVALID,
            "ER_PHA_F.csv",
            4,
            "PHA_PRS_C13"),
        spoilt(
            e -> e.cut("ER_PHA_F.csv", 3),
            ExtractFault.FILE_TRUNCATED,
            "ER_PHA_F.csv",
            3,
            "PHA_PRS_C13"),
        spoilt(
            e -> e.cut("ER_PRS_F.csv", 1),
            ExtractFault.FILE_TRUNCATED,
            "ER_PRS_F.csv",
            7,
            "CPL_MAJ_TOP"),
        spoilt(
            e -> e.append("ER_PHA_F.csv", "\"1;2".getBytes(StandardCharsets.UTF_8)),
            ExtractFault.FILE_TRUNCATED,
            "ER_PHA_F.csv",
            4,
            "DCT_ORD_NUM"),
        spoilt(
            e -> e.append("ER_PHA_F.csv", "\"1;2"),
            ExtractFault.CSV_INVALID,
            "ER_PHA_F.csv",
            4,
            "DCT_ORD_NUM"),
        spoilt(
            e -> e.append("ER_TIP_F.csv", "1;2"),
            ExtractFault.COLUMN_COUNT,
            "ER_TIP_F.csv",
            3,
            "FLX_DIS_DTD"),
        spoilt(
            e -> e.edit("ER_TIP_F.csv", text -> text.replace("TIP_ACT_QSN", "TIP_ACT_QSM")),
            ExtractFault.COLUMN_UNKNOWN,
            "ER_TIP_F.csv",
            1,
            "TIP_ACT_QSM"),
        spoilt(
            e -> e.edit("ER_PRS_F.csv", text -> text.replace("EXE_SOI_DTD", "EXE_SOI_AMD")),
            ExtractFault.COLUMN_MISSING,
            "ER_PRS_F.csv",
            1,
            "EXE_SOI_DTD"),
        spoilt(
            e -> e.edit("performers.csv", text -> text.replace("FINESS", "RPPS")),
            ExtractFault.COLUMN_REPEATED,
            "performers.csv",
            1,
            "RPPS"),
        spoilt(
            e -> e.edit("ER_PRS_F.csv", text -> text.replace(";1111;", ";11x1;")),
            ExtractFault.VALUE_INVALID,
            "ER_PRS_F.csv",
            3,
            "PRS_NAT_REF"),
        spoilt(
            e ->
                e.edit(
                    "ER_BIO_F.csv",
                    text -> text.replaceFirst("\\d{4}-\\d\\d-\\d\\d", "2026-02-30")),
            ExtractFault.VALUE_INVALID,
            "ER_BIO_F.csv",
            2,
            "FLX_DIS_DTD"),
        spoilt(
            e -> e.edit("ER_PRS_F.csv", text -> text.replace(";23.00;", ";23.001;")),
            ExtractFault.VALUE_INVALID,
            "ER_PRS_F.csv",
            2,
            "PRS_PAI_MNT"),
        spoilt(
            e -> e.edit("ER_BIO_F.csv", text -> text.replace(";552;", ";;")),
            ExtractFault.VALUE_MISSING,
            "ER_BIO_F.csv",
            2,
            "BIO_PRS_IDE"),
        spoilt(
            e -> e.put("beneficiaries.csv", "BEN_NIR_PSA;BEN_RNG_GEM;INS"),
            ExtractFault.BENEFICIARY_UNKNOWN,
            "ER_PRS_F.csv",
            2,
            "BEN_NIR_PSA"),
        spoilt(
            e -> e.edit("performers.csv", text -> text.replace("123456789", "123456780")),
            ExtractFault.PERFORMER_UNKNOWN,
            "ER_PRS_F.csv",
            2,
            "PFS_EXE_NUM"),
        spoilt(
            e -> e.edit("performers.csv", text -> text.replace("75010012;;", "75010013;;")),
            ExtractFault.PERFORMER_UNKNOWN,
            "ER_ETE_F.csv",
            2,
            "ETB_EXE_FIN"),
        spoilt(
            e -> e.append("performers.csv", "123456789;;750100125"),
            ExtractFault.CORRESPONDENCE_REPEATED,
            "performers.csv",
            4,
            "PFS_PFS_NUM"),
        spoilt(e -> e.remove("ER_CAM_F.csv"), ExtractFault.FILE_MISSING, "ER_CAM_F.csv", 0, ""),
        spoilt(
            e -> e.edit("ER_CAM_F.csv", _ -> ""),
            ExtractFault.HEADER_MISSING,
            "ER_CAM_F.csv",
            1,
            ""));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("spoiltExtracts")
  void aSpoiltExtractNamesFileLineAndColumnAndNothingOfItIsKept(String name, Spoilt spoilt)
      throws Exception {
    // given
    String ins = people(2_108, 1).getFirst();
    SmallExtract extract = new SmallExtract(ins, today());
    spoilt.how().accept(extract);
    String folder = "spoilt-" + name.replaceAll("[^A-Za-z0-9]+", "-");
    // when
    JsonPath report = load(folder, extract);
    // then
    assertThat(report.getString("state")).isEqualTo("REFUSED");
    Map<String, Object> fault =
        report.getList("faults").stream()
            .map(ExtractsTest::asMap)
            .filter(one -> one.get("code").equals(spoilt.code()))
            .findFirst()
            .orElseThrow(() -> new AssertionError(report.prettify()));
    assertThat(fault.get("file")).isEqualTo(spoilt.file());
    assertThat(fault.get("line")).isEqualTo(spoilt.line());
    assertThat(Optional.ofNullable(fault.get("column")).orElse("")).isEqualTo(spoilt.column());
    assertThat(fault.get("english")).isNotEqualTo(fault.get("french"));
    assertThat(report.getInt("faultsByCode." + spoilt.code())).isPositive();
    assertThat(KeptCare.lines(dataSource, ins)).isEmpty();
    assertThat(report.prettify()).doesNotContain(ins).doesNotContain("Anonyme0");
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> asMap(Object one) {
    return (Map<String, Object>) one;
  }

  @Test
  void aDryRunGivesTheWholeReportAndKeepsNothing() throws Exception {
    // given: seven lines, of which one is refused, and one breaks a rule that only warns here
    String ins = people(2_113, 1).getFirst();
    SmallExtract extract = new SmallExtract(ins, today());
    extract.edit("ER_CAM_F.csv", text -> text.replace("DEQP003", "DEQ"));
    extract.edit(
        "ER_PRS_F.csv",
        text ->
            text.replace(
                extract.key(2),
                extract.key(2).replace(";1;1;" + today(), ";1;1;" + today().minusDays(10))));
    extract.write(folder("dry"));
    String nothing = kept();
    // when
    JsonPath dry = dryRun("dry");
    // then
    assertThat(dry.getBoolean("dryRun")).isTrue();
    assertThat(dry.getString("state")).isEqualTo("DONE");
    assertThat(dry.getMap("lines.rejectedByReason", String.class, Integer.class))
        .isEqualTo(Map.of("ACT_CODE_INVALID", 1));
    assertThat(dry.getMap("lines.warnedByReason", String.class, Integer.class))
        .isEqualTo(Map.of("PROCESSED_BEFORE_CARE", 1));
    assertThat(dry.getString("deliveryId")).isNull();
    assertThat(kept()).isEqualTo(nothing);
    assertThat(KeptCare.lines(dataSource, ins)).isEmpty();
    look(SENDER, "dry").then().statusCode(404);
    // when: it is loaded
    JsonPath real = load("dry");
    // then: as the dry run said, which still can be looked at
    assertThat(real.getBoolean("dryRun")).isFalse();
    for (String part : List.of("lines", "files", "fedToLine", "supplements", "notCare")) {
      assertThat((Object) real.get(part)).as(part).isEqualTo(dry.get(part));
    }
    assertThat(KeptCare.lines(dataSource, ins)).hasSize(real.getInt("lines.accepted"));
    assertThat((Object) ended("dry?dryRun=true").get("lines")).isEqualTo(dry.get("lines"));
    // when: it is run dry upon what was kept
    JsonPath again = dryRun("dry");
    // then
    assertThat(again.getInt("lines.accepted")).isZero();
    assertThat(again.getInt("lines.repeated")).isEqualTo(real.getInt("lines.accepted"));
    assertThat(again.getInt("lines.rejected")).isEqualTo(1);
  }

  @Test
  void aDryRunOfASpoiltExtractTellsItsFaults() throws Exception {
    // given
    SmallExtract extract = new SmallExtract(people(2_114, 1).getFirst(), today());
    extract.append("ER_PRS_F.csv", extract.hub(1, "3313", "50"));
    extract.write(folder("dry-spoilt"));
    // when
    JsonPath report = dryRun("dry-spoilt");
    // then
    assertThat(report.getString("state")).isEqualTo("REFUSED");
    assertThat(report.getString("faults[0].code")).isEqualTo("HUB_ROW_REPEATED");
    assertThat(report.getString("faults[0].file")).isEqualTo("ER_PRS_F.csv");
  }

  /** How much there is of everything that a load leaves, but for reports. */
  private String kept() throws Exception {
    List<String> counts = new ArrayList<>();
    for (String table : List.of("line", "rejection", "delivery", "delivery_count")) {
      try (Connection connection = dataSource.getConnection();
          PreparedStatement count = connection.prepareStatement("SELECT count(*) FROM " + table);
          ResultSet row = count.executeQuery()) {
        row.next();
        counts.add(table + " " + row.getLong(1));
      }
    }
    return counts.toString();
  }

  @Test
  void aFaultAmongRowsNamesTheNineKeys() throws Exception {
    // given
    SmallExtract extract = new SmallExtract(people(2_109, 1).getFirst(), today());
    extract.append("ER_BIO_F.csv", extract.key(99) + ";1;552;1");
    extract.append("ER_PRS_F.csv", extract.hub(1, "3313", "50"));
    // when
    JsonPath report = load("keys", extract);
    // then
    assertThat(report.getList("faults.code", String.class))
        .containsExactly("DETAIL_WITHOUT_HUB", "HUB_ROW_REPEATED");
    assertThat(report.getList("faults.key", String.class))
        .containsExactly(extract.key(99).replace(';', '.'), extract.key(1).replace(';', '.'));
  }

  @Test
  void ofManyFaultsAHundredAreToldAndAllAreCounted() throws Exception {
    // given
    SmallExtract extract = new SmallExtract(people(2_110, 1).getFirst(), today());
    for (int i = 0; i < 250; i++) {
      extract.append("ER_BIO_F.csv", extract.key(1_000 + i) + ";1;552;1");
      extract.append("ER_PRS_F.csv", extract.hub(2_000 + i, "3313", "50"));
    }
    // when
    JsonPath report = load("many", extract);
    // then
    assertThat(report.getMap("faultsByCode", String.class, Integer.class))
        .isEqualTo(Map.of("DETAIL_WITHOUT_HUB", 250, "DETAIL_MISSING", 250));
    assertThat(report.getList("faults")).hasSize(100);
    // when: the same in every row by itself
    extract.edit("ER_BIO_F.csv", text -> text.replace(";552;", ";x;"));
    // then
    assertThat(load("many", extract).getInt("faultsByCode.VALUE_INVALID")).isEqualTo(251);
  }

  @Test
  void anotherFileUnderTheSameNameIsNotReadOn() throws Exception {
    // given: a load that began with another size of the hub's file
    SmallExtract extract = new SmallExtract(people(2_111, 1).getFirst(), today());
    extract.write(folder("changed"));
    try (Connection connection = dataSource.getConnection()) {
      connection.setAutoCommit(false);
      Extracts.ask(connection, SENDER, "changed", false, folder("changed"), "");
      try (PreparedStatement update =
          connection.prepareStatement(
              """
              UPDATE extract_file SET bytes = bytes + 1
              FROM extract WHERE id = extract AND folder = 'changed' AND file = 'ER_PRS_F.csv'
              """)) {
        update.executeUpdate();
      }
      connection.commit();
    }
    // when
    JsonPath report = ended("changed");
    // then
    assertThat(report.getString("faults[0].code")).isEqualTo("FILE_CHANGED");
    assertThat(report.getString("faults[0].file")).isEqualTo("ER_PRS_F.csv");
  }

  @Test
  void aFileThatWasReplacedByOneOfTheSameSizeIsNotReadOn() throws Exception {
    // given: the same bytes, written a moment later
    SmallExtract extract = new SmallExtract(people(2_114, 1).getFirst(), today());
    extract.write(folder("replaced"));
    try (Connection connection = dataSource.getConnection()) {
      connection.setAutoCommit(false);
      Extracts.ask(connection, SENDER, "replaced", false, folder("replaced"), "");
      Path hub = folder("replaced").resolve("ER_PRS_F.csv");
      Path other = folder("replaced").resolve("other");
      Files.copy(hub, other, StandardCopyOption.COPY_ATTRIBUTES);
      Files.move(other, hub, StandardCopyOption.REPLACE_EXISTING);
      connection.commit();
    }
    // when
    JsonPath report = ended("replaced");
    // then
    assertThat(report.getString("faults[0].code")).isEqualTo("FILE_CHANGED");
  }

  @Test
  void aFileThatIsCutWhileItIsReadIsNotTakenForAShorterOne() throws Exception {
    // given: a file of more than one transaction's rows
    SmallExtract extract = new SmallExtract(people(2_117, 1).getFirst(), today());
    String visits =
        IntStream.range(10, 8_000)
            .mapToObj(number -> extract.hub(number, "1111", "0") + "\n")
            .collect(Collectors.joining());
    extract.edit("ER_PRS_F.csv", text -> text + visits);
    extract.write(folder("cut"));
    Path hub = folder("cut").resolve("ER_PRS_F.csv");
    String whole = Files.readString(hub);
    try (Connection connection = dataSource.getConnection();
        Statement hold = connection.createStatement()) {
      connection.setAutoCommit(false);
      hold.execute("LOCK TABLE extract_hub IN SHARE MODE");
      ask(SENDER, Map.of("folder", "cut")).then().statusCode(202);
      await()
          .atMost(SOON)
          .until(
              () ->
                  count(
                          "SELECT count(*) FROM pg_locks"
                              + " WHERE relation = 'extract_hub'::regclass AND NOT granted")
                      > 0);
      // when: its first rows are read, and its exporter begins anew
      try (FileChannel file = FileChannel.open(hub, StandardOpenOption.WRITE)) {
        file.truncate(whole.substring(0, whole.indexOf("\n7000;") + 1).length());
      }
      connection.rollback();
    }
    JsonPath report = ended("cut");
    // then
    assertThat(report.getString("state")).isEqualTo("REFUSED");
    assertThat(report.getMap("faultsByCode")).isEqualTo(Map.of("FILE_CHANGED", 1));
  }

  @Test
  void aLoadThatKeepsFailingIsRefusedAndTheNextGoesOn() throws Exception {
    // given: a database that takes no step of one of two loads
    String ins = people(2_115, 1).getFirst();
    new SmallExtract(ins, today()).write(folder("fails"));
    new SmallExtract(ins, today()).write(folder("after-fails"));
    execute(
        "ALTER TABLE extract ADD CONSTRAINT failing"
            + " CHECK (folder <> 'fails' OR state IN ('READING', 'REFUSED'))");
    try {
      // when
      ask(SENDER, Map.of("folder", "fails")).then().statusCode(202);
      JsonPath after = load("after-fails");
      // then
      assertThat(after.getString("state")).isEqualTo("DONE");
      JsonPath report = ended("fails");
      assertThat(report.getString("state")).isEqualTo("REFUSED");
      assertThat(report.getString("faults[0].code")).isEqualTo("LOADING_FAILED");
    } finally {
      execute("ALTER TABLE extract DROP CONSTRAINT failing");
    }
    assertThat(load("fails").getString("state")).isEqualTo("DONE");
  }

  @Test
  void aHeaderThatIsNoneIsNotTold() throws Exception {
    // given: the first row is one of people
    SmallExtract extract = new SmallExtract(people(2_116, 1).getFirst(), today());
    extract.edit("beneficiaries.csv", text -> "DUPONT;MARTIN;JEANNE\n" + text);
    // when
    JsonPath report = load("headless", extract);
    // then
    assertThat(report.getString("state")).isEqualTo("REFUSED");
    assertThat(report.getInt("faultsByCode.COLUMN_UNKNOWN")).isEqualTo(3);
    assertThat(report.prettify()).doesNotContain("DUPONT").doesNotContain("JEANNE");
  }

  @Test
  void eurosAreReadByAllTheirDigitsOrNotAtAll() {
    assertThat(Form.EUROS.read("1234567890120")).isEmpty();
    assertThat(Form.EUROS.read("123456789012")).contains("123456789012");
    assertThat(Form.EUROS.read("120")).contains("120");
    assertThat(Form.EUROS.read("-69,5")).contains("-69.5");
    assertThat(Form.EUROS.read("69.000")).contains("69.00");
    assertThat(Form.EUROS.read("69.001")).isEmpty();
  }

  @Test
  void theReportIsTheSameWhetherSomeoneHasADossierOrNot() throws Exception {
    // given
    List<String> people = people(2_120, 2);
    RegisteredDossier dossier = RegisteredDossier.of(people.get(0));
    register(dossier, State.OPEN);
    SmallExtract with = new SmallExtract(people.get(0), today());
    SmallExtract without = new SmallExtract(people.get(1), today());
    // when, then: twice, the second time as repeats
    for (int i = 0; i < 2; i++) {
      assertThat(reportOn(with, "with")).isEqualTo(reportOn(without, "without"));
    }
    awaitLines(dossier, 6);
  }

  private static String reportOn(SmallExtract extract, String sender) throws Exception {
    extract.edit("ER_PHA_F.csv", text -> text.replace("3400931959496", "3400931959490"));
    extract.write(ROOT.resolve(sender).resolve("same"));
    ask(sender, Map.of("folder", "same")).then().statusCode(202);
    await()
        .atMost(SOON)
        .until(() -> look(sender, "same").jsonPath().getString("state").equals("DONE"));
    return look(sender, "same").asString().replaceFirst("\"extract-\\d+\"", "\"…\"");
  }

  @Test
  void onlyAPlainNameOfOnesOwnFolderIsTaken() throws Exception {
    // given
    new SmallExtract(people(2_112, 1).getFirst(), today()).write(folder("own"));
    // then
    for (String name : List.of("..", "../own", "a/b", "a\\b", "/etc", "", ".hidden", "a..b")) {
      ask(SENDER, Map.of("folder", name)).then().statusCode(422);
    }
    ask(SENDER, Map.of()).then().statusCode(422);
    ask(SENDER, Map.of("folder", "none")).then().statusCode(404);
    look(SENDER, "own?dryRun=yes").then().statusCode(422);
    ask("another-sender", Map.of("folder", "own")).then().statusCode(404);
    look(SENDER, "never-asked").then().statusCode(404);
    load("own");
    look("another-sender", "own").then().statusCode(404);
    for (String role : List.of("operator", "auditor", "registry", "patient")) {
      String token = TestTokens.withRole(SENDER, role);
      given()
          .auth()
          .oauth2(token)
          .contentType("application/json")
          .body(Map.of("folder", "own"))
          .post("/extracts")
          .then()
          .statusCode(403);
      given().auth().oauth2(token).get("/extracts/own").then().statusCode(403);
    }
  }
}
