package fr.carnet.access.deciding;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Every policy that there was, oldest first, and the table of all rules there ever were: a decision
 * uses the policy of its instant.
 */
public record Policies(List<Policy> policies, List<RuleText> rules) {
  public Policies {
    policies = List.copyOf(policies);
    rules = List.copyOf(rules);
  }

  /** The policy in force at an instant; none before the first. */
  public Optional<Policy> inForceAt(Instant instant) {
    return policies.stream()
        .filter(policy -> !policy.validFrom().isAfter(instant))
        .reduce((_, later) -> later);
  }

  /**
   * The policy in force at an instant.
   *
   * @throws IllegalStateException when none was yet
   */
  public Policy at(Instant instant) {
    return inForceAt(instant)
        .orElseThrow(() -> new IllegalStateException("no policy was in force at " + instant));
  }
}
