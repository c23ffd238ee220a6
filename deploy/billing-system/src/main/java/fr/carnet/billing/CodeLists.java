package fr.carnet.billing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The codes that an extract is made of: the published lists, or the few of the demo's care. */
public final class CodeLists {
  private static final String VACCINES = "J07";

  private static final List<String> PUBLISHED =
      List.of("IR_NAT_V", "IR_SPE_V", "IR_CCAM_V63", "IR_BIO_R", "NT_LPP", "IR_CIP_V");

  /** The national groups of CCAM acts, by the nature that the warehouse has them under. */
  private static final Map<String, String> NATURES =
      Map.of("ADI", "1351", "ADE", "1324", "ATM", "1352", "ADC", "1321");

  /**
   * A medicine.
   *
   * @param cip7 the older code, seven digits
   * @param atc its class, as far as the list has it
   */
  record Medicine(String cip7, String atc) {
    boolean isVaccine() {
      return atc.startsWith(VACCINES);
    }

    String cip13() {
      return CheckDigits.withEan("34009" + cip7);
    }
  }

  private final List<Medicine> medicines;
  private final Map<String, List<String>> actsByNature;
  private final List<String> laboratory;
  private final List<String> devices;
  private final String source;

  private CodeLists(
      List<Medicine> medicines,
      Map<String, List<String>> actsByNature,
      List<String> laboratory,
      List<String> devices,
      String source) {
    this.medicines = medicines;
    this.actsByNature = actsByNature;
    this.laboratory = laboratory;
    this.devices = devices;
    this.source = source;
  }

  /** The published lists of a folder (IR_CIP_V, IR_CCAM_V63, IR_BIO_R, NT_LPP), else small ones. */
  public static CodeLists from(Optional<Path> folder) {
    return folder.map(CodeLists::published).orElseGet(CodeLists::small);
  }

  private static CodeLists small() {
    List<Medicine> medicines = new ArrayList<>();
    for (CareKind kind :
        List.of(CareKinds.MEDICINE, CareKinds.MEDICINE_WHOLLY_PAID, CareKinds.VACCINE)) {
      for (String cip13 : kind.codes()) {
        String atc = kind.category() == Category.VACCINATION ? VACCINES : "N02";
        medicines.add(new Medicine(cip13.substring(5, 12), atc));
      }
    }
    return new CodeLists(
        List.copyOf(medicines),
        Map.of(),
        CareKinds.BLOOD_TEST.codes(),
        CareKinds.DEVICE.codes(),
        "a small list of its own");
  }

  private static CodeLists published(Path folder) {
    Map<String, List<String>> acts = new HashMap<>();
    for (List<String> row : rows(folder.resolve("IR_CCAM_V63.csv"))) {
      String nature = NATURES.getOrDefault(row.getLast(), "");
      if (!nature.isEmpty() && row.getFirst().matches("[A-Z]{4}[0-9]{3}")) {
        acts.computeIfAbsent(nature, _ -> new ArrayList<>()).add(row.getFirst());
      }
    }
    return new CodeLists(
        rows(folder.resolve("IR_CIP_V.csv")).stream()
            .filter(row -> row.getFirst().matches("[1-9][0-9]{6}"))
            .map(row -> new Medicine(row.getFirst(), row.get(1)))
            .toList(),
        acts,
        firsts(folder.resolve("IR_BIO_R.csv"), "[0-9]{1,4}"),
        firsts(folder.resolve("NT_LPP.csv"), "[0-9]{7}"),
        "the published lists");
  }

  private static List<String> firsts(Path file, String form) {
    return rows(file).stream().map(List::getFirst).filter(code -> code.matches(form)).toList();
  }

  private static List<List<String>> rows(Path file) {
    try (Stream<String> lines = Files.lines(file, StandardCharsets.UTF_8)) {
      return lines.skip(1).map(line -> List.of(line.replace("\"", "").split(";", -1))).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Writes the lists that a receiver is to load, in the layout of the published ones: these, where
   * they are named, else lists of the demo's care alone. Every code of the billing system is in
   * them; what a performer is stands in two published lists, and here in one.
   */
  public static void writeFor(Path folder, Optional<Path> published) throws IOException {
    Files.createDirectories(folder);
    if (published.isEmpty()) {
      writeOwn(folder);
      return;
    }
    for (String list : PUBLISHED) {
      Files.copy(
          published.get().resolve(list + ".csv"),
          folder.resolve(list + ".csv"),
          StandardCopyOption.REPLACE_EXISTING);
    }
    Path specialties = folder.resolve("IR_SPE_V.csv");
    List<String> all = new ArrayList<>(Files.readAllLines(specialties));
    int columns = all.getFirst().split(";", -1).length;
    for (List<String> row : rows(published.get().resolve("IR_ACT_V.csv"))) {
      all.add(row.getFirst() + ";".repeat(columns - 1));
    }
    Files.write(specialties, all);
  }

  private static void writeOwn(Path folder) throws IOException {
    Map<String, ActSystem> lists =
        Map.of(
            "IR_CCAM_V63;CAM_PRS_IDE_COD", ActSystem.CCAM,
            "IR_BIO_R;BIO_PRS_IDE", ActSystem.NABM,
            "NT_LPP;LPP_PRS_IDE", ActSystem.LPP,
            "IR_CIP_V;PHA_PRS_IDE", ActSystem.CIP13);
    for (Map.Entry<String, ActSystem> list : lists.entrySet()) {
      write(
          folder,
          list.getKey(),
          CareKinds.ALL.stream()
              .filter(kind -> kind.system().equals(Optional.of(list.getValue())))
              .flatMap(kind -> kind.codes().stream())
              // Medicines stand there by their older code.
              .map(code -> list.getValue() == ActSystem.CIP13 ? code.substring(5, 12) : code));
    }
    write(folder, "IR_NAT_V;PRS_NAT", CareKinds.ALL.stream().map(CareKind::natureCode));
    write(
        folder,
        "IR_SPE_V;PFS_SPE_COD",
        Stream.of(Trade.values()).flatMap(trade -> trade.specialty().stream()));
  }

  private static void write(Path folder, String listAndColumn, Stream<String> codes)
      throws IOException {
    String[] names = listAndColumn.split(";", 2);
    // As published: numbers, so without leading zeros.
    Stream<String> rows = codes.map(code -> code.replaceFirst("^0+(?=.)", "")).distinct().sorted();
    Files.write(
        folder.resolve(names[0] + ".csv"), Stream.concat(Stream.of(names[1]), rows).toList());
  }

  /** Which they are, for a test to say. */
  public String source() {
    return source;
  }

  List<Medicine> medicines() {
    return medicines;
  }

  /** A code for care of this kind. */
  String draw(CareKind kind, Dice dice) {
    List<String> acts = actsByNature.getOrDefault(kind.natureCode(), List.of());
    return switch (kind.system().orElseThrow()) {
      // Dentists keep to their own acts.
      case CCAM -> dice.pick(acts.isEmpty() || kind.trade() == Trade.DENTIST ? kind.codes() : acts);
      case NABM -> dice.pick(laboratory);
      case LPP -> dice.pick(devices);
      case CIP13, NGAP, GHM -> dice.pick(kind.codes());
    };
  }
}
