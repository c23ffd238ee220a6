package fr.carnet.billing;

import java.util.List;
import java.util.Optional;

/** The kinds of care of the demo, with real codes of the public nomenclatures. */
final class CareKinds {
  private CareKinds() {}

  static final CareKind GP_VISIT =
      of(
          Category.MEDICAL_CARE,
          "1111",
          ActSystem.NGAP,
          "C G GS",
          Trade.GENERAL_PRACTITIONER,
          false,
          2500,
          3000);
  static final CareKind GP_VISIT_BY_NATURE =
      new CareKind(
          Category.MEDICAL_CARE,
          "1111",
          Optional.empty(),
          List.of(),
          Trade.GENERAL_PRACTITIONER,
          false,
          2500,
          3000);
  static final CareKind CARDIOLOGY_VISIT =
      of(
          Category.MEDICAL_CARE,
          "1112",
          ActSystem.NGAP,
          "CS",
          Trade.CARDIOLOGIST,
          false,
          2800,
          6000);
  static final CareKind CARDIOGRAM =
      of(
          Category.MEDICAL_CARE,
          "1352",
          ActSystem.CCAM,
          "DEQP003",
          Trade.CARDIOLOGIST,
          false,
          1426,
          1426);
  static final CareKind EYE_CARE =
      of(
          Category.MEDICAL_CARE,
          "1352",
          ActSystem.CCAM,
          "BGQP002 BLQP010",
          Trade.OPHTHALMOLOGIST,
          false,
          2500,
          5000);
  static final CareKind MIDWIFERY =
      of(Category.MEDICAL_CARE, "3113", ActSystem.NGAP, "SF SP", Trade.MIDWIFE, true, 2500, 4500);
  static final CareKind NURSING =
      of(Category.MEDICAL_CARE, "3111", ActSystem.NGAP, "AMI", Trade.NURSE, true, 315, 1260);
  static final CareKind NURSING_DAILY =
      of(Category.MEDICAL_CARE, "3112", ActSystem.NGAP, "AIS", Trade.NURSE, true, 795, 1060);
  static final CareKind PHYSIOTHERAPY =
      of(
          Category.MEDICAL_CARE,
          "3122",
          ActSystem.NGAP,
          "AMK AMS",
          Trade.PHYSIOTHERAPIST,
          true,
          1613,
          2043);
  static final CareKind DENTAL_VISIT =
      of(Category.DENTAL_CARE, "1111", ActSystem.NGAP, "C", Trade.DENTIST, false, 2300, 2300);
  static final CareKind DENTAL_ACT =
      of(
          Category.DENTAL_CARE,
          "1352",
          ActSystem.CCAM,
          "HBJD001 HBMD058 HBMD050 HBMD053 HBMD042 HBGD036",
          Trade.DENTIST,
          false,
          2892,
          9000);
  static final CareKind DENTAL_CROWN =
      of(
          Category.DENTAL_CARE,
          "1423",
          ActSystem.CCAM,
          "HBLD490",
          Trade.DENTIST,
          false,
          6000,
          55000);
  static final CareKind MEDICINE =
      of(
          Category.MEDICATION,
          "3313",
          ActSystem.CIP13,
          cip13(
              "3195949 3351510 3421794 3421819 3132021 3575729 3304410 3306018 3028097 3028105 3234520 3474508 3364493 3068145 3284506 3507082 3507662"),
          Trade.PHARMACY,
          true,
          118,
          4200);
  static final CareKind MEDICINE_WHOLLY_PAID =
      of(
          Category.MEDICATION,
          "3311",
          ActSystem.CIP13,
          cip13("3038374 3312757 3507685"),
          Trade.PHARMACY,
          true,
          1000,
          90000);
  static final CareKind VACCINE =
      of(
          Category.VACCINATION,
          "3313",
          ActSystem.CIP13,
          cip13("3646607 3646642 3477441"),
          Trade.PHARMACY,
          true,
          600,
          3200);
  static final CareKind DEVICE =
      of(
          Category.DEVICE,
          "3521",
          ActSystem.LPP,
          "1101826 1245459 1132985",
          Trade.DEVICE_SUPPLIER,
          true,
          500,
          40000);
  static final CareKind DEVICE_AT_PHARMACY =
      of(
          Category.DEVICE,
          "3512",
          ActSystem.LPP,
          "1100028 1100034 1101826",
          Trade.PHARMACY,
          true,
          300,
          6000);
  static final CareKind BREATHING_DEVICE =
      of(
          Category.DEVICE,
          "3511",
          ActSystem.LPP,
          "1128104 1103156",
          Trade.DEVICE_SUPPLIER,
          true,
          1000,
          30000);
  static final CareKind GLASSES =
      of(
          Category.DEVICE,
          "3531",
          ActSystem.LPP,
          "2203948",
          Trade.DEVICE_SUPPLIER,
          true,
          3000,
          30000);
  static final CareKind X_RAY =
      of(
          Category.IMAGING,
          "1351",
          ActSystem.CCAM,
          "ZBQK002 NFQK001 ACQN001 LBQK001",
          Trade.RADIOLOGIST,
          true,
          2127,
          9000);
  static final CareKind ULTRASOUND =
      of(
          Category.IMAGING,
          "1324",
          ActSystem.CCAM,
          "ZCQM006 ZCQM008 EBQM001 DZQM006",
          Trade.RADIOLOGIST,
          true,
          5200,
          9600);
  static final CareKind MAMMOGRAPHY =
      of(
          Category.IMAGING,
          "1351",
          ActSystem.CCAM,
          "QEQK001 QEQK005 QEQJ001",
          Trade.RADIOLOGIST,
          true,
          6638,
          6900);
  static final CareKind DENTAL_X_RAY =
      of(Category.IMAGING, "1351", ActSystem.CCAM, "HBQK002", Trade.DENTIST, false, 2128, 2128);
  static final CareKind BLOOD_TEST =
      of(
          Category.LABORATORY,
          "3211",
          ActSystem.NABM,
          "1104 1208 1577 1804 1806 1609 1127 1213 1139 1603 9005 0552 0592 0593 0996 0126 0514 0519 0522",
          Trade.LABORATORY,
          true,
          135,
          1755);
  static final CareKind HOSPITAL_STAY =
      of(
          Category.HOSPITAL_STAY,
          "2111",
          ActSystem.GHM,
          "05M092 06K04J 08C481 04M053 14Z13A 28Z04Z 02C05J 11M041",
          Trade.HOSPITAL,
          false,
          60000,
          900000);
  static final CareKind SURGERY =
      of(
          Category.MEDICAL_CARE,
          "1321",
          ActSystem.CCAM,
          "HHFA001 NEKA020 NFFA002 QZFA031",
          Trade.SURGEON,
          false,
          8000,
          70000);

