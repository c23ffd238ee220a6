package fr.carnet.audit.sequencing;

import fr.carnet.audit.proving.StoredTree;
import fr.carnet.audit.sequencing.LogEntry.Content;
import fr.carnet.events.Wire;
import fr.carnet.eventstore.Transactions;
import fr.carnet.transparency.Hash;
import fr.carnet.transparency.Tile;
import fr.carnet.transparency.TreeEdge;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.apache.kafka.common.TopicPartition;

/** The log in the database. Only a sequencer whose (size, epoch) still holds can write it. */
final class LogTables {
  private static final int INSERTED_AT_ONCE = 2_000;

  private final DataSource dataSource;
  private final String log;

  LogTables(DataSource dataSource, String log) {
    this.dataSource = dataSource;
    this.log = log;
  }

  /** Begins a new epoch, above this one: from here on nobody who led before can append. */
  Head begin(long above) throws SQLException {
    return Transactions.run(
        dataSource,
        tx -> {
          try (PreparedStatement update =
              tx.prepareStatement(
                  """
                  UPDATE log_head SET epoch = greatest(epoch, ?) + 1 WHERE name = ?
                  RETURNING epoch, batches, size
                  """)) {
            update.setLong(1, above);
            update.setString(2, log);
            try (ResultSet row = update.executeQuery()) {
              row.next();
              return head(tx, row.getLong(1), row.getLong(2), row.getLong(3));
            }
          }
        });
  }

  private static Head head(Connection tx, long epoch, long batches, long size) throws SQLException {
    TreeEdge tree = new StoredTree(tx).edge();
    Map<TopicPartition, Long> positions = new HashMap<>();
    try (Statement select = tx.createStatement()) {
      try (ResultSet row =
          select.executeQuery("SELECT topic, partition, next_offset FROM log_position")) {
        while (row.next()) {
          positions.put(new TopicPartition(row.getString(1), row.getInt(2)), row.getLong(3));
        }
      }
      try (ResultSet row =
          select.executeQuery(
              """
              SELECT announced_at, announcement FROM log_batch ORDER BY number DESC LIMIT 1
              """)) {
        if (!row.next()) {
          return new Head(epoch, batches, size, Optional.empty(), tree, positions);
        }
        byte[] bytes = row.getBytes(2);
        Announcement last = new Announcement(Wire.read(bytes, Batch.class), row.getLong(1), bytes);
        return new Head(epoch, batches, size, Optional.of(last), tree, positions);
      }
    }
  }

  /**
   * Notes that the log held, at this time, all that Kafka had. Whether it still does is reckoned
   * from the database's clock: no time that is to come for it is kept, whatever the leader's says.
   *
   * @throws Deposed when another epoch has begun
   */
  void noteWhole(Head head, Instant at) throws SQLException {
    Transactions.run(
        dataSource,
        tx -> {
          try (PreparedStatement update =
              tx.prepareStatement(
                  """
                  UPDATE log_head SET whole_at = least(greatest(whole_at, ?), now()),
                    held_at = least(greatest(held_at, ?), now())
                  WHERE name = ? AND epoch = ?
                  """)) {
            update.setObject(1, at.atOffset(ZoneOffset.UTC));
            update.setObject(2, at.atOffset(ZoneOffset.UTC));
            update.setString(3, log);
            update.setLong(4, head.epoch());
            if (update.executeUpdate() == 0) {
              throw new Deposed();
            }
            return head;
          }
        });
  }

  /**
   * Appends a batch that follows on the head.
   *
   * @param growth of the head's tree by the batch
   * @throws Deposed when the log does not end there, or another epoch has begun
   */
  Head append(Head head, TakenBatch batch, TreeEdge.Growth growth) throws SQLException {
    Head after = head.after(batch.announcement(), growth.edge());
    return append(head, List.of(after), batch.entries(), growth.tiles());
  }

