package fr.carnet.billing;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Plausible care: one thing leads to another, a visit to a prescription, a stay to its acts.
 *
 * <p>Care begins on days of the 30 months before today, so that about a fifth is older than the
 * window; the insurer processes it 2 to 20 days later, at the latest today.
 */
final class Episodes {
  private static final int MONTHS = 30;
  private static final BigDecimal HALF = new BigDecimal("0.5");

  private static final List<CareKind> ONE_OF_EACH_CATEGORY =
      List.of(
          CareKinds.MEDICINE,
          CareKinds.VACCINE,
          CareKinds.DEVICE,
          CareKinds.HOSPITAL_STAY,
          CareKinds.GP_VISIT,
          CareKinds.DENTAL_ACT,
          CareKinds.ULTRASOUND,
          CareKinds.BLOOD_TEST);

  private final Dice dice;
  private final Providers providers;
  private final LineIds ids;
  private final LocalDate today;
  private final LocalDate earliest;
  private final int days;

  Episodes(Dice dice, Providers providers, LineIds ids, LocalDate today) {
    this.dice = dice;
    this.providers = providers;
    this.ids = ids;
    this.today = today;
    earliest = today.minusMonths(MONTHS);
    days = Math.toIntExact(ChronoUnit.DAYS.between(earliest, today));
  }

  /** The lines of one episode of {@code person}'s care, one at least. */
  List<LineDraft> next(Beneficiary person) {
    LocalDate day = earliest.plusDays(dice.below(days));
    List<LineDraft> lines = new ArrayList<>();
    int kind = dice.below(100);
    if (kind < 42) {
      visit(lines, person, day);
    } else if (kind < 52) {
      heart(lines, person, day);
    } else if (kind < 60) {
      teeth(lines, person, day);
    } else if (kind < 66) {
      series(lines, person, day, CareKinds.PHYSIOTHERAPY);
    } else if (kind < 73) {
      series(lines, person, day, dice.chance(50) ? CareKinds.NURSING : CareKinds.NURSING_DAILY);
    } else if (kind < 80) {
      lines.add(line(person, CareKinds.VACCINE, day));
      lines.add(line(person, CareKinds.GP_VISIT, day.plusDays(dice.below(4))));
    } else if (kind < 87) {
      device(lines, person, day);
    } else if (kind < 94) {
      stay(lines, person, day);
    } else {
      women(lines, person, day);
    }
    return lines;
  }

  /** One ordinary line of each category, on days of the window. */
  List<LineDraft> ofEveryCategory(Beneficiary person) {
    Window window = new Window(today);
    int windowDays = Math.toIntExact(ChronoUnit.DAYS.between(window.first(), today));
    return ONE_OF_EACH_CATEGORY.stream()
        .map(kind -> line(person, kind, window.first().plusDays(dice.below(windowDays))))
        .toList();
  }

  /** A product dispensed with {@code care}, on the same day. */
  LineDraft productWith(Beneficiary person, LineDraft care) {
    return line(person, CareKinds.MEDICINE, care.careFrom());
  }

  private void visit(List<LineDraft> lines, Beneficiary person, LocalDate day) {
    CareKind kind = dice.chance(30) ? CareKinds.GP_VISIT_BY_NATURE : CareKinds.GP_VISIT;
    Provider doctor = usual(person, Trade.GENERAL_PRACTITIONER);
    // The doctor whom people go back to is also the one that their reimbursements name.
    lines.add(line(person, kind, day).withPerformer(doctor).withTreatingPhysician(doctor.rpps()));
    Optional<LineDraft.Prescription> prescription =
        Optional.of(new LineDraft.Prescription(doctor, day));
    if (dice.chance(70)) {
      LocalDate dispensed = day.plusDays(dice.below(3));
      for (int left = dice.between(1, 4); left > 0; left--) {
        CareKind medicine = dice.chance(90) ? CareKinds.MEDICINE : CareKinds.MEDICINE_WHOLLY_PAID;
        lines.add(line(person, medicine, dispensed, dispensed, prescription, false));
      }
    }
    if (dice.chance(30)) {
      LocalDate sampled = day.plusDays(dice.between(1, 7));
      for (int left = dice.between(2, 6); left > 0; left--) {
        lines.add(line(person, CareKinds.BLOOD_TEST, sampled, sampled, prescription, false));
      }
    }
    if (dice.chance(20)) {
      LocalDate imaged = day.plusDays(dice.between(2, 30));
      CareKind imaging = dice.chance(50) ? CareKinds.X_RAY : CareKinds.ULTRASOUND;
      lines.add(line(person, imaging, imaged, imaged, prescription, false));
    }
  }

  private void heart(List<LineDraft> lines, Beneficiary person, LocalDate day) {
    Provider cardiologist = dice.pick(providers.of(Trade.CARDIOLOGIST));
    lines.add(line(person, CareKinds.CARDIOLOGY_VISIT, day).withPerformer(cardiologist));
    lines.add(line(person, CareKinds.CARDIOGRAM, day).withPerformer(cardiologist));
  }