  /** Every kind, in a fixed order. */
  static final List<CareKind> ALL =
      List.of(
          GP_VISIT,
          GP_VISIT_BY_NATURE,
          CARDIOLOGY_VISIT,
          CARDIOGRAM,
          EYE_CARE,
          MIDWIFERY,
          NURSING,
          NURSING_DAILY,
          PHYSIOTHERAPY,
          DENTAL_VISIT,
          DENTAL_ACT,
          DENTAL_CROWN,
          MEDICINE,
          MEDICINE_WHOLLY_PAID,
          VACCINE,
          DEVICE,
          DEVICE_AT_PHARMACY,
          BREATHING_DEVICE,
          GLASSES,
          X_RAY,
          ULTRASOUND,
          MAMMOGRAPHY,
          DENTAL_X_RAY,
          BLOOD_TEST,
          HOSPITAL_STAY,
          SURGERY);

  private static CareKind of(
      Category category,
      String nature,
      ActSystem system,
      String codes,
      Trade trade,
      boolean prescribed,
      int low,
      int high) {
    return new CareKind(
        category, nature, Optional.of(system), words(codes), trade, prescribed, low, high);
  }

  /** A CIP13 is 34009, the seven digits of the older CIP7, and the EAN digit. */
  private static String cip13(String cip7s) {
    return String.join(
        " ", words(cip7s).stream().map(cip7 -> CheckDigits.withEan("34009" + cip7)).toList());
  }

  private static List<String> words(String text) {
    return List.of(text.split(" ", -1));
  }
}
