package fr.carnet.eventstore;

import fr.carnet.events.Reason;

/** How a command ended. */
public sealed interface CommandResult {
  /**
   * It is recorded.
   *
   * @param answer what the client is told; the same bytes when it asks again with the same key
   * @param repeated whether it had been recorded before
   */
  record Done(@SuppressWarnings("ArrayRecordComponent") byte[] answer, boolean repeated)
      implements CommandResult {}

  /** Nothing was recorded. */
  record Refused(Reason reason) implements CommandResult {}
}
