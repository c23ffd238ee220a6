package fr.carnet.ingest.arriving.extracts;

import static fr.carnet.ingest.arriving.extracts.Column.needed;
import static fr.carnet.ingest.arriving.extracts.Column.optional;
import static fr.carnet.ingest.arriving.extracts.Column.required;

import fr.carnet.events.identity.Cip13;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The files of an extract, in the order in which they are read, and what is stored of their rows.
 */
enum ExtractFile {
  BENEFICIARIES(
      "beneficiaries",
      true,
      "extract_beneficiary (line, id, birth_rank, ins)",
      row -> values(row.get("BEN_NIR_PSA"), row.get("BEN_RNG_GEM"), row.get("INS")),
      required("BEN_NIR_PSA", Form.PSEUDONYM),
      required("BEN_RNG_GEM", Form.WHOLE),
      required("INS", Form.INS)),
  PERFORMERS(
      "performers",
      true,
      "extract_performer (line, number, rpps, finess)",
      row -> values(row.get("PFS_PFS_NUM"), row.get("RPPS"), row.get("FINESS")),
      required("PFS_PFS_NUM", Form.PROVIDER),
      needed("RPPS", Form.RPPS),
      needed("FINESS", Form.FINESS)),
  /** The national table of medicines: without it no medicine is known as a vaccine by its code. */
  MEDICINES(
      "IR_CIP_V",
      false,
      "extract_medicine (line, cip7, atc)",
      row -> values(row.get("PHA_PRS_IDE"), row.get("PHA_ATC_CLA")),
      required("PHA_PRS_IDE", Form.CODE),
      needed("PHA_ATC_CLA", Form.CODE)),
  HUB(
      "ER_PRS_F",
      true,
      """
      extract_hub (line, key, supplement, care_by_itself, stay, needs, nature, beneficiary,
        birth_rank, care_from, care_to, processed_on, prescribed_on, in_hospital_since, quantity,
        performer, performer_specialty, prescriber, prescriber_specialty, treating, paid, base,
        reimbursed)\
      """,
      ExtractFile::hub,
      withKeys(
          required("BEN_NIR_PSA", Form.PSEUDONYM),
          required("BEN_RNG_GEM", Form.WHOLE),
          required("PRS_NAT_REF", Form.WHOLE),
          required("EXE_SOI_DTD", Form.DAY),
          needed("EXE_SOI_DTF", Form.DAY),
          needed("PRE_PRE_DTD", Form.DAY),
          optional("PRS_HOS_DTD", Form.DAY),
          needed("PRS_ACT_QTE", Form.NUMBER),
          needed("PFS_EXE_NUM", Form.PROVIDER),
          needed("PFS_PRE_NUM", Form.PROVIDER),
          needed("PSE_SPE_COD", Form.WHOLE),
          optional("PSE_ACT_NAT", Form.WHOLE),
          optional("PSP_SPE_COD", Form.WHOLE),
          optional("PSP_ACT_NAT", Form.WHOLE),
          optional("PRS_MTT_NUM", Form.PROVIDER),
          required("PRS_PAI_MNT", Form.EUROS),
          required("BSE_REM_BSE", Form.EUROS),
          required("BSE_REM_MNT", Form.EUROS),
          required("CPL_MAJ_TOP", Form.WHOLE))),
  PHARMACY(
      "ER_PHA_F",
      true,
      Constants.DETAIL,
      row -> detail(row, "PHA", cip13(row), row.get("PHA_ACT_QSN")),
      withKeys(
          required("PHA_ORD_NUM", Form.WHOLE),
          needed("PHA_PRS_C13", Form.CODE),
          optional("PHA_PRS_IDE", Form.CODE),
          required("PHA_ACT_QSN", Form.NUMBER))),
  ACTS(
      "ER_CAM_F",
      true,
      Constants.DETAIL,
      // No quantity of its own: the hub's.
      row -> detail(row, "CAM", row.get("CAM_PRS_IDE"), ""),
      withKeys(required("CAM_ORD_NUM", Form.WHOLE), required("CAM_PRS_IDE", Form.CODE))),
  LABORATORY(
      "ER_BIO_F",
      true,
      Constants.DETAIL,
      row -> detail(row, "BIO", padded(4, row.get("BIO_PRS_IDE")), row.get("BIO_ACT_QSN")),
      withKeys(
          required("BIO_ORD_NUM", Form.WHOLE),
          required("BIO_PRS_IDE", Form.WHOLE),
          required("BIO_ACT_QSN", Form.NUMBER))),
  DEVICES(
      "ER_TIP_F",
      true,
      Constants.DETAIL,
      row -> detail(row, "TIP", padded(7, row.get("TIP_PRS_IDE")), row.get("TIP_ACT_QSN")),
      withKeys(
          required("TIP_ORD_NUM", Form.WHOLE),
          required("TIP_PRS_IDE", Form.WHOLE),
          required("TIP_ACT_QSN", Form.NUMBER))),
  ESTABLISHMENTS(
      "ER_ETE_F",
      true,
      "extract_stay (line, key, establishment, in_stay)",
      row -> values(row.key(), row.get("ETB_EXE_FIN"), Boolean.toString(isGroupOfStays(row))),
      withKeys(needed("ETB_EXE_FIN", Form.PROVIDER), optional("ETE_GHS_NUM", Form.WHOLE)));

