package fr.carnet.billing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import fr.carnet.billing.reckoning.ReckonedCare;
import fr.carnet.billing.reckoning.Reckoning;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDate;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CareersTest {
  private static final LocalDate TODAY = LocalDate.of(2026, 6, 1);
  private static final String PATIENT = "253072B07300470";
  private static final BillingSystem BILLING =
      BillingSystem.seeded(42, TODAY).withNamed(List.of(PATIENT));
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** Whether the receiver has code lists or not. */
  private static final Set<RejectionCode> OF_ANY_RECEIVER =
      EnumSet.complementOf(
          EnumSet.copyOf(
              Stream.of(ListFlaw.values())
                  .map(flaw -> RejectionCode.valueOf(flaw.name()))
                  .toList()));

  /** Whoever changes the generator on purpose changes these with it. */
  @Test
  void sameSeedSameBytesInEveryRun() {
    assertThat(digest(BILLING.careers().sent()))
        .isEqualTo("4a499fe95a5bdd7ed67c1245b90a9bc14f269fb3fc7e87b32af675bf5e941d27");
    assertThat(digest(BILLING.endless("golden", List.of(PATIENT)).stream().limit(1_000).toList()))
        .isEqualTo("337259f74ee3286c082d7bc726ff390e2289aca1f3ce31e48e1fe430e44daa98");
  }

  @Test
  void anotherSeedGivesOtherBytesAndNoCommonLineId() throws IOException {
    // given
    List<SentLine> ours = BILLING.withBrokenShare(0).careers().sent();
    List<SentLine> theirs = BillingSystem.seeded(43, TODAY).withBrokenShare(0).careers().sent();
    // then
    assertThat(lineIds(ours)).doesNotContainAnyElementsOf(lineIds(theirs));
  }

  @Test
  void sendsAboutAsManyLinesAsAskedToAllBeneficiaries() {
    for (int lines : List.of(500, 2_500, 20_000)) {
      Careers careers = BILLING.withAboutLines(lines).careers();

      assertThat(careers.sent().size()).isBetween(lines * 9 / 10, lines * 11 / 10);
      assertThat(careers.beneficiaries()).hasSize(61).startsWith(PATIENT).doesNotHaveDuplicates();
      assertThat(careers.sent().stream().map(SentLine::ins)).containsAll(careers.beneficiaries());
    }
  }

  @Test
  void everyCategoryAndCodingSystemOccurs() throws IOException {
    Set<String> categories = new TreeSet<>();
    Set<String> systems = new TreeSet<>();
    boolean actless = false;
    boolean prescribed = false;
    boolean inStay = false;
    Set<String> treatingPhysicians = new TreeSet<>();
    boolean noneNamed = false;

    for (SentLine line : BILLING.withBrokenShare(0).careers().sent()) {
      JsonNode json = MAPPER.readTree(line.json());
      categories.add(json.get("category").textValue());
      systems.add(json.at("/act/system").asText());
      actless |= json.get("act").isNull();
      prescribed |= json.get("prescribedOn").isTextual() && json.get("prescriber").isObject();
      treatingPhysicians.add(json.path("treatingPhysicianRpps").asText());
      noneNamed |= !json.has("treatingPhysicianRpps");
      inStay |= json.get("duringHospitalStay").booleanValue();
      assertThat(json.get("natureCode").textValue()).matches("\\d{4}");
    }

    assertThat(categories)
        .containsExactlyInAnyOrder(
            "MEDICATION",
            "VACCINATION",
            "DEVICE",
            "HOSPITAL_STAY",
            "MEDICAL_CARE",
            "DENTAL_CARE",
            "IMAGING",
            "LABORATORY");
    assertThat(systems).contains("CCAM", "NGAP", "NABM", "CIP13", "LPP", "GHM");
    assertThat(actless && prescribed && inStay && noneNamed).isTrue();
    assertThat(treatingPhysicians).hasSizeGreaterThan(5);
  }

  @Test
  void everyCircumstanceOccurs() {
    assertThat(BILLING.careers().circumstances())
        .extracting(Circumstance::kind)
        .containsAll(EnumSet.allOf(Circumstance.Kind.class));
  }

  @Test
  void everyRejectionCodeOccursAndSomeLinesHaveSeveral() {
    List<Set<Fault>> faults =
        BILLING.careers().sent().stream()
            .map(SentLine::expected)
            .filter(Expected.Rejected.class::isInstance)
            .map(expected -> ((Expected.Rejected) expected).faults())
            .toList();

    assertThat(faults.stream().flatMap(Set::stream).map(Fault::code).collect(Collectors.toSet()))
        .containsExactlyInAnyOrderElementsOf(OF_ANY_RECEIVER);
    assertThat(faults).anyMatch(several -> several.size() >= 3);
  }

  @Test
  void fortyBrokenLinesShowEveryRejectionCode() {
    assertThat(
            BILLING.withAboutLines(800).withBrokenShare(0.05).careers().sent().stream()
                .map(SentLine::expected)
                .filter(Expected.Rejected.class::isInstance)
                .flatMap(expected -> ((Expected.Rejected) expected).faults().stream())
                .map(Fault::code))
        .containsAll(OF_ANY_RECEIVER);
  }

  @Test
  void theNamedHaveCareOfEveryCategoryInTheWindow() {
    Reckoning reckoning = Reckoning.of(BILLING.careers().sent(), TODAY);

    assertThat(reckoning.historyOf(PATIENT))
        .extracting(ReckonedCare::category)
        .contains(Category.values());
  }

  @Test
  void noLineIsRejectedWhenNoneIsToBeBroken() {
    assertThat(BILLING.withBrokenShare(0).careers().sent())
        .noneMatch(line -> line.expected() instanceof Expected.Rejected);
  }

  @Test
  void everyRecordIsOneLineOfText() {
    assertThat(BILLING.careers().sent())
        .allSatisfy(
            line ->
                assertThat(new String(line.json(), StandardCharsets.UTF_8))
                    .isNotBlank()
                    .doesNotContain("\n"));
  }

  private static Set<String> lineIds(List<SentLine> lines) throws IOException {
    Set<String> ids = new TreeSet<>();
    for (SentLine line : lines) {
      ids.add(MAPPER.readTree(line.json()).get("lineId").textValue());
    }
    return ids;
  }

  private static String digest(List<SentLine> lines) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      for (SentLine line : lines) {
        sha256.update(line.ins().getBytes(StandardCharsets.UTF_8));
        sha256.update((byte) 0);
        sha256.update(line.json());
        sha256.update((byte) 0);
      }
      return HexFormat.of().formatHex(sha256.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
