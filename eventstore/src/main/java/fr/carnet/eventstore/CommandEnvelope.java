package fr.carnet.eventstore;

import java.util.Optional;
import java.util.UUID;

/**
 * What comes with every command.
 *
 * @param commandId id of the first event that follows; the others' ids derive from it
 * @param actor who asks, in clear facts only
 */
public record CommandEnvelope(
    UUID streamId,
    UUID commandId,
    String actor,
    String correlation,
    Optional<Idempotency> idempotency) {

  /**
   * The client's {@code Idempotency-Key}.
   *
   * @param scope whose key it is, as an opaque text
   * @param key as sent
   * @param requestDigest of method, path and body: the same key for another request is an error
   */
  public record Idempotency(
      String scope, String key, @SuppressWarnings("ArrayRecordComponent") byte[] requestDigest) {}
}
