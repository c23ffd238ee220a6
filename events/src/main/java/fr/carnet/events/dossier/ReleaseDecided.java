package fr.carnet.events.dossier;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * The privacy officer decided on a request.
 *
 * @param release absent where it was declined
 */
public record ReleaseDecided(UUID requestId, Reason reason, Optional<Release> release)
    implements DossierEvent {
  public static final String WIRE_NAME = "dossier.release-decided.v1";

  /**
   * One look at the archive.
   *
   * @param endsAt until when, exclusive, UTC
   * @param secretHash SHA-256 of the 256 random bits that its bearer was given; base64url. They
   *     stand nowhere
   */
  public record Release(Instant endsAt, String secretHash) {}

  /** Why it was granted or declined. */
  public enum Reason {
    /** Heirs: to know the causes of the death (CSP L1110-4). */
    CAUSES_OF_DEATH(true),
    /** Heirs: to defend the memory of the deceased (CSP L1110-4). */
    MEMORY_OF_THE_DECEASED(true),
    /** Heirs: to claim their rights (CSP L1110-4). */
    RIGHTS_OF_THE_HEIRS(true),
    /** An order of a court. */
    COURT_ORDER(true),
    /** The person opposed it while alive. */
    OPPOSED_WHILE_ALIVE(false),
    /** That the requester is entitled was not shown. */
    STANDING_NOT_SHOWN(false),
    /** None of the purposes that the law knows. */
    NO_LAWFUL_PURPOSE(false);

    private final boolean grants;

    Reason(boolean grants) {
      this.grants = grants;
    }

    /** Whether it is a reason to grant. */
    public boolean grants() {
      return grants;
    }
  }
}
