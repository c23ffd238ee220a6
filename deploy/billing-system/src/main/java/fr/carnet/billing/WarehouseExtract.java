package fr.carnet.billing;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * An extract in the warehouse's layout, of people and care that do not exist: six tables as CSV and
 * the two correspondences. Several details for a row of the hub, reversals, supplements, fees, care
 * outside the window, stays and acts during them. What must come of it is told line by line, worked
 * out from what was drawn and not from the files, for {@code Reckoning} to add up.
 *
 * @param seed of everything drawn
 * @param today the calendar day in Europe/Paris
 * @param people INS of those whose care it is
 * @param schemas the published schemas, to have every column of them
 * @param brokenPercent of the acts, how many give lines to be rejected; the files are sound
 */
public record WarehouseExtract(
    long seed,
    LocalDate today,
    List<String> people,
    CodeLists codes,
    Optional<Path> schemas,
    int brokenPercent) {

  private static final int PERFORMERS = 40;
  private static final BigDecimal MINUS_ONE = BigDecimal.ONE.negate();

  private static final List<String> KEYS =
      List.of(
          "DCT_ORD_NUM",
          "FLX_DIS_DTD",
          "FLX_EMT_NUM",
          "FLX_EMT_ORD",
          "FLX_EMT_TYP",
          "FLX_TRT_DTD",
          "ORG_CLE_NUM",
          "PRS_ORD_NUM",
          "REM_TYP_AFF");

  public WarehouseExtract {
    people = List.copyOf(people);
  }

  /** Of sound lines. */
  public WarehouseExtract(
      long seed, LocalDate today, List<String> people, CodeLists codes, Optional<Path> schemas) {
    this(seed, today, people, codes, schemas, 0);
  }

  /** The same with some acts that give lines to be rejected. */
  public WarehouseExtract withBroken(int percent) {
    return new WarehouseExtract(seed, today, people, codes, schemas, percent);
  }

  /**
   * What was written.
   *
   * @param supplements rows of the hub that supplement an act
   * @param notCare rows of the hub that are fees
   */
  public record Written(long hubRows, long lines, long supplements, long notCare) {}

  /** Writes the files; the same seed gives the same bytes, however many rows. */
  public Written write(Path folder, int hubRows, Consumer<WireLine> line) throws IOException {
    Files.createDirectories(folder);
    try (Writing writing = new Writing(folder, line)) {
      return writing.rows(hubRows);
    }
  }

  /** A detail of a row of the hub. */
  private record Detail(String source, String code, BigDecimal quantity, Category category) {}

  /** What is drawn for one act, before it is written once, and once more when it is taken back. */
  private record Drawn(
      int person,
      CareKind kind,
      LocalDate from,
      LocalDate to,
      Provider performer,
      String performerNumber,
      Optional<Provider> hospital,
      String hospitalNumber,
      boolean during,
      Optional<LineDraft.Prescription> prescription,
      String prescriberNumber,
      List<Detail> details,
      LineDraft.Amounts amounts) {

    Drawn on(LocalDate otherFrom, LocalDate otherTo) {
      return new Drawn(
          person,
          kind,
          otherFrom,
          otherTo,
          performer,
          performerNumber,
          hospital,
          hospitalNumber,
          during,
          prescription,
          prescriberNumber,
          details,
          amounts);
    }
  }

  private final class Writing implements AutoCloseable {
    private final Dice dice = Dice.forPurpose(seed, "warehouse");
    private final Providers providers =
        new Providers(Dice.forPurpose(seed, "warehouse providers"), PERFORMERS);
    private final LineJson json = new LineJson();
    private final Consumer<WireLine> told;
    private final WarehouseTable hub;
    private final Map<String, WarehouseTable> details = new LinkedHashMap<>();
    private final List<CareKind> kinds =
        CareKinds.ALL.stream()
            .filter(kind -> kind.trade() != Trade.PHARMACY || kind.system().isPresent())
            .toList();
    private long rows;
    private long lines;
    private long supplements;
    private long notCare;

    Writing(Path folder, Consumer<WireLine> told) throws IOException {
      this.told = told;
      char separator = dice.chance(50) ? ';' : ',';
      hub =
          table(
              folder,
              "ER_PRS_F",
              separator,
              "BEN_NIR_PSA BEN_RNG_GEM PRS_NAT_REF EXE_SOI_DTD EXE_SOI_DTF PRE_PRE_DTD PRS_HOS_DTD"
                  + " PRS_ACT_QTE PFS_EXE_NUM PFS_PRE_NUM PSE_SPE_COD PSE_ACT_NAT PSP_SPE_COD"
                  + " PSP_ACT_NAT PRS_PAI_MNT BSE_REM_BSE BSE_REM_MNT CPL_MAJ_TOP");
      details.put(
          "PHA", table(folder, "ER_PHA_F", separator, "PHA_ORD_NUM PHA_PRS_C13 PHA_ACT_QSN"));
      details.put("CAM", table(folder, "ER_CAM_F", separator, "CAM_ORD_NUM CAM_PRS_IDE"));
      details.put(
          "BIO", table(folder, "ER_BIO_F", separator, "BIO_ORD_NUM BIO_PRS_IDE BIO_ACT_QSN"));
      details.put(
          "TIP", table(folder, "ER_TIP_F", separator, "TIP_ORD_NUM TIP_PRS_IDE TIP_ACT_QSN"));
      details.put("ETE", table(folder, "ER_ETE_F", separator, "ETB_EXE_FIN ETE_GHS_NUM"));
      correspondences(folder);
    }

    private WarehouseTable table(Path folder, String name, char separator, String columns)
        throws IOException {
      List<String> all = new ArrayList<>(KEYS);
      all.addAll(List.of(columns.split(" ", -1)));
      return new WarehouseTable(folder, name, separator, dice, schemas, all);
    }

    private void correspondences(Path folder) throws IOException {
      try (WarehouseTable table =
          new WarehouseTable(
              folder,
              "beneficiaries",
              ';',
              dice,
              Optional.empty(),
              List.of("BEN_NIR_PSA", "BEN_RNG_GEM", "INS"))) {
        for (int i = 0; i < people.size(); i++) {
          table.row(Map.of("BEN_NIR_PSA", pseudonym(i), "BEN_RNG_GEM", "1", "INS", people.get(i)));
        }
      }
      try (WarehouseTable table =
          new WarehouseTable(
              folder,
              "performers",
              ';',
              dice,
              Optional.empty(),
              List.of("PFS_PFS_NUM", "RPPS", "FINESS"))) {
        for (Trade trade : Trade.values()) {
          for (int i = 0; i < PERFORMERS; i++) {
            Provider provider = providers.of(trade).get(i);
            table.row(
                Map.of(
                    "PFS_PFS_NUM",
                    number(trade, i),
                    "RPPS",
                    provider.rpps().orElse(""),
                    "FINESS",
                    provider.finess().orElse("")));
          }
        }
      }
      StringBuilder medicines = new StringBuilder("PHA_PRS_IDE;PHA_ATC_CLA;GRP_GRP_COD;TEC_COL\n");
      codes
          .medicines()
          .forEach(
              one -> medicines.append(one.cip7()).append(';').append(one.atc()).append(";;0\n"));
      Files.writeString(
          folder.resolve("IR_CIP_V.csv"), medicines.toString(), StandardCharsets.UTF_8);
    }

    Written rows(int count) throws IOException {
      while (rows < count) {
        int turn = dice.below(100);
        if (turn < 5) {
          supplement();
        } else if (turn < 8) {
          fee();
        } else {
          Drawn drawn = draw();
          LocalDate processed = notAfterToday(drawn.to().plusDays(dice.between(1, 20)));
          if (brokenPercent > 0 && dice.chance(brokenPercent)) {
            broken(drawn, processed);
            continue;
          }
          write(drawn, processed, BigDecimal.ONE);
          if (dice.chance(8)) {
            write(drawn, notAfterToday(processed.plusDays(dice.between(1, 60))), MINUS_ONE);
          }
        }
      }
      return new Written(rows, lines, supplements, notCare);
    }

    /** Nothing that the files show: each value has the form of its column. */
    private void broken(Drawn drawn, LocalDate processed) throws IOException {
      LocalDate later = today.plusDays(2);
      switch (dice.below(3)) {
        case 0 -> write(drawn, processed, BigDecimal.ZERO);
        case 1 ->
            write(drawn.on(drawn.from(), drawn.from().minusDays(1)), processed, BigDecimal.ONE);
        default -> write(drawn.on(later, later), processed, BigDecimal.ONE);
      }
    }

    private Drawn draw() {
      CareKind kind = dice.pick(kinds);
      LocalDate from =
          dice.chance(3)
              ? today.minusMonths(24).minusDays(dice.between(1, 90))
              : today.minusDays(dice.below(720));
      boolean stay = kind.equals(CareKinds.HOSPITAL_STAY);
      boolean during = kind.equals(CareKinds.SURGERY);
      int who = dice.below(PERFORMERS);
      int where = dice.below(PERFORMERS);
      int doctor = dice.below(PERFORMERS);
      Provider hospital = providers.of(Trade.HOSPITAL).get(where);
      Provider performer = stay ? hospital : providers.of(kind.trade()).get(who);
      int cents = dice.between(kind.lowCents(), kind.highCents());
      Optional<LineDraft.Prescription> prescription =
          kind.prescribed()
              ? Optional.of(
                  new LineDraft.Prescription(
                      providers.of(Trade.GENERAL_PRACTITIONER).get(doctor),
                      from.minusDays(dice.below(8))))
              : Optional.empty();
      return new Drawn(
          dice.below(people.size()),
          kind,
          from,
          stay ? notAfterToday(from.plusDays(dice.below(9))) : from,
          during ? performer.in(hospital) : performer,
          stay ? "000000000" : number(kind.trade(), who),
          stay || during ? Optional.of(hospital) : Optional.empty(),
          stay || during ? number(Trade.HOSPITAL, where) : "",
          during,
          prescription,
          prescription.isPresent() ? number(Trade.GENERAL_PRACTITIONER, doctor) : "",
          details(kind),
          new LineDraft.Amounts(cents, cents, cents * 7 / 10));
    }

    private List<Detail> details(CareKind kind) {
      List<Detail> drawn = new ArrayList<>();
      String source = kind.system().map(WarehouseExtract::source).orElse("");
      if (source.isEmpty()) {
        return drawn;
      }
      for (int left = dice.chance(70) ? 1 : dice.between(2, 4); left > 0; left--) {
        if (source.equals("PHA")) {
          CodeLists.Medicine medicine = dice.pick(codes.medicines());
          drawn.add(
              new Detail(
                  source,
                  medicine.cip13(),
                  BigDecimal.valueOf(dice.between(1, 3)),
                  medicine.isVaccine() ? Category.VACCINATION : Category.MEDICATION));
        } else {
          drawn.add(
              new Detail(
                  source,
                  codes.draw(kind, dice),
                  BigDecimal.valueOf(source.equals("CAM") ? 1 : dice.between(1, 2)),
                  kind.category()));
        }
      }
      return drawn;
    }

    private void write(Drawn drawn, LocalDate processed, BigDecimal sign) throws IOException {
      Map<String, String> keys = keys(processed);
      LineDraft.Amounts amounts = sign.signum() < 0 ? drawn.amounts().negated() : drawn.amounts();
      Map<String, String> row = new LinkedHashMap<>(keys);
      person(row, drawn.person());
      row.put("PRS_NAT_REF", drawn.kind().natureCode());
      row.put("EXE_SOI_DTD", drawn.from().toString());
      row.put("EXE_SOI_DTF", drawn.to().toString());
      row.put("PRS_ACT_QTE", sign.toPlainString());
      row.put("PFS_EXE_NUM", drawn.performerNumber());
      drawn.performer().specialtyCode().ifPresent(code -> specialty(row, "PSE", code));
      drawn
          .prescription()
          .ifPresent(
              prescription -> {
                row.put("PRE_PRE_DTD", prescription.on().toString());
                row.put("PFS_PRE_NUM", drawn.prescriberNumber());
                prescription.prescriber().specialtyCode().ifPresent(c -> specialty(row, "PSP", c));
              });
      if (drawn.during()) {
        row.put("PRS_HOS_DTD", drawn.from().minusDays(1).toString());
      }
      money(row, amounts);
      row.put("CPL_MAJ_TOP", dice.chance(50) ? "0" : "1");
      hub.row(row);
      rows++;
      if (drawn.hospital().isPresent()) {
        Map<String, String> stay = new LinkedHashMap<>(keys);
        stay.put("ETB_EXE_FIN", drawn.hospitalNumber());
        stay.put("ETE_GHS_NUM", drawn.during() ? "0" : "1234");
        details.get("ETE").row(stay);
      }
      if (drawn.details().isEmpty()) {
        tell(
            drawn,
            String.join(".", keys.values()) + ".PRS",
            processed,
            Optional.empty(),
            sign,
            amounts);
      }
      for (int i = 0; i < drawn.details().size(); i++) {
        Detail detail = drawn.details().get(i);
        String order = Integer.toString(i + 1);
        BigDecimal quantity = detail.quantity().multiply(sign);
        detail(keys, detail, order, quantity);
        tell(
            drawn,
            String.join(".", keys.values()) + "." + detail.source() + "." + order,
            processed,
            Optional.of(detail),
            quantity,
            amounts);
      }
    }

    private void detail(Map<String, String> keys, Detail detail, String order, BigDecimal quantity)
        throws IOException {
      String source = detail.source();
      Map<String, String> row = new LinkedHashMap<>(keys);
      row.put(source + "_ORD_NUM", order);
      row.put(source.equals("PHA") ? "PHA_PRS_C13" : source + "_PRS_IDE", detail.code());
      if (!source.equals("CAM")) {
        row.put(source + "_ACT_QSN", quantity.toPlainString());
      }
      details.get(source).row(row);
    }

    private void tell(
        Drawn drawn,
        String lineId,
        LocalDate processed,
        Optional<Detail> detail,
        BigDecimal quantity,
        LineDraft.Amounts amounts) {
      LineDraft line =
          new LineDraft(
              lineId,
              people.get(drawn.person()),
              drawn.from(),
              drawn.to(),
              processed,
              detail.map(Detail::category).orElse(drawn.kind().category()),
              drawn.kind().natureCode(),
              detail.map(d -> new LineDraft.Act(drawn.kind().system().orElseThrow(), coded(d))),
              quantity,
              drawn.performer(),
              drawn.prescription(),
              amounts,
              drawn.during(),
              false,
              Optional.empty());
      lines++;
      told.accept(new WireLine(Optional.empty(), json.bytes(line)));
    }

    /** A row that supplements an act: money, no care. */
    private void supplement() throws IOException {
      Drawn drawn = draw();
      other(drawn, "1903", "2");
      supplements++;
    }

    /** A pharmacist's fee. */
    private void fee() throws IOException {
      Drawn drawn = draw();
      other(drawn, "3364", "0");
      notCare++;
    }

    private void other(Drawn drawn, String nature, String supplement) throws IOException {
      LocalDate processed = notAfterToday(drawn.to().plusDays(3));
      Map<String, String> row = new LinkedHashMap<>(keys(processed));
      person(row, drawn.person());
      row.put("PRS_NAT_REF", nature);
      row.put("EXE_SOI_DTD", drawn.from().toString());
      row.put("PRS_ACT_QTE", "1");
      row.put("PFS_EXE_NUM", drawn.performerNumber());
      money(row, drawn.amounts());
      row.put("CPL_MAJ_TOP", supplement);
      hub.row(row);
      rows++;
    }

    private void person(Map<String, String> row, int person) {
      row.put("BEN_NIR_PSA", pseudonym(person));
      row.put("BEN_RNG_GEM", "1");
    }

    /** In the order in which they make a line's id. */
    private Map<String, String> keys(LocalDate processed) {
      Map<String, String> keys = new LinkedHashMap<>();
      // Numbers of its own for each seed, as far as they go: no line comes under another's id.
      keys.put(
          "DCT_ORD_NUM", Long.toString((1 + Math.floorMod(seed, 9_000)) * 100_000L + rows / 4));
      keys.put("FLX_DIS_DTD", processed.plusMonths(1).withDayOfMonth(1).toString());
      keys.put("FLX_EMT_NUM", Integer.toString(dice.between(1, 12)));
      keys.put("FLX_EMT_ORD", Integer.toString(dice.between(1, 4)));
      keys.put("FLX_EMT_TYP", "1");
      keys.put("FLX_TRT_DTD", processed.toString());
      keys.put("ORG_CLE_NUM", "01C" + dice.between(100_000, 100_020));
      keys.put("PRS_ORD_NUM", Long.toString(rows % 4 + 1));
      keys.put("REM_TYP_AFF", Integer.toString(dice.below(2)));
      return keys;
    }

    private LocalDate notAfterToday(LocalDate day) {
      return day.isAfter(today) ? today : day;
    }

    @Override
    public void close() throws IOException {
      hub.close();
      for (WarehouseTable table : details.values()) {
        table.close();
      }
    }
  }

  private static String source(ActSystem system) {
    return switch (system) {
      case CIP13 -> "PHA";
      case CCAM -> "CAM";
      case NABM -> "BIO";
      case LPP -> "TIP";
      // The warehouse has no code for these: the nature says it.
      case NGAP, GHM -> "";
    };
  }

  /** As the code is written elsewhere; the tables have it as a number. */
  private static String coded(Detail detail) {
    int width = detail.source().equals("BIO") ? 4 : 7;
    return "0".repeat(Math.max(0, width - detail.code().length())) + detail.code();
  }

  private static void specialty(Map<String, String> row, String whose, String code) {
    int number = Integer.parseInt(code);
    boolean doctor = number < 19;
    row.put(whose + "_SPE_COD", doctor ? Integer.toString(number) : "0");
    row.put(whose + "_ACT_NAT", doctor ? "0" : Integer.toString(number));
  }

  private static void money(Map<String, String> row, LineDraft.Amounts amounts) {
    row.put("PRS_PAI_MNT", euros(amounts.paidCents()));
    row.put("BSE_REM_BSE", euros(amounts.baseCents()));
    row.put("BSE_REM_MNT", euros(amounts.reimbursedCents()));
  }

  private static String euros(int cents) {
    return BigDecimal.valueOf(cents, 2).toPlainString();
  }

  private static String pseudonym(int person) {
    String number = Integer.toString(person);
    return "Anonyme" + "0".repeat(10 - number.length()) + number;
  }

  /** Nine characters for who performs, eight for an establishment. */
  private static String number(Trade trade, int index) {
    String digits = Integer.toString(10_000_000 + trade.number() * 10_000 + index);
    return trade == Trade.HOSPITAL ? digits : digits + "7";
  }
}
