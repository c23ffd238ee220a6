package fr.carnet.billing.reckoning;

import fr.carnet.billing.ActSystem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The code lists that the receiver has loaded, of which a line's codes must be; an empty list knows
 * every code. Lists have numbers where lines have digits: leading zeros do not count.
 *
 * @param natures of IR_NAT_V
 * @param specialties of IR_SPE_V
 * @param acts by system, medicines by CIP7; of key letters and groups of stays there is no list
 */
public record KnownCodes(
    Set<String> natures, Set<String> specialties, Map<ActSystem, Set<String>> acts) {
  private static final String CIP13_OF_A_CIP7 = "34009";
  private static final int CIP7_LENGTH = 7;

  public KnownCodes {
    natures = Set.copyOf(natures);
    specialties = Set.copyOf(specialties);
    acts = Map.copyOf(acts);
  }

  /** No list is loaded. */
  public static KnownCodes any() {
    return new KnownCodes(Set.of(), Set.of(), Map.of());
  }

  /** The lists of a folder, in the layout of the SNDS; one that is missing knows every code. */
  public static KnownCodes in(Path folder) throws IOException {
    return new KnownCodes(
        codes(folder, "IR_NAT_V"),
        codes(folder, "IR_SPE_V"),
        Map.of(
            ActSystem.CCAM, codes(folder, "IR_CCAM_V63"),
            ActSystem.NABM, codes(folder, "IR_BIO_R"),
            ActSystem.LPP, codes(folder, "NT_LPP"),
            ActSystem.CIP13, codes(folder, "IR_CIP_V")));
  }

  /** Whether any list is loaded. */
  public boolean isEmpty() {
    return natures.isEmpty()
        && specialties.isEmpty()
        && acts.values().stream().allMatch(Set::isEmpty);
  }

  boolean haveNature(String code) {
    return has(natures, code);
  }

  boolean haveSpecialty(String code) {
    return has(specialties, code);
  }

  boolean haveAct(ActSystem system, String code) {
    Set<String> list = acts.getOrDefault(system, Set.of());
    return switch (system) {
      case CCAM, NABM, LPP -> has(list, code);
      // Only these have an older code that the list could have.
      case CIP13 ->
          !code.startsWith(CIP13_OF_A_CIP7)
              || has(
                  list,
                  code.substring(CIP13_OF_A_CIP7.length(), CIP13_OF_A_CIP7.length() + CIP7_LENGTH));
      case NGAP, GHM -> true;
    };
  }

  private static boolean has(Set<String> list, String code) {
    return list.isEmpty() || list.contains(withoutZeros(code));
  }

  /** The first column is the code; labels may have anything, line ends too. */
  private static Set<String> codes(Path folder, String list) throws IOException {
    Path file = folder.resolve(list + ".csv");
    if (!Files.isRegularFile(file)) {
      return Set.of();
    }
    try (Stream<String> lines = Files.lines(file, StandardCharsets.UTF_8)) {
      return lines
          .skip(1)
          .map(line -> line.split(";", 2)[0].replace("\"", "").strip())
          .filter(code -> code.matches("[0-9A-Z]{1,7}"))
          .map(KnownCodes::withoutZeros)
          .collect(Collectors.toSet());
    }
  }

  private static String withoutZeros(String code) {
    return code.replaceFirst("^0+(?=.)", "");
  }
}
