package fr.carnet.eventstore;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** What a {@link TopicReader} does with records, in the transaction that moves its offset. */
public interface RecordApplier {
  /**
   * Applies records, in order within each partition. When it throws something that would fail
   * again, the reader undoes everything, and finds the record by halving.
   */
  void apply(Connection transaction, List<ConsumerRecord<byte[], byte[]>> records)
      throws SQLException;

  /** Keeps the one record that cannot be applied, with its reason, so that the others go on. */
  void park(Connection transaction, ConsumerRecord<byte[], byte[]> record, RuntimeException why)
      throws SQLException;

  /** What was applied or parked last is committed. */
  default void committed() {}

  /** Called now and then: parked records may be applicable by now. */
  default void retryParked(Connection transaction) throws SQLException {}
}