  /**
   * Appends batches that follow on the head.
   *
   * @throws Deposed when the log does not end there, or another epoch has begun
   */
  Head append(Head head, List<TakenBatch> batches) throws SQLException {
    List<LogEntry> entries = new ArrayList<>();
    List<Head> heads = new ArrayList<>();
    Map<Tile, byte[]> tiles = new LinkedHashMap<>();
    Head after = head;
    for (TakenBatch batch : batches) {
      TreeEdge.Growth growth = after.tree().grow(batch.leaves());
      after = after.after(batch.announcement(), growth.edge());
      heads.add(after);
      entries.addAll(batch.entries());
      keep(growth.tiles(), tiles);
    }
    return append(head, heads, entries, tiles);
  }

  private Head append(Head head, List<Head> heads, List<LogEntry> entries, Map<Tile, byte[]> tiles)
      throws SQLException {
    Head end = heads.getLast();
    return Transactions.run(
        dataSource,
        tx -> {
          prepare(tx);
          move(tx, head, end);
          insertBatches(tx, heads);
          insertEntries(tx, entries);
          new StoredTree(tx).write(tiles);
          return end;
        });
  }

  /** A wider tile takes the place of the narrower one that it goes on from. */
  private static void keep(Map<Tile, byte[]> grown, Map<Tile, byte[]> tiles) {
    Set<List<Long>> places =
        grown.keySet().stream().map(LogTables::place).collect(Collectors.toSet());
    tiles.keySet().removeIf(tile -> places.contains(place(tile)));
    tiles.putAll(grown);
  }

  private static List<Long> place(Tile tile) {
    return List.of((long) tile.level(), tile.span().index());
  }

  /**
   * Lets the tree grow over entries that were written before there was one, some at a time.
   *
   * @throws Deposed when another epoch has begun
   */
  Head growTree(Head head) throws SQLException {
    return Transactions.run(
        dataSource,
        tx -> {
          TreeEdge.Growth growth = head.tree().grow(leaves(tx, head.tree().size()));
          try (PreparedStatement update =
              tx.prepareStatement(
                  """
                  UPDATE log_head SET tree_size = ?
                  WHERE name = ? AND tree_size = ? AND size = ? AND epoch = ?
                  """)) {
            update.setLong(1, growth.edge().size());
            update.setString(2, log);
            update.setLong(3, head.tree().size());
            update.setLong(4, head.size());
            update.setLong(5, head.epoch());
            if (update.executeUpdate() == 0) {
              throw new Deposed();
            }
          }
          new StoredTree(tx).write(growth.tiles());
          return head.with(growth.edge());
        });
  }

