package fr.carnet.eventstore;

import fr.carnet.events.Decision;
import fr.carnet.events.Reason;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import javax.sql.DataSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * The one way in which a command becomes facts. In one transaction: fold the stream, decide, move
 * the head from the version that was folded, insert the events, write the own read model, fill the
 * outbox. Who finds the head moved decides again on the new state, a few times, and is then told.
 */
public final class CommandHandler<S, E> {
  private static final int ATTEMPTS = 5;
  private static final String UNIQUE_VIOLATION = "23505";

  private final DataSource dataSource;
  private final Aggregate<S, E> aggregate;
  private final Runnable wakeRelay;
  private final BooleanSupplier ready;
  private final Parking recovery;

  /**
   * A handler.
   *
   * @param wakeRelay called after each commit
   * @param ready false while the streams have not been compared with Kafka: nothing is accepted
   */
  public CommandHandler(
      DataSource dataSource, Aggregate<S, E> aggregate, Runnable wakeRelay, BooleanSupplier ready) {
    this.dataSource = dataSource;
    this.aggregate = aggregate;
    this.wakeRelay = wakeRelay;
    this.ready = ready;
    this.recovery = new Parking(StreamRecovery.consumer(aggregate.readModel()));
  }

  /** Decides on the state of the stream; may be called several times. */
  @FunctionalInterface
  public interface Decide<S, E> {
    /** The facts that follow, or why not. */
    Decision<E> on(S state);
  }

  /**
   * Handles a command.
   *
   * @param answer what to tell the client, from the events that were recorded (none if everything
   *     already was as asked)
   */
  public CommandResult handle(
      CommandEnvelope envelope, Decide<S, E> decide, Function<List<RecordedEvent>, byte[]> answer)
      throws SQLException {
    return handle(envelope, _ -> {}, decide, answer);
  }

  /** What has to be written before a command's events, in their transaction. */
  @FunctionalInterface
  public interface Beforehand {
    /** Writes it; undone when the command is refused. */
    void in(Connection transaction) throws SQLException;
  }

