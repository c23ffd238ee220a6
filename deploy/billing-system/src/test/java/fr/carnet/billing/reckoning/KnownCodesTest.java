package fr.carnet.billing.reckoning;

import static org.assertj.core.api.Assertions.assertThat;

import fr.carnet.billing.BillingSystem;
import fr.carnet.billing.CodeLists;
import fr.carnet.billing.Expected;
import fr.carnet.billing.ListFlaw;
import fr.carnet.billing.SentLine;
import fr.carnet.billing.WireLine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is reckoned of a receiver that has loaded code lists. */
class KnownCodesTest {
  private static final LocalDate TODAY = LocalDate.of(2026, 6, 1);
  private static final BillingSystem BILLING = BillingSystem.seeded(11, TODAY);

  @Test
  void aCodeThatNoListHasIsFoundWhereTheListIsLoadedAndNowhereElse(@TempDir Path lists)
      throws IOException {
    // given
    CodeLists.writeFor(lists, Optional.empty());
    KnownCodes codes = KnownCodes.in(lists);
    SentLine sound = BILLING.endless("sound", BILLING.beneficiaryNumbers()).next();
    // then
    for (ListFlaw flaw : ListFlaw.values()) {
      assertThat(arrivals(List.of(flaw.in(sound).json()), codes))
          .singleElement()
          .isInstanceOfSatisfying(
              Expected.Rejected.class,
              rejected ->
                  assertThat(rejected.faults())
                      .extracting(fault -> fault.code().name())
                      .containsExactly(flaw.name()));
      assertThat(arrivals(List.of(flaw.in(sound).json()), KnownCodes.any()))
          .containsExactly(new Expected.Accepted());
    }
  }

  @Test
  void everyCodeOfTheBillingSystemIsInTheListsOfItsReceiver(@TempDir Path lists)
      throws IOException {
    // given: the published lists, or small ones in their layout
    Optional<Path> published =
        Optional.ofNullable(System.getenv("CARNET_NOMENCLATURES"))
            .map(Path::of)
            .filter(Files::isDirectory);
    System.out.println(
        "code lists: " + (published.isPresent() ? "the published ones" : "made here"));
    CodeLists.writeFor(lists, published);
    List<byte[]> sent =
        BILLING.withAboutLines(5_000).careers().sent().stream().map(SentLine::json).toList();
    // then
    assertThat(KnownCodes.in(lists).isEmpty()).isFalse();
    assertThat(arrivals(sent, KnownCodes.in(lists))).isEqualTo(arrivals(sent, KnownCodes.any()));
  }

  @Test
  void aListThatIsMissingKnowsEveryCode(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("IR_SPE_V.csv"), "PFS_SPE_COD;PFS_SPE_LIB\n6;X\n");
    KnownCodes codes = KnownCodes.in(folder);

    assertThat(codes.haveNature("99998")).isTrue();
    assertThat(codes.haveSpecialty("06")).isTrue();
    assertThat(codes.haveSpecialty("07")).isFalse();
  }

  private static List<Expected> arrivals(List<byte[]> lines, KnownCodes codes) {
    return Reckoning.ofWire(
            lines.stream().map(line -> new WireLine(Optional.empty(), line)).toList(), TODAY, codes)
        .arrivals();
  }
}
