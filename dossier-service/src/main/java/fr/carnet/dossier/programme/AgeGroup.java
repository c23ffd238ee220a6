package fr.carnet.dossier.programme;

/** Age in full years on the last day of a month, in groups (ours). */
public enum AgeGroup {
  UNDER_18,
  FROM_18,
  FROM_40,
  FROM_60,
  FROM_75,
  /** Nobody said when the person was born. */
  UNKNOWN;

  /** The group of this age in full years. */
  static AgeGroup of(int age) {
    if (age < 18) {
      return UNDER_18;
    }
    if (age < 40) {
      return FROM_18;
    }
    if (age < 60) {
      return FROM_40;
    }
    return age < 75 ? FROM_60 : FROM_75;
  }
}
