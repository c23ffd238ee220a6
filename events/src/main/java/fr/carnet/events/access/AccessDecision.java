package fr.carnet.events.access;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * What somebody may see, and why. It holds for one request: nothing is cached.
 *
 * @param rule code of the rule that decided
 * @param classes class codes of documents (e.g. {@code 60} reimbursements) that may be shown; empty
 *     when refused
 * @param maskedToo whether masked items show as well
 * @param grantId the grant that it rests on
 * @param policyVersion the dated policy that was applied
 * @param accessVersion version of the dossier's access stream that was looked at; 0: no event yet
 * @param until when the right ends by itself, exclusive
 */
public record AccessDecision(
    boolean allowed,
    String rule,
    Set<String> classes,
    boolean maskedToo,
    Optional<UUID> grantId,
    String policyVersion,
    long accessVersion,
    Optional<Instant> until) {
  /** Class code of the reimbursement history. */
  public static final String REIMBURSEMENTS = "60";

  public AccessDecision {
    classes = Set.copyOf(classes);
  }
}