  private void teeth(List<LineDraft> lines, Beneficiary person, LocalDate day) {
    Provider dentist = usual(person, Trade.DENTIST);
    lines.add(line(person, CareKinds.DENTAL_VISIT, day).withPerformer(dentist));
    lines.add(line(person, CareKinds.DENTAL_ACT, day).withPerformer(dentist));
    if (dice.chance(30)) {
      lines.add(line(person, CareKinds.DENTAL_X_RAY, day).withPerformer(dentist));
    }
    if (dice.chance(15)) {
      lines.add(line(person, CareKinds.DENTAL_CROWN, day.plusDays(14)).withPerformer(dentist));
    }
  }

  private void series(List<LineDraft> lines, Beneficiary person, LocalDate day, CareKind kind) {
    Provider performer = dice.pick(providers.of(kind.trade()));
    Provider doctor = usual(person, Trade.GENERAL_PRACTITIONER);
    Optional<LineDraft.Prescription> prescription =
        Optional.of(new LineDraft.Prescription(doctor, day.minusDays(dice.below(10))));
    LocalDate session = day;
    for (int left = dice.between(3, 6); left > 0; left--) {
      lines.add(line(person, kind, session, session, prescription, false).withPerformer(performer));
      session = session.plusDays(dice.between(1, 4));
    }
  }

  private void device(List<LineDraft> lines, Beneficiary person, LocalDate day) {
    CareKind kind =
        dice.pick(
            List.of(
                CareKinds.DEVICE,
                CareKinds.DEVICE_AT_PHARMACY,
                CareKinds.GLASSES,
                CareKinds.BREATHING_DEVICE));
    if (kind.equals(CareKinds.GLASSES)) {
      lines.add(line(person, CareKinds.EYE_CARE, day));
    }
    lines.add(line(person, kind, day.plusDays(dice.below(10))));
  }

  private void stay(List<LineDraft> lines, Beneficiary person, LocalDate day) {
    Provider hospital = dice.pick(providers.of(Trade.HOSPITAL));
    LocalDate left = notAfterToday(day.plusDays(dice.below(9)));
    lines.add(
        line(person, CareKinds.HOSPITAL_STAY, day, left, Optional.empty(), false)
            .withPerformer(hospital));
    if (dice.chance(60)) {
      Provider surgeon = dice.pick(providers.of(Trade.SURGEON)).in(hospital);
      lines.add(
          line(person, CareKinds.SURGERY, day, day, Optional.empty(), true).withPerformer(surgeon));
      LineDraft.Prescription prescription = new LineDraft.Prescription(surgeon, day);
      lines.add(
          line(person, CareKinds.X_RAY, day, day, Optional.of(prescription), true)
              .withPerformer(dice.pick(providers.of(Trade.RADIOLOGIST)).in(hospital)));
    }
  }

  private void women(List<LineDraft> lines, Beneficiary person, LocalDate day) {
    if (!person.woman() || person.minor()) {
      visit(lines, person, day);
    } else if (dice.chance(50)) {
      lines.add(line(person, CareKinds.MAMMOGRAPHY, day));
    } else {
      series(lines, person, day, CareKinds.MIDWIFERY);
    }
  }

  private LineDraft line(Beneficiary person, CareKind kind, LocalDate day) {
    LocalDate began = notAfterToday(day);
    Optional<LineDraft.Prescription> prescription =
        kind.prescribed()
            ? Optional.of(
                new LineDraft.Prescription(
                    usual(person, Trade.GENERAL_PRACTITIONER), began.minusDays(dice.below(8))))
            : Optional.empty();
    return line(person, kind, began, began, prescription, false);
  }

  private LineDraft line(
      Beneficiary person,
      CareKind kind,
      LocalDate from,
      LocalDate to,
      Optional<LineDraft.Prescription> prescription,
      boolean duringHospitalStay) {
    LocalDate began = notAfterToday(from);
    LocalDate ended = notAfterToday(to);
    return new LineDraft(
        ids.next(),
        person.ins(),
        began,
        ended,
        notAfterToday(ended.plusDays(dice.between(2, 20))),
        kind.category(),
        kind.natureCode(),
        kind.act(dice.below(kind.acts())),
        quantity(kind),
        kind.trade() == Trade.PHARMACY
            ? usual(person, Trade.PHARMACY)
            : dice.pick(providers.of(kind.trade())),
        prescription,
        amounts(kind),
        duringHospitalStay,
        false,
        Optional.empty());
  }

  private BigDecimal quantity(CareKind kind) {
    if (kind.category() != Category.MEDICATION) {
      return BigDecimal.ONE;
    }
    BigDecimal boxes = BigDecimal.valueOf(dice.between(1, 3));
    return dice.chance(5) ? boxes.add(HALF) : boxes;
  }

  private LineDraft.Amounts amounts(CareKind kind) {
    int base = dice.between(kind.lowCents(), kind.highCents());
    int paid = dice.chance(20) ? base + dice.below(2000) : base;
    return new LineDraft.Amounts(paid, base, base * 7 / 10);
  }

  /** People go back to the same doctor, dentist and pharmacy. */
  private Provider usual(Beneficiary person, Trade trade) {
    List<Provider> all = providers.of(trade);
    return all.get(Math.floorMod(person.ins().hashCode() + trade.number(), all.size()));
  }

  private LocalDate notAfterToday(LocalDate day) {
    return day.isAfter(today) ? today : day;
  }
}