  /**
   * Handles a command that needs something written beforehand; a repeat of it writes nothing.
   *
   * @param answer as above
   */
  public CommandResult handle(
      CommandEnvelope envelope,
      Beforehand beforehand,
      Decide<S, E> decide,
      Function<List<RecordedEvent>, byte[]> answer)
      throws SQLException {
    if (!ready.getAsBoolean()) {
      return new CommandResult.Refused(StoreRefusal.NOT_READY);
    }
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      try {
        CommandResult result =
            Transactions.run(dataSource, tx -> attempt(tx, envelope, beforehand, decide, answer));
        wakeRelay.run();
        return result;
      } catch (RefusedException e) {
        return new CommandResult.Refused(e.reason);
      } catch (HeadMoved e) {
        // Somebody else was first: fold and decide again.
      } catch (SQLException e) {
        Optional<Reason> refusal = constraintOf(e).flatMap(aggregate::refusalOf);
        if (refusal.isPresent()) {
          return new CommandResult.Refused(refusal.get());
        }
        if (!isUndoneForAnother(e)) {
          throw e;
        }
      }
    }
    return new CommandResult.Refused(StoreRefusal.CONCURRENT_UPDATE);
  }

  private CommandResult attempt(
      Connection tx,
      CommandEnvelope envelope,
      Beforehand beforehand,
      Decide<S, E> decide,
      Function<List<RecordedEvent>, byte[]> answer)
      throws SQLException {
    Holds.shared(tx, aggregate.readModel().name());
    if (envelope.idempotency().isPresent()) {
      Optional<byte[]> earlier = claim(tx, envelope.streamId(), envelope.idempotency().get());
      if (earlier.isPresent()) {
        return new CommandResult.Done(earlier.get(), true);
      }
    }
    if (!recovery.stopped(tx, List.of(envelope.streamId().toString())).isEmpty()) {
      // Kafka holds an event of this stream that could not be recorded again: a new one would begin
      // a second history.
      throw new RefusedException(StoreRefusal.STREAM_STOPPED);
    }
    beforehand.in(tx);
    Folded<S> folded = fold(tx, envelope.streamId());
    List<E> events =
        switch (decide.on(folded.state())) {
          case Decision.Accepted<E> accepted -> accepted.events();
          case Decision.Refused<E> refused -> throw new RefusedException(refused.reason());
        };
    List<RecordedEvent> recorded = List.of();
    if (!events.isEmpty()) {
      Streams.moveHead(tx, envelope.streamId(), folded.version(), events.size());
      recorded = insert(tx, envelope, folded.version(), events);
      aggregate.readModel().apply(tx, recorded);
      Outbox.put(tx, entries(tx, recorded));
    }
    byte[] told = answer.apply(recorded);
    if (envelope.idempotency().isPresent()) {
      keepAnswer(tx, envelope.idempotency().get(), told);
    }
    return new CommandResult.Done(told, false);
  }

  private record Folded<S>(S state, long version) {}

  private Folded<S> fold(Connection tx, UUID streamId) throws SQLException {
    S state = aggregate.initial();
    long version = 0;
    try (PreparedStatement select =
        tx.prepareStatement(
            "SELECT version, type, data FROM event WHERE stream_id = ? ORDER BY version")) {
      select.setObject(1, streamId);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          version = rows.getLong(1);
          state = aggregate.evolve(state, aggregate.read(rows.getString(2), rows.getBytes(3)));
        }
      }
    }
    return new Folded<>(state, version);
  }

  private List<RecordedEvent> insert(
      Connection tx, CommandEnvelope envelope, long version, List<E> events) throws SQLException {
    List<RecordedEvent> recorded = new ArrayList<>();
    try (PreparedStatement insert =
        tx.prepareStatement(
            """
            INSERT INTO event (stream_id, version, id, type, time, actor, correlation, data)
            VALUES (?, ?, ?, ?, clock_timestamp(), ?, ?, ?)
            RETURNING time
            """)) {
      for (int i = 0; i < events.size(); i++) {
        E event = events.get(i);
        UUID id = eventId(envelope.commandId(), i);
        String type = aggregate.wireName(event);
        byte[] data = fr.carnet.events.Wire.write(event);
        insert.setObject(1, envelope.streamId());
        insert.setLong(2, version + 1 + i);
        insert.setObject(3, id);
        insert.setString(4, type);
        insert.setString(5, envelope.actor());
        insert.setString(6, envelope.correlation());
        insert.setBytes(7, data);
        try (ResultSet row = insert.executeQuery()) {
          row.next();
          recorded.add(
              new RecordedEvent(
                  id,
                  type,
                  envelope.streamId(),
                  OptionalLong.of(version + 1 + i),
                  row.getObject(1, OffsetDateTime.class).toInstant(),
                  envelope.actor(),
                  envelope.correlation(),
                  data));
        }
      }
    }
    return recorded;
  }

  private List<Outbox.Entry> entries(Connection tx, List<RecordedEvent> recorded)
      throws SQLException {
    List<Outbox.Entry> entries = new ArrayList<>();
    for (RecordedEvent event : recorded) {
      entries.add(
          new Outbox.Entry(
              event.id(),
              aggregate.topic(),
              event.streamId().toString(),
              event.type(),
              Optional.of(event.streamId().toString()),
              event.version(),
              event.actor(),
              event.correlation(),
              Optional.of(event.data())));
    }
    entries.addAll(aggregate.alsoPublish(tx, recorded));
    return entries;
  }

  /** The id of the n-th event of a command, the same each time it is asked. */
  public static UUID eventId(UUID commandId, int index) {
    return index == 0
        ? commandId
        : UUID.nameUUIDFromBytes((commandId + "/" + index).getBytes(StandardCharsets.UTF_8));
  }

  /** Claims the key, or yields what was answered the first time. Waits for a twin in flight. */
  private static Optional<byte[]> claim(
      Connection tx, UUID streamId, CommandEnvelope.Idempotency idempotency) throws SQLException {
    try (PreparedStatement insert =
        tx.prepareStatement(
            """
            INSERT INTO command_receipt (scope, key, request_digest, stream_id) VALUES (?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            """)) {
      insert.setString(1, idempotency.scope());
      insert.setString(2, idempotency.key());
      insert.setBytes(3, idempotency.requestDigest());
      insert.setObject(4, streamId);
      if (insert.executeUpdate() == 1) {
        return Optional.empty();
      }
    }
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT request_digest = ?, answer FROM command_receipt WHERE scope = ? AND key = ?
            """)) {
      select.setBytes(1, idempotency.requestDigest());
      select.setString(2, idempotency.scope());
      select.setString(3, idempotency.key());
      try (ResultSet row = select.executeQuery()) {
        if (!row.next()) {
          throw new HeadMoved();
        }
        if (!row.getBoolean(1)) {
          throw new RefusedException(StoreRefusal.IDEMPOTENCY_KEY_REUSED);
        }
        return Optional.of(row.getBytes(2));
      }
    }
  }

  private static void keepAnswer(
      Connection tx, CommandEnvelope.Idempotency idempotency, byte[] answer) throws SQLException {
    try (PreparedStatement update =
        tx.prepareStatement("UPDATE command_receipt SET answer = ? WHERE scope = ? AND key = ?")) {
      update.setBytes(1, answer);
      update.setString(2, idempotency.scope());
      update.setString(3, idempotency.key());
      update.executeUpdate();
    }
  }

  /** A statement of a batch fails with an exception about the batch; the cause says which. */
  private static Optional<String> constraintOf(SQLException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof PSQLException postgres
          && UNIQUE_VIOLATION.equals(postgres.getSQLState())) {
        return Optional.ofNullable(postgres.getServerErrorMessage())
            .map(ServerErrorMessage::getConstraint);
      }
    }
    return Optional.empty();
  }

  /** Deadlock or serialization: the database undid this transaction so that another could go on. */
  private static boolean isUndoneForAnother(SQLException e) {
    return e.getSQLState() != null && e.getSQLState().startsWith("40");
  }

  private static final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial")
    private final Reason reason;

    RefusedException(Reason reason) {
      super(reason.code(), null, false, false);
      this.reason = reason;
    }
  }
}
