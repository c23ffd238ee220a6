package fr.carnet.eventstore;

import fr.carnet.events.Topic;
import fr.carnet.events.Wire;
import fr.carnet.events.trace.AccessTraced;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/** Facts on their way to Kafka, written in the transaction that they belong to. */
public final class Outbox {
  /** Kafka's default limit is 1 MiB for a record with its headers. */
  private static final int MAX_PAYLOAD_BYTES = 900_000;

  private Outbox() {}

  /**
   * A fact to publish.
   *
   * @param key the Kafka key
   * @param subject the dossier's id, empty on the insurer's own topics
   * @param payload empty for a tombstone
   */
  public record Entry(
      UUID id,
      Topic topic,
      String key,
      String type,
      Optional<String> subject,
      OptionalLong version,
      String actor,
      String correlation,
      Optional<byte[]> payload) {

    /**
     * The trace of an access.
     *
     * @param dossier absent when what was read is not of one
     */
    public static Entry ofTrace(
        UUID id, Optional<UUID> dossier, AccessTraced trace, String correlation) {
      Optional<String> subject = dossier.map(UUID::toString);
      return new Entry(
          id,
          Topic.ACCESS_TRACES,
          subject.orElse(""),
          AccessTraced.WIRE_NAME,
          subject,
          OptionalLong.empty(),
          trace.actor().label(),
          correlation,
          Optional.of(Wire.write(trace)));
    }
  }

  /**
   * Does all that {@link #put} does, and takes it back: nothing is published. Where there is
   * nothing to tell of, a transaction that ends with this takes as long as one that does tell, so
   * whoever waits for it does not learn which it was.
   */
  public static void putInVain(Connection transaction, List<Entry> entries) throws SQLException {
    // Not by deleting: whoever reads the database's log would still find it.
    Savepoint before = transaction.setSavepoint();
    put(transaction, entries);
    transaction.rollback(before);
  }

  /** Puts facts in the queue, in this order. */
  public static void put(Connection transaction, List<Entry> entries) throws SQLException {
    if (entries.isEmpty()) {
      return;
    }
    try (PreparedStatement insert =
        transaction.prepareStatement(
            """
            INSERT INTO outbox
              (id, aggregatetype, aggregateid, type, payload, subject, streamversion, actor,
               correlation, time)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?,
                    coalesce((SELECT time FROM event WHERE id = ?), clock_timestamp()))
            """)) {
      for (Entry entry : entries) {
        byte[] payload = entry.payload().orElse(null);
        if (payload != null && payload.length > MAX_PAYLOAD_BYTES) {
          // Better refused here than stuck at the head of the queue for ever.
          throw new IllegalArgumentException("a fact of " + payload.length + " bytes is too large");
        }
        insert.setObject(1, entry.id());
        insert.setString(2, entry.topic().wireName());
        insert.setString(3, entry.key());
        insert.setString(4, entry.type());
        insert.setBytes(5, payload);
        insert.setString(6, entry.subject().orElse(null));
        insert.setObject(7, entry.version().isPresent() ? entry.version().getAsLong() : null);
        insert.setString(8, entry.actor());
        insert.setString(9, entry.correlation());
        // An event has one time: rows made from Kafka must equal rows made with the append.
        insert.setObject(10, entry.id());
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }
}
