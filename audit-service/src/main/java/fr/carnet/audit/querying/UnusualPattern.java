package fr.carnet.audit.querying;

/**
 * What is unusual enough to be looked at. A finding accuses nobody: it says where to look. The
 * thresholds are choices of this project.
 */
enum UnusualPattern {
  MANY_DOSSIERS(
      100,
      """
      SELECT actor, min(time), max(time), count(*), count(DISTINCT dossier_id), min(index), max(index)
      FROM seen WHERE outcome = 'RELEASED' GROUP BY actor, day
      HAVING count(DISTINCT dossier_id) >= ?
      """,
      "One person looked at %d different dossiers or more within one day.",
      "Une même personne a consulté au moins %d dossiers différents en une journée."),
  BREAK_GLASS_BY_NIGHT(
      3,
      """
      SELECT actor, min(time), max(time), count(*), count(DISTINCT dossier_id), min(index), max(index)
      FROM seen WHERE outcome = 'RELEASED' AND purpose = 'bris_de_glace' AND by_night
      GROUP BY actor, night HAVING count(DISTINCT dossier_id) >= ?
      """,
      "One person broke the glass of %d different dossiers or more in one night, from 22:00 to"
          + " 06:00.",
      "Une même personne a recouru au bris de glace pour au moins %d dossiers différents en une"
          + " nuit, de 22 h à 6 h."),
  WITHOUT_CARE_RELATION(
      5,
      """
      SELECT actor, min(time), max(time), count(*), count(DISTINCT dossier_id), min(index), max(index)
      FROM seen WHERE outcome = 'RELEASED' AND NOT care_relation GROUP BY actor, day
      HAVING count(DISTINCT dossier_id) >= ?
      """,
      "One professional looked within one day at %d different dossiers or more that know of no care"
          + " of theirs.",
      "Un même professionnel a consulté en une journée au moins %d dossiers différents qui ne"
          + " connaissent aucun soin de sa part."),
  REFUSALS_IN_SERIES(
      5,
      """
      SELECT actor, min(time), max(ends), max(ahead), count(DISTINCT dossier_id), min(index), max(index)
      FROM (SELECT *,
              count(*) OVER hour AS ahead, max(time) OVER hour AS ends
            FROM seen WHERE outcome = 'REFUSED'
            WINDOW hour AS (PARTITION BY actor ORDER BY time
                            RANGE BETWEEN CURRENT ROW AND '1 hour' FOLLOWING)) AS refused
      GROUP BY actor, day HAVING max(ahead) >= ?
      """,
      "One person was refused %d times or more within one hour.",
      "Une même personne a essuyé au moins %d refus en une heure.");

  /**
   * Traces of people who have a name, with their day and night in Europe/Paris. Who assists a
   * patient who is present reads nothing, and does so all day long.
   */
  private static final String SEEN =
      """
      WITH seen AS (
        SELECT *, (time AT TIME ZONE 'Europe/Paris')::date AS day,
          (time AT TIME ZONE 'Europe/Paris' - interval '6 hours')::date AS night,
          extract(hour FROM time AT TIME ZONE 'Europe/Paris') NOT BETWEEN 6 AND 21 AS by_night
        FROM trace_fact
        WHERE actor LIKE '%:%' AND action <> 'assist' AND time IS NOT NULL AND time >= ? AND time < ?)
      """;

  private final int threshold;
  private final String select;
  private final String english;
  private final String french;

  UnusualPattern(int threshold, String select, String english, String french) {
    this.threshold = threshold;
    this.select = select;
    this.english = english;
    this.french = french;
  }

  int threshold() {
    return threshold;
  }

  /** Parameters: from, to and threshold. */
  String sql() {
    return SEEN + select + " ORDER BY 2, 1 LIMIT 1000";
  }

  /** What was found, its threshold included. */
  Words words() {
    return new Words(english.formatted(threshold), french.formatted(threshold));
  }
}
