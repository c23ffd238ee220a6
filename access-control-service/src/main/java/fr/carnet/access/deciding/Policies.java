package fr.carnet.access.deciding;

import fr.carnet.events.Wire;
import java.time.Instant;
import java.util.List;

/** Every policy that there was, oldest first: a decision uses the one of its instant. */
public record Policies(List<Policy> policies) {
  public Policies {
    policies = List.copyOf(policies);
    if (policies.isEmpty()) {
      throw new IllegalArgumentException("there is no policy");
    }
    for (int i = 1; i < policies.size(); i++) {
      if (!policies.get(i - 1).validFrom().isBefore(policies.get(i).validFrom())) {
        throw new IllegalArgumentException("policies are ordered by validFrom, oldest first");
      }
    }
    if (policies.stream().map(Policy::version).distinct().count() != policies.size()) {
      throw new IllegalArgumentException("two policies have the same version");
    }
  }

  /**
   * The policies in a file.
   *
   * @throws RuntimeException when it does not say for every profession and class what holds
   */
  public static Policies read(byte[] json) {
    return Wire.read(json, Policies.class);
  }

  /**
   * The policy in force at an instant.
   *
   * @throws IllegalStateException when none was yet
   */
  public Policy at(Instant instant) {
    return policies.stream()
        .filter(policy -> !policy.validFrom().isAfter(instant))
        .reduce((_, later) -> later)
        .orElseThrow(() -> new IllegalStateException("no policy was in force at " + instant));
  }
}
