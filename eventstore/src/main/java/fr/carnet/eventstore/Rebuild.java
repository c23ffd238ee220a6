package fr.carnet.eventstore;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/**
 * Makes a read model anew from Kafka, behind the running service: shadow tables are filled from the
 * first record to near the head, writing is held for a moment, the rest is applied, the rows are
 * compared with the live ones, and the tables swap places. Killed midway it leaves the live tables
 * as they were; the next rebuild clears what it left.
 */
public final class Rebuild {
  private static final Logger LOG = Logger.getLogger(Rebuild.class);
  private static final String SHADOW = "rebuild";
  private static final Duration POLL = Duration.ofMillis(200);
  private static final int NAMED_ROWS = 20;

  private final DataSource dataSource;
  private final Map<String, Object> kafka;
  private final Projection projection;
  private final Source source;

  /** Who writes the live tables, and so what has to be held. */
  public enum Source {
    /** Appends of this service, through a {@link CommandHandler}. */
    OWN_STREAMS,
    /** A {@link TopicReader} of this service. */
    TOPIC_READER
  }

  /** A rebuild of one read model. */
  public Rebuild(
      DataSource dataSource, Map<String, Object> kafka, Projection projection, Source source) {
    this.dataSource = dataSource;
    this.kafka = Map.copyOf(kafka);
    this.projection = projection;
    this.source = source;
  }

  /**
   * What a rebuild found.
   *
   * @param rows rows of the rebuilt tables
   * @param events records that were read
   * @param heldMillis how long writers were held
   * @param differences the rows in which the live tables differed, named by table and primary key,
   *     never by content; at most 20 a table
   */
  public record Report(
      String projection, long rows, long events, long heldMillis, List<Difference> differences) {
    public Report {
      differences = List.copyOf(differences);
    }
  }

  /** A row that is not the same in the live and in the rebuilt table. */
  public record Difference(String table, String primaryKey, Kind kind) {
    /** In which way. */
    public enum Kind {
      ONLY_LIVE,
      ONLY_REBUILT,
      ALTERED
    }
  }

  /** Rebuilds, compares and swaps. One at a time in a service; a second one waits. */
  public Report run() throws SQLException {
    try (Connection guard = dataSource.getConnection()) {
      guard.setAutoCommit(false);
      try {
        Holds.exclusive(guard, "rebuild");
        return rebuild();
      } finally {
        guard.rollback();
        guard.setAutoCommit(true);
      }
    }
  }