  /** Apart, because an enum's constants cannot name the enum's own fields. */
  private static final class Constants {
    static final String DETAIL = "extract_detail (line, source, key, position, code, quantity)";

    /** Of the published schemas: a header may name any of them. */
    static final Map<String, Set<String>> SCHEMAS = schemas();

    private static Map<String, Set<String>> schemas() {
      try (InputStream in = ExtractFile.class.getResourceAsStream("/dcir/columns.txt")) {
        Map<String, Set<String>> schemas = new HashMap<>();
        for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
          List<String> words = Arrays.asList(line.split(" ", -1));
          schemas.put(words.getFirst(), Set.copyOf(words.subList(1, words.size())));
        }
        return schemas;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private final String table;
  private final boolean required;
  private final String target;
  private final Function<Row, List<String>> stored;
  private final List<Column> columns;

  ExtractFile(
      String table,
      boolean required,
      String target,
      Function<Row, List<String>> stored,
      Column... columns) {
    this.table = table;
    this.required = required;
    this.target = target;
    this.stored = stored;
    this.columns = List.of(columns);
  }

  /** The name in the folder. */
  String fileName() {
    return table + ".csv";
  }

  boolean isRequired() {
    return required;
  }

  /** The columns that are read. */
  List<Column> columns() {
    return columns;
  }

  /** Whether this column is one of those that are read. */
  boolean reads(String column) {
    return columns.stream().anyMatch(known -> known.name().equals(column));
  }

  /** Whether the table may have this column; the operator's own files have any others. */
  boolean mayHave(String column) {
    return switch (this) {
      case BENEFICIARIES, PERFORMERS -> reads(column);
      case MEDICINES -> true;
      case HUB, PHARMACY, ACTS, LABORATORY, DEVICES, ESTABLISHMENTS ->
          Constants.SCHEMAS.get(table).contains(column);
    };
  }

  /** Where its rows are stored, as COPY names it. */
  String target() {
    return target;
  }

  /** The row as COPY takes it: no form of a value has a comma or a quotation mark. */
  String stored(Row row) {
    return Stream.concat(Stream.of(Long.toString(row.line())), stored.apply(row).stream())
        .collect(Collectors.joining(","));
  }

  private static List<String> values(String... values) {
    return List.of(values);
  }

  private static Column[] withKeys(Column... others) {
    List<Column> columns = new ArrayList<>();
    for (String key : Row.NINE_KEYS) {
      Form form =
          switch (key) {
            case "FLX_DIS_DTD", "FLX_TRT_DTD" -> Form.DAY;
            case "ORG_CLE_NUM" -> Form.FUND;
            default -> Form.WHOLE;
          };
      columns.add(required(key, form));
    }
    columns.addAll(List.of(others));
    return columns.toArray(Column[]::new);
  }

  private static List<String> hub(Row row) {
    String nature = row.get("PRS_NAT_REF");
    return values(
        row.key(),
        // 0 and 1 are acts, the rest supplements to them.
        Boolean.toString(!row.get("CPL_MAJ_TOP").matches("[01]")),
        Boolean.toString(Natures.isCareByItself(nature)),
        Boolean.toString(Natures.isStay(nature)),
        Natures.needs(nature),
        nature,
        row.get("BEN_NIR_PSA"),
        row.get("BEN_RNG_GEM"),
        row.get("EXE_SOI_DTD"),
        row.get("EXE_SOI_DTF"),
        row.get("FLX_TRT_DTD"),
        row.get("PRE_PRE_DTD"),
        row.get("PRS_HOS_DTD"),
        row.get("PRS_ACT_QTE"),
        row.get("PFS_EXE_NUM"),
        row.specialty("PSE_SPE_COD", "PSE_ACT_NAT"),
        row.get("PFS_PRE_NUM"),
        row.specialty("PSP_SPE_COD", "PSP_ACT_NAT"),
        row.get("PRS_MTT_NUM"),
        row.get("PRS_PAI_MNT"),
        row.get("BSE_REM_BSE"),
        row.get("BSE_REM_MNT"));
  }

  private static List<String> detail(Row row, String source, String code, String quantity) {
    return values(source, row.key(), row.get(source + "_ORD_NUM"), code, quantity);
  }

  /** The long code, or the long form of the older seven digits. */
  private static String cip13(Row row) {
    String cip7 = row.get("PHA_PRS_IDE");
    return row.get("PHA_PRS_C13").isEmpty() && cip7.matches("[0-9]{7}")
        ? Cip13.ofCip7(cip7)
        : row.get("PHA_PRS_C13");
  }

  /** The warehouse stores these codes as numbers; as codes they have leading zeros. */
  private static String padded(int width, String digits) {
    return "0".repeat(Math.max(0, width - digits.length())) + digits;
  }

  private static boolean isGroupOfStays(Row row) {
    String group = row.get("ETE_GHS_NUM");
    return !group.isEmpty() && !group.equals("0") && !group.equals("9999");
  }
}
