package fr.carnet.access.deciding;

/**
 * Every rule by which somebody may or may not see a dossier, in the order in which they are looked
 * at. What each says to people, from which text it comes and when it holds is dated data: {@link
 * Policies}.
 */
public enum AccessRule {
  BARRED_PARTY(Effect.BAR),
  NOT_A_CARE_PROFESSIONAL(Effect.BAR),
  OCCUPATIONAL_DOCTOR(Effect.BAR),
  UNKNOWN_DOSSIER(Effect.BAR),
  OWNER(Effect.ALLOW),
  REPRESENTATIVE(Effect.ALLOW),
  ANOTHER_PATIENT(Effect.BAR),
  STOPPED(Effect.BAR),
  DOSSIER_CLOSED(Effect.BAR),
  BLOCKED(Effect.BAR),
  OCCUPATIONAL_WITHOUT_CONSENT(Effect.BAR),
  TREATING_PHYSICIAN(Effect.ALLOW),
  BREAK_GLASS(Effect.ALLOW),
  MEDICAL_REGULATION(Effect.ALLOW),
  GRANT(Effect.ALLOW),
  AUTHOR(Effect.ALLOW),
  /** Always met: what came before it is all that there is. */
  NO_STANDING(Effect.BAR);

  /** What follows when a rule is met. */
  public enum Effect {
    /** Ends the matter: what was allowed before it is all. */
    BAR,
    /** Adds to what was allowed before it. */
    ALLOW
  }

  private final Effect effect;

  AccessRule(Effect effect) {
    this.effect = effect;
  }

  /** What follows when it is met. */
  public Effect effect() {
    return effect;
  }

  /**
   * The code that is told. Refusals that would tell something of the dossier, or of its patient's
   * wishes, share one; what depends on the role alone has its own.
   */
  public String outward() {
    return switch (this) {
      case BARRED_PARTY,
          NOT_A_CARE_PROFESSIONAL,
          OWNER,
          REPRESENTATIVE,
          TREATING_PHYSICIAN,
          BREAK_GLASS,
          MEDICAL_REGULATION,
          GRANT,
          AUTHOR,
          NO_STANDING ->
          name();
      case OCCUPATIONAL_DOCTOR,
          UNKNOWN_DOSSIER,
          ANOTHER_PATIENT,
          STOPPED,
          DOSSIER_CLOSED,
          BLOCKED,
          OCCUPATIONAL_WITHOUT_CONSENT ->
          NO_STANDING.name();
    };
  }
}
