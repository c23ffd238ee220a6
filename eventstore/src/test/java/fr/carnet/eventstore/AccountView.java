package fr.carnet.eventstore;

import fr.carnet.events.Topic;
import fr.carnet.events.Wire;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;

/** Accounts and their movements. It adds, so an event applied twice shows in the balance. */
class AccountView implements Projection {
  /** A deposit that this projection cannot apply, until it is mended. */
  static final long POISON_CENTS = 666;

  private final String name;
  private final Topic topic;
  private volatile boolean mended;

  AccountView(String name, Topic topic) {
    this.name = name;
    this.topic = topic;
  }

  /** A new version of the code, that accepts what it could not. */
  void mend() {
    mended = true;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<Topic> topics() {
    return List.of(topic);
  }

  @Override
  public Order order() {
    return Order.CONTIGUOUS;
  }

  @Override
  public List<String> tables() {
    return List.of("account", "movement");
  }

  @Override
  public void apply(Connection tx, List<RecordedEvent> events) throws SQLException {
    try (PreparedStatement open =
            tx.prepareStatement(
                """
                INSERT INTO account (account_id, owner, balance, version, opened_at, seal, labels)
                VALUES (?, ?, 0, ?, ?, ?, jsonb_build_object('owner', ?, 'order', ARRAY[1, 2]))
                """);
        PreparedStatement deposit =
            tx.prepareStatement(
                """
                UPDATE account SET balance = balance + ?, version = ? WHERE account_id = ?
                """);
        PreparedStatement move =
            tx.prepareStatement(
                """
                INSERT INTO movement (account_id, version, event_id, cents, moved_at)
                VALUES (?, ?, ?, ?, ?)
                """)) {
      for (RecordedEvent event : events) {
        switch (event.type()) {
          case Accounts.OPENED -> {
            String owner = Wire.read(event.data(), Accounts.Opened.class).owner();
            open.setObject(1, event.streamId());
            open.setString(2, owner);
            open.setLong(3, event.version().getAsLong());
            open.setObject(4, event.time().atOffset(ZoneOffset.UTC));
            open.setBytes(5, event.data());
            open.setString(6, owner);
            open.addBatch();
            open.executeBatch();
          }
          case Accounts.DEPOSITED -> {
            long cents = Wire.read(event.data(), Accounts.Deposited.class).cents();
            if (cents == POISON_CENTS && !mended) {
              throw new IllegalStateException("not these");
            }
            deposit.setLong(1, cents);
            deposit.setLong(2, event.version().getAsLong());
            deposit.setObject(3, event.streamId());
            if (deposit.executeUpdate() != 1) {
              throw new IllegalStateException("no such account");
            }
            addMovement(move, event, cents);
          }
          default -> {
            // Unknown types are skipped.
          }
        }
      }
    }
  }

  private static void addMovement(PreparedStatement move, RecordedEvent event, long cents)
      throws SQLException {
    UUID account = event.streamId();
    move.setObject(1, account);
    move.setLong(2, event.version().getAsLong());
    move.setObject(3, event.id());
    move.setLong(4, cents);
    move.setObject(5, event.time().atOffset(ZoneOffset.UTC));
    move.executeUpdate();
  }
}
