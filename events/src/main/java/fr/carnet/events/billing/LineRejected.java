package fr.carnet.events.billing;

import java.util.List;
import java.util.Optional;

/**
 * A line that could not be taken, with everything that is wrong with it. On the insurer's own
 * topic, so it may carry the insurer's identifiers.
 *
 * @param sender who sent it
 * @param lineId as sent, where it could be read
 * @param received the bytes as received, base64
 */
public record LineRejected(
    String sender, Optional<String> lineId, List<Fault> faults, String received) {
  public static final String WIRE_NAME = "billing.line-rejected.v1";

  public LineRejected {
    faults = List.copyOf(faults);
  }

  /**
   * One thing that is wrong.
   *
   * @param field the path of the field, e.g. {@code act.code}; {@code record} for the whole line
   */
  public record Fault(String field, String code, String english, String french) {}
}
