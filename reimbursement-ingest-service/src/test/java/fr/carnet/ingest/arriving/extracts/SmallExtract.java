package fr.carnet.ingest.arriving.extracts;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/** A sound extract of a few rows, written by hand, to be spoiled. */
final class SmallExtract {
  static final String KEYS =
      "DCT_ORD_NUM;FLX_DIS_DTD;FLX_EMT_NUM;FLX_EMT_ORD;FLX_EMT_TYP;FLX_TRT_DTD;ORG_CLE_NUM;PRS_ORD_NUM;REM_TYP_AFF";
  static final String HUB_COLUMNS =
      "BEN_NIR_PSA;BEN_RNG_GEM;PRS_NAT_REF;EXE_SOI_DTD;EXE_SOI_DTF;PRE_PRE_DTD;PRS_ACT_QTE;PFS_EXE_NUM;PFS_PRE_NUM;PSE_SPE_COD;PSE_ACT_NAT;PRS_PAI_MNT;BSE_REM_BSE;BSE_REM_MNT;CPL_MAJ_TOP";

  private static final AtomicInteger FUNDS = new AtomicInteger(100_000);

  private final LocalDate today;

  /** One of its own, so that no two extracts have a key in common. */
  private final String fund = "01C" + FUNDS.incrementAndGet();

  private final Map<String, byte[]> files = new LinkedHashMap<>();

  /** Six rows of the hub, lines 2 to 7: medicines, a visit, an act, a test, a device, a stay. */
  SmallExtract(String ins, LocalDate today) {
    this.today = today;
    put("beneficiaries.csv", "BEN_NIR_PSA;BEN_RNG_GEM;INS", "Anonyme0000000001;1;" + ins);
    put(
        "performers.csv",
        "PFS_PFS_NUM;RPPS;FINESS",
        "123456789;99700024450;",
        "75010012;;750100125");
    put(
        "ER_PRS_F.csv",
        KEYS + ";" + HUB_COLUMNS,
        hub(1, "3313", "50"),
        hub(2, "1111", "0"),
        hub(3, "1352", "0"),
        hub(4, "3211", "30"),
        hub(5, "3511", "60"),
        hub(6, "2111", "0"));
    put(
        "ER_PHA_F.csv",
        KEYS + ";PHA_ORD_NUM;PHA_PRS_C13;PHA_ACT_QSN",
        key(1) + ";1;3400931959496;2",
        key(1) + ";2;3400933515102;3");
    put("ER_CAM_F.csv", KEYS + ";CAM_ORD_NUM;CAM_PRS_IDE", key(3) + ";1;DEQP003");
    put("ER_BIO_F.csv", KEYS + ";BIO_ORD_NUM;BIO_PRS_IDE;BIO_ACT_QSN", key(4) + ";1;552;1");
    put("ER_TIP_F.csv", KEYS + ";TIP_ORD_NUM;TIP_PRS_IDE;TIP_ACT_QSN", key(5) + ";1;1101826;1");
    put("ER_ETE_F.csv", KEYS + ";ETB_EXE_FIN;ETE_GHS_NUM", key(6) + ";75010012;1234");
  }

  /** The nine keys of a row that differ from another's in the first alone. */
  String key(int number) {
    return number + ";" + today + ";12;1;1;" + today + ";" + fund + ";1;0";
  }

  /** A row of the hub. */
  String hub(int number, String nature, String activity) {
    return hub(key(number), nature, activity, "1");
  }

  String hub(String key, String nature, String activity, String quantity) {
    return String.join(
        ";",
        key,
        "Anonyme0000000001;1",
        nature,
        today.minusDays(9).toString(),
        "",
        "",
        quantity,
        "123456789",
        "",
        "0",
        activity,
        "23.00;23;16.1",
        "0");
  }

  void put(String file, String... lines) {
    files.put(file, (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  void append(String file, String line) {
    edit(file, text -> text + line + "\n");
  }

  void edit(String file, UnaryOperator<String> edit) {
    files.computeIfPresent(
        file,
        (_, bytes) ->
            edit.apply(new String(bytes, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8));
  }

  /** Puts other bytes at the end. */
  void append(String file, byte[] more) {
    byte[] before = files.get(file);
    byte[] all = Arrays.copyOf(before, before.length + more.length);
    System.arraycopy(more, 0, all, before.length, more.length);
    files.put(file, all);
  }

  /** Leaves so many bytes out at the end. */
  void cut(String file, int bytes) {
    byte[] all = files.get(file);
    files.put(file, Arrays.copyOf(all, all.length - bytes));
  }

  void remove(String file) {
    files.remove(file);
  }

  /** The keys as single values, in their order. */
  List<String> keyValues(int number) {
    return List.of(key(number).split(";", -1));
  }

  void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Files.write(folder.resolve(file.getKey()), file.getValue());
    }
  }
}