  private static List<Hash> leaves(Connection tx, long from) throws SQLException {
    List<Hash> leaves = new ArrayList<>();
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT topic, record_key, headers, value, partition, record_offset
            FROM log_entry WHERE index >= ? AND index < ? ORDER BY index
            """)) {
      select.setFetchSize(100);
      select.setLong(1, from);
      select.setLong(2, from + AuditedTopics.FULL_RECORDS);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          leaves.add(
              new Content(row.getString(1), row.getBytes(2), row.getBytes(3), row.getBytes(4))
                  .leaf(row.getInt(5), row.getLong(6)));
        }
      }
    }
    if (leaves.isEmpty()) {
      throw new LogBroken("entry %d is not in the database".formatted(from));
    }
    return leaves;
  }

  /** A sequencer that is stopped in the middle must not keep the head's row from its successor. */
  private static void prepare(Connection tx) throws SQLException {
    try (Statement settings = tx.createStatement()) {
      settings.execute("SET LOCAL idle_in_transaction_session_timeout = '3s'");
    }
  }

  private void move(Connection tx, Head from, Head to) throws SQLException {
    try (PreparedStatement update =
        tx.prepareStatement(
            """
            UPDATE log_head SET size = ?, tree_size = ?, batches = ?
            WHERE name = ? AND size = ? AND batches = ? AND epoch = ?
            """)) {
      update.setLong(1, to.size());
      update.setLong(2, to.tree().size());
      update.setLong(3, to.batches());
      update.setString(4, log);
      update.setLong(5, from.size());
      update.setLong(6, from.batches());
      update.setLong(7, from.epoch());
      if (update.executeUpdate() == 0) {
        throw new Deposed();
      }
    }
    List<Map.Entry<TopicPartition, Long>> moved =
        to.positions().entrySet().stream()
            .filter(entry -> from.position(entry.getKey()) != entry.getValue())
            .toList();
    try (PreparedStatement upsert =
        tx.prepareStatement(
            """
            INSERT INTO log_position (topic, partition, next_offset)
            SELECT * FROM unnest(?::text[], ?::int[], ?::bigint[])
            ON CONFLICT (topic, partition) DO UPDATE SET next_offset = excluded.next_offset
            """)) {
      array(upsert, 1, "text", moved, position -> position.getKey().topic());
      array(upsert, 2, "int4", moved, position -> position.getKey().partition());
      array(upsert, 3, "int8", moved, Map.Entry::getValue);
      upsert.executeUpdate();
    }
  }

  private static void insertBatches(Connection tx, List<Head> heads) throws SQLException {
    List<Announcement> last = heads.stream().map(head -> head.last().orElseThrow()).toList();
    try (PreparedStatement insert =
        tx.prepareStatement(
            """
            INSERT INTO log_batch
              (number, epoch, first_index, size_after, announced_at, announcement)
            SELECT * FROM unnest(?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[],
                                 ?::bytea[])
            """)) {
      array(insert, 1, "int8", last, announced -> announced.batch().number());
      array(insert, 2, "int8", last, announced -> announced.batch().epoch());
      array(insert, 3, "int8", last, announced -> announced.batch().firstIndex());
      array(insert, 4, "int8", last, announced -> announced.batch().sizeAfter());
      array(insert, 5, "int8", last, Announcement::offset);
      bytes(insert, 6, last, Announcement::bytes);
      insert.executeUpdate();
    }
  }

  /**
   * Some at a time: more of them PostgreSQL lays on disk before it inserts them. By statements that
   * the server has whole before it begins: of a COPY it would wait for a leader that is stopped in
   * the middle, and hold the head's row against its successor as long as that lasts.
   */
  private static void insertEntries(Connection tx, List<LogEntry> entries) throws SQLException {
    try (PreparedStatement insert =
        tx.prepareStatement(
            """
            INSERT INTO log_entry
              (index, topic, partition, record_offset, record_key, headers, value)
            SELECT * FROM unnest(?::bigint[], ?::text[], ?::int[], ?::bigint[], ?::bytea[],
                                 ?::bytea[], ?::bytea[])
            """)) {
      for (int from = 0; from < entries.size(); from += INSERTED_AT_ONCE) {
        List<LogEntry> some =
            entries.subList(from, Math.min(entries.size(), from + INSERTED_AT_ONCE));
        array(insert, 1, "int8", some, LogEntry::index);
        array(insert, 2, "text", some, entry -> entry.record().topic());
        array(insert, 3, "int4", some, entry -> entry.record().partition());
        array(insert, 4, "int8", some, entry -> entry.record().offset());
        bytes(insert, 5, some, entry -> entry.content().key());
        bytes(insert, 6, some, entry -> entry.content().headers());
        bytes(insert, 7, some, entry -> entry.content().value());
        insert.executeUpdate();
      }
    }
  }

  private static <T> void array(
      PreparedStatement statement, int at, String type, List<T> rows, Function<T, Object> column)
      throws SQLException {
    statement.setArray(
        at, statement.getConnection().createArrayOf(type, rows.stream().map(column).toArray()));
  }

  private static <T> void bytes(
      PreparedStatement statement, int at, List<T> rows, Function<T, byte[]> column)
      throws SQLException {
    statement.setArray(
        at,
        statement
            .getConnection()
            .createArrayOf("bytea", rows.stream().map(column).toArray(byte[][]::new)));
  }
}
