package fr.carnet.billing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdentifiersTest {
  private static final LocalDate TODAY = LocalDate.of(2026, 6, 1);
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @ParameterizedTest
  @ValueSource(strings = {"253072B07300470", "253072A07300443", "295109912611193"})
  void theExamplesOfTheDocumentsPass(String ins) {
    assertThat(TextbookCheck.ins(ins)).isTrue();
    assertThat(CheckDigits.withInsKey(ins.substring(0, 13))).isEqualTo(ins);
    assertThat(TextbookCheck.luhn("99700024450", 11)).isTrue();
    assertThat(CheckDigits.withLuhn("9970002445")).isEqualTo("99700024450");
    assertThat(TextbookCheck.luhn("750100125", 9)).isTrue();
    assertThat(CheckDigits.withLuhn("75010012")).isEqualTo("750100125");
  }

  @Test
  void beneficiariesAreOfAllKinds() {
    List<String> numbers =
        BillingSystem.seeded(3, TODAY).withBeneficiaries(500).beneficiaryNumbers();

    assertThat(numbers).hasSize(500).doesNotHaveDuplicates().allMatch(TextbookCheck::ins);
    assertThat(numbers).anyMatch(ins -> ins.startsWith("2A", 5));
    assertThat(numbers).anyMatch(ins -> ins.startsWith("2B", 5));
    assertThat(numbers).anyMatch(ins -> ins.startsWith("97", 5));
    assertThat(numbers).anyMatch(ins -> ins.startsWith("99", 5));
    assertThat(numbers).anyMatch(ins -> ins.startsWith("1")).anyMatch(ins -> ins.startsWith("2"));
    assertThat(numbers.stream().map(ins -> Beneficiary.of(ins, TODAY)))
        .anyMatch(Beneficiary::minor)
        .anyMatch(person -> !person.minor());
  }

  @Test
  void everySoundLineHasValidIdentifiers() throws IOException {
    // given
    List<SentLine> sent = BillingSystem.seeded(4, TODAY).withBrokenShare(0).careers().sent();
    List<SentLine> streamed =
        BillingSystem.seeded(4, TODAY).endless("check", List.of("253072B07300470")).stream()
            .limit(3_000)
            .toList();
    // then
    for (List<SentLine> lines : List.of(sent, streamed)) {
      for (SentLine line : lines) {
        JsonNode json = MAPPER.readTree(line.json());
        assertThat(json.get("beneficiaryIns").textValue())
            .isEqualTo(line.ins())
            .matches(TextbookCheck::ins);
        providerIsValid(json.get("performer"));
        providerIsValid(json.get("prescriber"));
        if (json.at("/act/system").asText().equals("CIP13")) {
          assertThat(json.at("/act/code").textValue()).matches(TextbookCheck::cip13);
        }
      }
    }
  }

  private static void providerIsValid(JsonNode provider) {
    if (provider.hasNonNull("rpps")) {
      assertThat(provider.get("rpps").textValue()).matches(rpps -> TextbookCheck.luhn(rpps, 11));
    }
    if (provider.hasNonNull("finess")) {
      assertThat(provider.get("finess").textValue())
          .matches(finess -> TextbookCheck.luhn(finess, 9));
    }
  }
}