  private Report rebuild() throws SQLException {
    inOwnTransaction(this::createShadow);
    Map<String, Object> settings =
        TopicReader.settings(kafka, "carnet-rebuild-" + UUID.randomUUID());
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    try (Consumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings)) {
      Map<TopicPartition, Long> ends = CaughtUp.ends(kafka, projection.topics());
      consumer.assign(ends.keySet());
      consumer.seekToBeginning(ends.keySet());
      long events = fill(consumer, ends);
      return swap(consumer, events);
    } finally {
      inOwnTransaction(tx -> execute(tx, "DROP SCHEMA IF EXISTS " + SHADOW + " CASCADE"));
    }
  }

  private void createShadow(Connection tx) throws SQLException {
    execute(tx, "DROP SCHEMA IF EXISTS " + SHADOW + " CASCADE");
    execute(tx, "CREATE SCHEMA " + SHADOW);
    List<String> tables = new ArrayList<>(projection.tables());
    tables.addAll(List.of("applied", "parked"));
    for (String table : tables) {
      execute(
          tx, "CREATE TABLE %s.%s (LIKE public.%s INCLUDING ALL)".formatted(SHADOW, table, table));
    }
  }

  /** Applies everything before these ends to the shadow; gives how many records that was. */
  private long fill(Consumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends)
      throws SQLException {
    ProjectionApplier applier = new ProjectionApplier(projection);
    long events = 0;
    while (!reached(consumer, ends)) {
      List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        TopicPartition partition = new TopicPartition(record.topic(), record.partition());
        if (record.offset() < ends.get(partition)) {
          records.add(record);
        } else {
          // Beyond where this fill may go; it is read again in the next one.
          consumer.seek(partition, ends.get(partition));
        }
      }
      events += records.size();
      applyToShadow(applier, records);
    }
    return events;
  }

  private static boolean reached(
      Consumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends) {
    return ends.entrySet().stream()
        .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
  }

  private void applyToShadow(
      ProjectionApplier applier, List<ConsumerRecord<byte[], byte[]>> records) throws SQLException {
    if (records.isEmpty()) {
      return;
    }
    try {
      inShadow(tx -> applier.apply(tx, records));
    } catch (SQLException | RuntimeException e) {
      if (Transactions.isTransient(e)) {
        throw e;
      }
      if (records.size() == 1) {
        inShadow(
            tx ->
                applier.park(
                    tx, records.getFirst(), new IllegalStateException(e.getClass().getName())));
      } else {
        int half = records.size() / 2;
        applyToShadow(applier, records.subList(0, half));
        applyToShadow(applier, records.subList(half, records.size()));
      }
    }
  }

  private Report swap(Consumer<byte[], byte[]> consumer, long eventsSoFar) throws SQLException {
    waitForLive(consumer);
    try (Connection holding = dataSource.getConnection()) {
      holding.setAutoCommit(false);
      try {
        long heldFrom = System.nanoTime();
        Map<TopicPartition, Long> ends = hold(holding);
        long events = eventsSoFar + fill(consumer, ends);
        List<Difference> differences = new ArrayList<>();
        long rows = 0;
        for (String table : projection.tables()) {
          differences.addAll(compare(holding, table));
          rows += count(holding, table);
        }
        exchange(holding);
        holding.commit();
        long heldMillis = Duration.ofNanos(System.nanoTime() - heldFrom).toMillis();
        LOG.infof(
            "%s: rebuilt from %d records, %d rows, %d differed, writers held %d ms",
            projection.name(), events, rows, differences.size(), heldMillis);
        return new Report(projection.name(), rows, events, heldMillis, differences);
      } catch (SQLException | RuntimeException e) {
        holding.rollback();
        throw e;
      } finally {
        holding.setAutoCommit(true);
      }
    }
  }

  /** The shadow may be ahead of the reader that fills the live tables; then it waits for it. */
  private void waitForLive(Consumer<byte[], byte[]> consumer) throws SQLException {
    if (source == Source.OWN_STREAMS) {
      return;
    }
    while (true) {
      Map<TopicPartition, Long> live = Transactions.run(dataSource, tx -> liveOffsets(tx, ""));
      boolean ahead =
          consumer.assignment().stream()
              .anyMatch(p -> consumer.position(p) > live.getOrDefault(p, 0L));
      if (!ahead) {
        return;
      }
      java.util.concurrent.locks.LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
  }

  /** Holds the writers of the live tables, and says up to where those tables have come. */
  private Map<TopicPartition, Long> hold(Connection holding) throws SQLException {
    if (source == Source.TOPIC_READER) {
      return liveOffsets(holding, " FOR UPDATE");
    }
    Holds.exclusive(holding, projection.name());
    // Appends wait now; what they committed before leaves through the relay, which does not wait.
    while (waitingInOutbox(holding)) {
      java.util.concurrent.locks.LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
    }
    return CaughtUp.ends(kafka, projection.topics());
  }

  private boolean waitingInOutbox(Connection connection) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT EXISTS (SELECT 1 FROM outbox WHERE aggregatetype = ANY (?))")) {
      select.setArray(
          1,
          connection.createArrayOf(
              "text",
              projection.topics().stream().map(fr.carnet.events.Topic::wireName).toArray()));
      try (ResultSet row = select.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }
  }

  private Map<TopicPartition, Long> liveOffsets(Connection connection, String locking)
      throws SQLException {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            SELECT topic, partition, next_offset FROM public.consumer_offset WHERE consumer = ?
            ORDER BY topic, partition
            """
                + locking)) {
      select.setString(1, projection.name());
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          offsets.put(new TopicPartition(row.getString(1), row.getInt(2)), row.getLong(3));
        }
      }
    }
    return offsets;
  }

  private List<Difference> compare(Connection connection, String table) throws SQLException {
    String key = primaryKey(connection, table);
    String sql =
        """
        WITH only_live AS (SELECT * FROM public.%1$s EXCEPT ALL SELECT * FROM %2$s.%1$s),
             only_new AS (SELECT * FROM %2$s.%1$s EXCEPT ALL SELECT * FROM public.%1$s),
             l AS (SELECT ROW(%3$s)::text AS key FROM only_live),
             n AS (SELECT ROW(%3$s)::text AS key FROM only_new)
        SELECT coalesce(l.key, n.key), l.key IS NOT NULL, n.key IS NOT NULL
        FROM l FULL JOIN n ON l.key = n.key ORDER BY 1 LIMIT %4$d
        """
            .formatted(table, SHADOW, key, NAMED_ROWS);
    List<Difference> differences = new ArrayList<>();
    try (Statement select = connection.createStatement();
        ResultSet row = select.executeQuery(sql)) {
      while (row.next()) {
        Difference.Kind kind =
            row.getBoolean(2)
                ? row.getBoolean(3) ? Difference.Kind.ALTERED : Difference.Kind.ONLY_LIVE
                : Difference.Kind.ONLY_REBUILT;
        differences.add(new Difference(table, row.getString(1), kind));
      }
    }
    return differences;
  }

  private static String primaryKey(Connection connection, String table) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY array_position(i.indkey, a.attnum))
            FROM pg_index i JOIN pg_attribute a
              ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
            WHERE i.indrelid = ('public.' || ?)::regclass AND i.indisprimary
            """)) {
      select.setString(1, table);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return row.getString(1);
      }
    }
  }

  private static long count(Connection connection, String table) throws SQLException {
    try (Statement select = connection.createStatement();
        ResultSet row = select.executeQuery("SELECT count(*) FROM " + SHADOW + "." + table)) {
      row.next();
      return row.getLong(1);
    }
  }

  /**
   * The rebuilt tables take the live ones' place, and what is applied and parked goes with them.
   */
  private void exchange(Connection tx) throws SQLException {
    execute(tx, "DROP SCHEMA IF EXISTS retired CASCADE");
    execute(tx, "CREATE SCHEMA retired");
    for (String table : projection.tables()) {
      execute(tx, "ALTER TABLE public." + table + " SET SCHEMA retired");
      execute(tx, "ALTER TABLE " + SHADOW + "." + table + " SET SCHEMA public");
    }
    if (source == Source.TOPIC_READER) {
      for (String table : List.of("applied", "parked")) {
        try (PreparedStatement delete =
            tx.prepareStatement("DELETE FROM public." + table + " WHERE consumer = ?")) {
          delete.setString(1, projection.name());
          delete.executeUpdate();
        }
      }
      execute(tx, "INSERT INTO public.applied SELECT * FROM " + SHADOW + ".applied");
      String columns =
          "consumer, topic, partition, record_offset, stream_key, version, event_id, reason,"
              + " header_names, header_values, record_key, value, parked_at";
      execute(
          tx,
          "INSERT INTO public.parked (%1$s) SELECT %1$s FROM %2$s.parked ORDER BY id"
              .formatted(columns, SHADOW));
    }
    execute(tx, "DROP SCHEMA retired CASCADE");
  }

  private interface SqlWork {
    void in(Connection tx) throws SQLException;
  }

  private void inShadow(SqlWork work) throws SQLException {
    Transactions.run(
        dataSource,
        tx -> {
          // Local to the transaction: the pool never hands out a connection that looks elsewhere.
          execute(tx, "SET LOCAL search_path TO " + SHADOW + ", public");
          work.in(tx);
          return true;
        });
  }

  private void inOwnTransaction(SqlWork work) throws SQLException {
    Transactions.run(
        dataSource,
        tx -> {
          work.in(tx);
          return true;
        });
  }

  private static void execute(Connection tx, String sql) throws SQLException {
    try (Statement statement = tx.createStatement()) {
      statement.execute(sql);
    }
  }
}
