package fr.carnet.events.identity;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdentifiersTest {
  @ParameterizedTest
  @ValueSource(strings = {"253072B07300470", "253072A07300443", "295109912611193"})
  void an_ins_with_its_right_key_is_one_in_corsica_too(String text) {
    assertThat(Ins.parse(text)).isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "253072B07300471", "253072C07300470", "25307B207300470", "253072b07300470",
        "2530721073004", "", "953072B07300470", " 253072B07300470"
      })
  void anything_else_is_none(String text) {
    assertThat(Ins.parse(text)).isEmpty();
  }

  @Test
  void an_ins_and_its_pseudonym_hide_themselves() {
    Ins ins = Ins.parse("253072B07300470").orElseThrow();
    assertThat(ins.toString()).doesNotContain("253072");
    PatientRef ref = PatientRef.of(ins, "secret");
    assertThat(ref.toString()).doesNotContain(ref.value());
    assertThat(PatientRef.of(ins, "other secret")).isNotEqualTo(ref);
    assertThat(PatientRef.parse(ref.value())).contains(ref);
  }

  @Test
  void check_digits_of_professionals_establishments_and_medicines() {
    assertThat(Rpps.isValid("99700024450")).isTrue();
    assertThat(Rpps.isValid("99700024451")).isFalse();
    assertThat(Finess.isValid("750100125")).isTrue();
    assertThat(Finess.isValid("750100126")).isFalse();
    assertThat(Finess.isValid("2A0000014")).as("Corsica: A counts as 1").isTrue();
    assertThat(Cip13.isValid("3400930000007")).isEqualTo(checkDigitFits("3400930000007"));
    assertThat(Cip13.ofCip7("3195949")).isEqualTo("3400931959496").matches(Cip13::isValid);
    assertThat(Cip13.isValid("4006381333931")).as("an EAN-13 of another kind").isFalse();
  }

  private static boolean checkDigitFits(String ean) {
    int sum = 0;
    for (int i = 0; i < 12; i++) {
      sum += (ean.charAt(i) - '0') * (i % 2 == 0 ? 1 : 3);
    }
    return (10 - sum % 10) % 10 == ean.charAt(12) - '0';
  }
}
