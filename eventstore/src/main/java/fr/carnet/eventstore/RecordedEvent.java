package fr.carnet.eventstore;

import java.time.Instant;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * An event as it was recorded, whether it is read from the database or from Kafka.
 *
 * @param streamId the dossier it concerns
 * @param version its place in its stream, from 1; empty for facts that have no stream
 * @param time the clock of the database that recorded it, UTC
 * @param data the fact as JSON
 */
public record RecordedEvent(
    UUID id,
    String type,
    UUID streamId,
    OptionalLong version,
    Instant time,
    String actor,
    String correlation,
    @SuppressWarnings("ArrayRecordComponent") byte[] data) {
  @Override
  public String toString() {
    return "RecordedEvent[" + id + ", " + type + ", version " + version + "]";
  }
}
