package fr.carnet.eventstore;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import javax.sql.DataSource;
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
  private static final int NAMED_ROWS = 20;
  private static final String LOCK_NOT_AVAILABLE = "55P03";
  private static final String DEADLOCK = "40P01";
  private static final int ATTEMPTS = 10;
  private static final int LOCK_ATTEMPTS = 50;
  private static final String PARKED_COLUMNS =
      "consumer, topic, partition, record_offset, stream_key, version, event_id, reason,"
          + " header_names, header_values, record_key, value, parked_at, discarded_at";
  private static final String KEYS_AND_INDEXES =
      """
      WITH t AS (SELECT oid, relname FROM pg_class WHERE oid = ('public.' || ?)::regclass),
           c AS (SELECT * FROM pg_constraint WHERE contype IN ('p', 'u', 'x'))
      SELECT format('ALTER TABLE %I ADD CONSTRAINT %I %s', relname, conname,
                    pg_get_constraintdef(c.oid))
      FROM t JOIN c ON c.conrelid = t.oid
      UNION ALL
      SELECT replace(pg_get_indexdef(i.indexrelid), ' ON public.', ' ON ')
      FROM t JOIN pg_index i ON i.indrelid = t.oid
      WHERE i.indexrelid NOT IN (SELECT conindid FROM c)
      """;
  private static final String FOREIGN_KEYS =
      """
      SELECT format('ALTER TABLE %I ADD CONSTRAINT %I %s', relname, conname,
                    pg_get_constraintdef(c.oid))
      FROM pg_class t JOIN pg_constraint c ON c.conrelid = t.oid
      WHERE t.oid = ('public.' || ?)::regclass AND contype = 'f'
      """;

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
    return Transactions.run(
        dataSource,
        guard -> {
          Holds.exclusive(guard, "rebuild");
          Savepoint asItWas = guard.setSavepoint();
          try {
            return rebuild(guard, asItWas);
          } catch (Throwable e) {
            try {
              guard.rollback(asItWas);
              inOwnTransaction(Rebuild::dropShadow);
            } catch (SQLException later) {
              e.addSuppressed(later);
            }
            throw e;
          }
        });
  }

  /**
   * All that changes the live tables happens in the guard's transaction, so a rebuild that lost its
   * guard, and with it the right to be the only one, changes nothing.
   */
  private Report rebuild(Connection guard, Savepoint asItWas) throws SQLException {
    inOwnTransaction(this::createShadow);
    Map<TopicPartition, Long> ends = CaughtUp.ends(kafka, projection.topics(), Patience.LONGEST);
    try (RebuildLanes lanes =
        new RebuildLanes(dataSource, kafka, projection, SHADOW, ends.keySet())) {
      lanes.fill(
          source == Source.TOPIC_READER
              ? only(ends.keySet(), Offsets.stored(guard, projection.name()))
              : ends);
      inOwnTransaction(this::analyzeShadow);
      for (int attempt = 1; ; attempt++) {
        try {
          return swap(guard, ends.keySet(), lanes);
        } catch (Busy e) {
          if (attempt == ATTEMPTS) {
            throw e;
          }
          LOG.infof("%s: tables in use; writers go on, and it is tried again", projection.name());
          guard.rollback(asItWas);
        }
      }
    }
  }

  private static Map<TopicPartition, Long> only(
      Set<TopicPartition> partitions, Map<TopicPartition, Long> offsets) {
    return partitions.stream().collect(Collectors.toMap(p -> p, p -> offsets.getOrDefault(p, 0L)));
  }

  private static void dropShadow(Connection tx) throws SQLException {
    execute(tx, "DROP SCHEMA IF EXISTS " + SHADOW + " CASCADE");
  }

  /**
   * Tables like the live ones, down to the names of their constraints, by which a refusal is told.
   * What was discarded stays discarded.
   */
  private void createShadow(Connection tx) throws SQLException {
    dropShadow(tx);
    execute(tx, "CREATE SCHEMA " + SHADOW);
    for (String table : projection.tables()) {
      execute(
          tx,
          "CREATE TABLE %1$s.%2$s (LIKE public.%2$s INCLUDING ALL EXCLUDING INDEXES)"
              .formatted(SHADOW, table));
    }
    List<String> definitions = definitions(tx, KEYS_AND_INDEXES);
    definitions.addAll(definitions(tx, FOREIGN_KEYS));
    execute(tx, "SET LOCAL search_path TO " + SHADOW + ", public");
    for (String definition : definitions) {
      execute(tx, definition);
    }
    for (String table : List.of("applied", "parked")) {
      execute(
          tx, "CREATE TABLE %s.%s (LIKE public.%s INCLUDING ALL)".formatted(SHADOW, table, table));
    }
    try (PreparedStatement copy =
        tx.prepareStatement(
            """
            INSERT INTO %1$s.parked (%2$s)
            SELECT %2$s FROM public.parked WHERE consumer = ? AND discarded_at IS NOT NULL
            """
                .formatted(SHADOW, PARKED_COLUMNS))) {
      copy.setString(1, projection.name());
      copy.executeUpdate();
    }
    // Kafka may have dropped the tombstones of streams that have ended.
    try (PreparedStatement copy =
        tx.prepareStatement(
            """
            INSERT INTO %1$s.applied SELECT * FROM public.applied WHERE consumer = ? AND version = ?
            """
                .formatted(SHADOW))) {
      copy.setString(1, projection.name());
      copy.setLong(2, ProjectionApplier.ENDED);
      copy.executeUpdate();
    }
  }

  private List<String> definitions(Connection tx, String sql) throws SQLException {
    List<String> definitions = new ArrayList<>();
    for (String table : projection.tables()) {
      try (PreparedStatement select = tx.prepareStatement(sql)) {
        select.setString(1, table);
        try (ResultSet row = select.executeQuery()) {
          while (row.next()) {
            definitions.add(row.getString(1));
          }
        }
      }
    }
    return definitions;
  }

  private void analyzeShadow(Connection tx) throws SQLException {
    for (String table : projection.tables()) {
      execute(tx, "ANALYZE " + SHADOW + "." + table);
    }
  }

  private Report swap(Connection guard, Set<TopicPartition> partitions, RebuildLanes lanes)
      throws SQLException {
    long heldFrom = System.nanoTime();
    lanes.fill(unlessBusy(() -> hold(guard, partitions)));
    if (source == Source.OWN_STREAMS) {
      requireNothingWaits(guard);
    }
    withoutErased(guard);
    List<Difference> differences = new ArrayList<>();
    long rows = 0;
    for (String table : projection.tables()) {
      differences.addAll(compare(guard, table));
      rows += count(guard, table);
    }
    unlessBusy(
        () -> {
          exchange(guard);
          return true;
        });
    long heldMillis = Duration.ofNanos(System.nanoTime() - heldFrom).toMillis();
    LOG.infof(
        "%s: rebuilt from %d records, %d rows, %d differed, writers held %d ms",
        projection.name(), lanes.records(), rows, differences.size(), heldMillis);
    return new Report(projection.name(), rows, lanes.records(), heldMillis, differences);
  }

  /** A lock was not to be had. */
  private static final class Busy extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Busy(SQLException cause) {
      super(cause);
    }
  }

  private interface Locking<T> {
    T take() throws SQLException;
  }

  private static <T> T unlessBusy(Locking<T> locking) throws SQLException {
    try {
      return locking.take();
    } catch (SQLException e) {
      if (LOCK_NOT_AVAILABLE.equals(e.getSQLState()) || DEADLOCK.equals(e.getSQLState())) {
        throw new Busy(e);
      }
      throw e;
    }
  }

  /** Holds the writers of the live tables, and says up to where those tables have come. */
  private Map<TopicPartition, Long> hold(Connection guard, Set<TopicPartition> partitions)
      throws SQLException {
    if (source == Source.TOPIC_READER) {
      return only(partitions, Offsets.storedAndHeld(guard, projection.name()));
    }
    Holds.exclusive(guard, projection.name());
    // Appends wait now; what they committed before leaves through the relay, which does not wait.
    Patience patience = new Patience("the relay does not empty the outbox");
    while (waitingInOutbox(guard)) {
      patience.check();
      LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
    }
    return CaughtUp.ends(kafka, projection.topics(), Patience.LONGEST);
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

  /**
   * An append applied each of these events to the live tables; if Kafka's cannot be, the rebuilt
   * tables would lack them.
   */
  private void requireNothingWaits(Connection guard) throws SQLException {
    try (Statement select = guard.createStatement();
        ResultSet row =
            select.executeQuery(
                "SELECT count(*) FROM %s.parked WHERE reason IN ('GAP', 'NOT_APPLICABLE')"
                    .formatted(SHADOW))) {
      row.next();
      if (row.getLong(1) > 0) {
        throw new IllegalStateException(
            row.getLong(1) + " events of the service's own streams could not be applied");
      }
    }
  }

  private void withoutErased(Connection guard) throws SQLException {
    execute(guard, "SET LOCAL search_path TO " + SHADOW + ", public");
    projection.withoutErased(guard);
    execute(guard, "SET LOCAL search_path TO public");
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
    keepReadersOut(tx);
    // Again: what was erased meanwhile was taken out of the live tables, and they go.
    withoutErased(tx);
    execute(tx, "CREATE SCHEMA retired");
    for (String table : projection.tables()) {
      execute(tx, "ALTER TABLE public." + table + " SET SCHEMA retired");
      execute(tx, "ALTER TABLE " + SHADOW + "." + table + " SET SCHEMA public");
    }
    if (source == Source.TOPIC_READER) {
      takeOverProgress(tx);
    }
    // No CASCADE: what else depends on a table makes this fail, and the live one stays.
    execute(
        tx,
        projection.tables().stream()
            .map(table -> "retired." + table)
            .collect(Collectors.joining(", ", "DROP TABLE ", "")));
    execute(tx, "DROP SCHEMA retired");
    dropShadow(tx);
  }

  /**
   * Readers lock tables in any order, so a try may meet one that waits for what this holds and
   * holds what this wants. Then this gives way at once, long before PostgreSQL looks for deadlocks,
   * so that no reader is ever the victim, and tries again in another order.
   */
  private void keepReadersOut(Connection tx) throws SQLException {
    List<String> tables = new ArrayList<>(projection.tables());
    for (int attempt = 1; ; attempt++) {
      Savepoint unlocked = tx.setSavepoint();
      try {
        execute(tx, "SET LOCAL lock_timeout = '100ms'");
        for (String table : tables) {
          execute(tx, "LOCK TABLE public." + table + " IN ACCESS EXCLUSIVE MODE");
          execute(tx, "SET LOCAL lock_timeout = '10ms'");
        }
        return;
      } catch (SQLException e) {
        if (attempt == LOCK_ATTEMPTS || !LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
          throw e;
        }
        tx.rollback(unlocked);
        Collections.shuffle(tables);
      }
    }
  }

  private void takeOverProgress(Connection tx) throws SQLException {
    execute(
        tx,
        """
        UPDATE %s.parked s SET discarded_at = p.discarded_at FROM public.parked p
        WHERE p.discarded_at IS NOT NULL
          AND (p.consumer, p.topic, p.partition, p.record_offset)
            = (s.consumer, s.topic, s.partition, s.record_offset)
        """
            .formatted(SHADOW));
    for (String table : List.of("applied", "parked")) {
      try (PreparedStatement delete =
          tx.prepareStatement("DELETE FROM public." + table + " WHERE consumer = ?")) {
        delete.setString(1, projection.name());
        delete.executeUpdate();
      }
    }
    execute(tx, "INSERT INTO public.applied SELECT * FROM " + SHADOW + ".applied");
    execute(
        tx,
        "INSERT INTO public.parked (%1$s) SELECT %1$s FROM %2$s.parked ORDER BY id"
            .formatted(PARKED_COLUMNS, SHADOW));
  }

  private interface SqlWork {
    void in(Connection tx) throws SQLException;
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
