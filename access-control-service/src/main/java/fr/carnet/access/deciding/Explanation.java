package fr.carnet.access.deciding;

import fr.carnet.access.deciding.AccessRule.Effect;
import fr.carnet.events.access.AccessDecision;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Why a decision is what it is: for the owner and the privacy officer only, as it tells what a
 * refusal hides.
 *
 * @param at the instant that was decided for; UTC
 * @param rules every rule, in the order in which they are looked at
 */
public record Explanation(Instant at, AccessDecision decision, List<Looked> rules) {
  public Explanation {
    rules = List.copyOf(rules);
  }

  /**
   * One rule, looked at on its own.
   *
   * @param inForce whether the rule held at that instant
   * @param met whether it is met
   * @param counted whether the decision rests on it: a bar that ended the matter when nothing was
   *     allowed before, or an allowance that no bar came before
   * @param facts what it looked at
   * @param source the text that the rule comes from
   */
  public record Looked(
      AccessRule rule,
      Effect effect,
      boolean inForce,
      boolean met,
      boolean counted,
      Map<String, String> facts,
      String english,
      String french,
      String source) {
    public Looked {
      facts = Map.copyOf(facts);
    }
  }
}
