package fr.carnet.nomenclatures;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class CodeTableTest {
  private static List<List<String>> read(String text, Charset charset) throws IOException {
    return CodeTable.of(text.getBytes(charset)).pairs("CODE", "LABEL").toList();
  }

  @Test
  void separatorsQuotesAndEncodingsAreTakenAsFound() throws IOException {
    List<List<String>> expected = List.of(List.of("1", "Été; \"deux\""), List.of("02", ""));
    String semicolons = "CODE;OTHER;LABEL\n1;x;\"Été; \"\"deux\"\"\"\n02;y;\n";
    assertThat(read(semicolons, StandardCharsets.UTF_8)).isEqualTo(expected);
    assertThat(read("\uFEFF" + semicolons, StandardCharsets.UTF_8)).isEqualTo(expected);
    assertThat(read(semicolons, StandardCharsets.ISO_8859_1)).isEqualTo(expected);
    String commas = "LABEL,OTHER,CODE\r\n\"Été; \"\"deux\"\"\",x,1\r\n,y,02";
    assertThat(read(commas, StandardCharsets.UTF_8)).isEqualTo(expected);
  }

  @Test
  void aQuotationMarkWithinAFieldAndAShortRowAreNoHarm() throws IOException {
    assertThat(read("CODE;LABEL\n1;b\"c\n2;\n3\n4;d\n", StandardCharsets.UTF_8))
        .containsExactly(List.of("1", "b\"c"), List.of("2", ""), List.of("4", "d"));
  }

  @Test
  void aTableWithoutTheColumnsKnowsNothing() throws IOException {
    assertThat(read("CODE;NAME\n1;x\n", StandardCharsets.UTF_8)).isEmpty();
    assertThat(read("", StandardCharsets.UTF_8)).isEmpty();
    assertThat(CodeTable.empty().pairs("CODE", "LABEL")).isEmpty();
  }

  @Test
  void aCodeIsTheSameWithAndWithoutLeadingZeros() {
    assertThat(CodeTable.number("06")).isEqualTo("6");
    assertThat(CodeTable.number("000")).isEqualTo("0");
    assertThat(CodeTable.number("QEQJ001")).isEqualTo("QEQJ001");
  }
}
