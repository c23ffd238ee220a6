package fr.carnet.events.trace;

import fr.carnet.events.Sealed;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Somebody read, or was refused. One for each request.
 *
 * @param action what was asked for, e.g. {@code read-care-history}
 * @param rule the code of the rule that decided
 * @param grantId the grant or wish that it rests on
 * @param policyVersion the policy that was applied
 * @param accessVersion the version of the dossier's access stream that was looked at
 * @param itemIds what was shown, item by item; ids tell nothing of their content
 * @param words a reason in words (break-glass), sealed
 * @param careRelation of a professional who was shown something: whether the dossier knew then that
 *     they care for the patient; absent in what was recorded before it was stated
 * @param keptFrom who might not know then of anything that a professional was shown; absent: nobody
 */
public record AccessTraced(
    Actor actor,
    PurposeOfUse purpose,
    String action,
    Outcome outcome,
    String rule,
    Optional<UUID> grantId,
    Optional<String> policyVersion,
    Optional<Long> accessVersion,
    List<String> itemIds,
    Optional<Sealed> words,
    Optional<Boolean> careRelation,
    Optional<List<Audience>> keptFrom) {
  public static final String WIRE_NAME = "access.traced.v1";

  public AccessTraced {
    itemIds = List.copyOf(itemIds);
    keptFrom = keptFrom.map(List::copyOf);
  }

  /** Where something of what was shown was kept from nobody. */
  public AccessTraced(
      Actor actor,
      PurposeOfUse purpose,
      String action,
      Outcome outcome,
      String rule,
      Optional<UUID> grantId,
      Optional<String> policyVersion,
      Optional<Long> accessVersion,
      List<String> itemIds,
      Optional<Sealed> words,
      Optional<Boolean> careRelation) {
    this(
        actor,
        purpose,
        action,
        outcome,
        rule,
        grantId,
        policyVersion,
        accessVersion,
        itemIds,
        words,
        careRelation,
        Optional.empty());
  }

  /** Where nothing is stated about care. */
  public AccessTraced(
      Actor actor,
      PurposeOfUse purpose,
      String action,
      Outcome outcome,
      String rule,
      Optional<UUID> grantId,
      Optional<String> policyVersion,
      Optional<Long> accessVersion,
      List<String> itemIds,
      Optional<Sealed> words) {
    this(
        actor,
        purpose,
        action,
        outcome,
        rule,
        grantId,
        policyVersion,
        accessVersion,
        itemIds,
        words,
        Optional.empty());
  }

  /** Who is told of accesses, and may not know of all that there is to see. */
  public enum Audience {
    OWNER,
    REPRESENTATIVE
  }

  /** How it ended. */
  public enum Outcome {
    RELEASED,
    REFUSED
  }
}
