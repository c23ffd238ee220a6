package fr.carnet.events.access;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import fr.carnet.events.access.EmergencyWishRecorded.Wish;
import fr.carnet.events.dossier.Representative;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * What somebody may see, and why. It holds for one request: nothing is cached.
 *
 * @param allowed whether anything shows besides what the one who asks wrote
 * @param rule code of the rule that decided
 * @param classes class codes of documents (e.g. {@code 60} reimbursements) of which every type may
 *     be shown, those to come too; empty when refused
 * @param types codes of all types that may be shown, also those of a class that shows in part
 *     ({@link fr.carnet.events.content.ItemContent#typeCode}); empty when refused
 * @param ownItems whether items show that the one who asks wrote, masked or not; possible also
 *     where nothing else is allowed
 * @param maskedToo whether masked items show as well
 * @param grantId the grant that it rests on
 * @param wish the patient's wish about emergencies that it rests on: one not said allows
 * @param policyVersion the dated policy that was applied
 * @param accessVersion version of the dossier's access stream that was looked at; 0: no event yet
 * @param until when the right ends by itself, exclusive
 * @param representationId by which somebody acts for the owner, where it rests on that
 * @param representationKind as what: who acts for a minor may know of less than an adult's guardian
 * @param representedSince from when on, inclusive: an adult's guardian may know of what is older
 *     only as it holds (ADR 21)
 */
public record AccessDecision(
    boolean allowed,
    String rule,
    Set<String> classes,
    @JsonSetter(nulls = Nulls.AS_EMPTY) Set<String> types,
    boolean ownItems,
    boolean maskedToo,
    Optional<UUID> grantId,
    Optional<Wish> wish,
    String policyVersion,
    long accessVersion,
    Optional<Instant> until,
    Optional<UUID> representationId,
    Optional<Representative.Kind> representationKind,
    Optional<Instant> representedSince) {
  /** The rule by which somebody reads who acts for the owner: some items are not for them. */
  public static final String REPRESENTATIVE = "REPRESENTATIVE";

  /** Class code of the reimbursement history. */
  public static final String REIMBURSEMENTS = "60";

  /** Type code of the reimbursement history. */
  public static final String REIMBURSEMENT_HISTORY = "REMB";

  public AccessDecision {
    classes = Set.copyOf(classes);
    types = Set.copyOf(types);
  }

  /** What is decided by whole classes. */
  public AccessDecision(
      boolean allowed,
      String rule,
      Set<String> classes,
      boolean maskedToo,
      Optional<UUID> grantId,
      String policyVersion,
      long accessVersion,
      Optional<Instant> until) {
    this(
        allowed,
        rule,
        classes,
        Set.of(),
        false,
        maskedToo,
        grantId,
        Optional.empty(),
        policyVersion,
        accessVersion,
        until,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }
}
