package fr.carnet.dossier.nomenclatures;

import static org.assertj.core.api.Assertions.assertThat;

import fr.carnet.events.care.Act;
import fr.carnet.events.care.ActSystem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Labels from a folder of code lists: the one that {@code CARNET_NOMENCLATURES} names, or else a
 * small one made here, in the same layout.
 */
class CodeListsTest {
  @TempDir static Path made;

  private static CodeLists lists;

  @BeforeAll
  static void read() throws IOException {
    Optional<Path> published =
        Optional.ofNullable(System.getenv("CARNET_NOMENCLATURES"))
            .map(Path::of)
            .filter(Files::isDirectory);
    System.out.println(
        "code lists: "
            + published.map(path -> "the published ones").orElse("a small folder made here"));
    if (published.isEmpty()) {
      write("IR_NAT_V", "PRS_NAT;PRS_NAT_STA;PRS_NAT_CB2;PRS_NAT_LIB\n1111;99;C;CONSULTATION\n");
      write(
          "IR_CCAM_V63",
          "\"CAM_PRS_IDE_COD\";\"CAM_PRS_IDE_LIB\"\n\"DEQP003\";\"Électrocardiographie; 12\"\n");
      write("IR_BIO_R", "BIO_PRS_IDE;BIO_INF_LIB\n592;CREATININE  ;\n");
      write("NT_LPP", "LPP_PRS_IDE,LPP_RED_LIB\n2193813,\"COLLIER DIT \"\"MINI-MINERVE\"\"\"\n");
      write("IR_CIP_V", "PHA_PRS_IDE;PHA_ATC_CLA\n3195949;N02\n3351510;N02\n3259810;INC\n");
      write("IR_SPE_V", "PFS_SPE_COD;PFS_SPE_STA;PFS_SPE_LIB\n6;1;RADIOLOGIE\n");
    }
    lists = new CodeLists(Optional.of(published.orElse(made)));
  }

  private static void write(String name, String text) throws IOException {
    Files.write(made.resolve(name + ".csv"), text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static Optional<String> label(ActSystem system, String code) {
    return lists.label(new Act(system, code));
  }

  @Test
  void everySystemThatHasAListHasLabels() {
    assertThat(label(ActSystem.CCAM, "DEQP003").orElseThrow()).startsWith("Électrocardiographie");
    assertThat(label(ActSystem.NGAP, "C").orElseThrow()).startsWith("CONSULTATION");
    // Lists write 592 where lines may write 0592.
    assertThat(label(ActSystem.NABM, "0592").orElseThrow()).startsWith("CREATININE");
    assertThat(label(ActSystem.LPP, "2193813").orElseThrow()).contains("DIT \"MINI-MINERVE\"");
    assertThat(lists.nature("1111").orElseThrow()).startsWith("CONSULTATION");
    assertThat(lists.specialty("06").orElseThrow()).startsWith("RADIO");
  }

  @Test
  void anUnknownCodeHasNoLabel() {
    for (ActSystem system : ActSystem.values()) {
      assertThat(label(system, "9999999999")).isEmpty();
    }
    assertThat(lists.nature("99999")).isEmpty();
    assertThat(lists.specialty("ZZ")).isEmpty();
  }

  @Test
  void aCip13HasTheClassOfItsCip7() {
    assertThat(lists.atcClass("3400931959496")).contains("N02");
    assertThat(lists.atcClass("3400933515102")).contains("N02");
    // Known by the list, but as of unknown class; a hospital unit; no code at all.
    assertThat(lists.atcClass("3400932598106")).isEmpty();
    assertThat(lists.atcClass("3400831959496")).isEmpty();
    assertThat(lists.atcClass("34009")).isEmpty();
  }

  @Test
  void aFolderWithoutListsGivesNoLabelsAndNoError() {
    CodeLists none = new CodeLists(Optional.of(made.resolve("nothing here")));
    assertThat(none.label(new Act(ActSystem.CCAM, "DEQP003"))).isEmpty();
    assertThat(none.atcClass("3400931959496")).isEmpty();
  }
}
