package fr.carnet.audit.projecting;

import fr.carnet.audit.sequencing.HeaderBytes;
import fr.carnet.audit.sequencing.ReadableHeaders;
import fr.carnet.eventstore.Transactions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jboss.logging.Logger;

/**
 * Notes for each entry of the log what is looked for: event id, type, dossier, actor and time, and
 * whether it repeats an earlier one; and of a trace what it says in clear. Replicas take turns, by
 * the row that says how far; an entry's facts depend on nothing but the entries up to it, so
 * whoever projects comes to the same.
 */
public final class FactsProjection implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(FactsProjection.class);
  private static final int AT_ONCE = 5_000;

  /** Many at once cost less than few often; a search may be this late. */
  private static final Duration PAUSE = Duration.ofMillis(200);

  private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

  private final DataSource dataSource;
  private final Semaphore stop = new Semaphore(0);
  private final Thread thread;

  public FactsProjection(DataSource dataSource) {
    this.dataSource = dataSource;
    this.thread = Thread.ofPlatform().name("log-facts").daemon().unstarted(this::run);
  }

  /** Starts projecting. */
  public FactsProjection start() {
    thread.start();
    return this;
  }

  @Override
  public void close() {
    stop.release();
    try {
      thread.join(Duration.ofSeconds(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    Duration rest = Duration.ZERO;
    while (!isStopped(rest)) {
      try {
        rest = step(dataSource) < AT_ONCE ? PAUSE : Duration.ZERO;
      } catch (SQLException | RuntimeException e) {
        LOG.warnf("facts are not projected: %s", e.getClass().getName());
        LOG.debug("facts are not projected", e);
        rest = AFTER_FAILURE;
      }
    }
  }

  private boolean isStopped(Duration rest) {
    try {
      return stop.tryAcquire(rest.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      return true;
    }
  }

  /** Projects all that the log holds now, unless another does. */
  public static void catchUp(DataSource dataSource) throws SQLException {
    while (step(dataSource) == AT_ONCE) {
      // Once more.
    }
  }

  private record Facts(long index, ReadableHeaders headers, Optional<Long> repeatOf) {}

  private record Content(String topic, byte[] key, byte[] headers, byte[] value) {
    /**
     * Whether it says the same, byte for byte. The same event id with other bytes is no repeat: it
     * is something to look at, so it must show.
     */
    boolean repeats(Content first) {
      return topic.equals(first.topic)
          && Arrays.equals(key, first.key)
          && Arrays.equals(headers, first.headers)
          && Arrays.equals(value, first.value);
    }
  }

  private static int step(DataSource dataSource) throws SQLException {
    return Transactions.run(
        dataSource,
        tx -> {
          Optional<long[]> stretch = stretch(tx);
          if (stretch.isEmpty()) {
            return 0;
          }
          long from = stretch.get()[0];
          long to = stretch.get()[1];
          insert(tx, facts(tx, read(tx, from, to)));
          TraceFacts.insert(tx, from, to);
          try (PreparedStatement update =
              tx.prepareStatement("UPDATE log_facts_head SET next_index = ?")) {
            update.setLong(1, to);
            update.executeUpdate();
          }
          return Math.toIntExact(to - from);
        });
  }

  /** What to project next; nobody else projects until this transaction ends. */
  private static Optional<long[]> stretch(Connection tx) throws SQLException {
    try (Statement select = tx.createStatement();
        ResultSet row =
            select.executeQuery(
                """
                SELECT next_index, (SELECT size FROM log_head WHERE name = 'carnet')
                FROM log_facts_head FOR UPDATE SKIP LOCKED
                """)) {
      if (!row.next() || row.getLong(1) >= row.getLong(2)) {
        return Optional.empty();
      }
      return Optional.of(
          new long[] {row.getLong(1), Math.min(row.getLong(2), row.getLong(1) + AT_ONCE)});
    }
  }

  private static Map<Long, ReadableHeaders> read(Connection tx, long from, long to)
      throws SQLException {
    Map<Long, ReadableHeaders> read = new HashMap<>();
    try (PreparedStatement select =
        tx.prepareStatement(
            "SELECT index, headers FROM log_entry WHERE index >= ? AND index < ?")) {
      select.setLong(1, from);
      select.setLong(2, to);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          read.put(row.getLong(1), ReadableHeaders.of(HeaderBytes.read(row.getBytes(2))));
        }
      }
    }
    return read;
  }

  /** In the order of the log; what an entry repeats is looked for among those before it. */
  private static List<Facts> facts(Connection tx, Map<Long, ReadableHeaders> read)
      throws SQLException {
    Map<UUID, List<Long>> firsts = known(tx, read);
    Map<Long, Content> contents = new HashMap<>();
    List<Facts> facts = new ArrayList<>(read.size());
    for (long index : read.keySet().stream().sorted().toList()) {
      ReadableHeaders headers = read.get(index);
      Optional<Long> repeatOf = Optional.empty();
      if (headers.eventId().isPresent()) {
        List<Long> before =
            firsts.computeIfAbsent(headers.eventId().get(), _ -> new ArrayList<>(1));
        for (long first : before) {
          if (repeatOf.isEmpty()
              && content(tx, contents, index).repeats(content(tx, contents, first))) {
            repeatOf = Optional.of(first);
          }
        }
        if (repeatOf.isEmpty()) {
          before.add(index);
        }
      }
      facts.add(new Facts(index, headers, repeatOf));
    }
    return facts;
  }

  /** The entries that are shown with these event ids: nearly always none. */
  private static Map<UUID, List<Long>> known(Connection tx, Map<Long, ReadableHeaders> read)
      throws SQLException {
    Map<UUID, List<Long>> known = new HashMap<>();
    // Ids are looked up by their index whatever the statistics say: after a start there are none.
    try (Statement settings = tx.createStatement()) {
      settings.execute(
          "SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off;"
              + " SET LOCAL enable_mergejoin = off");
    }
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT event_id, index FROM log_facts
            WHERE event_id = ANY (?) AND repeat_of IS NULL ORDER BY index
            """)) {
      select.setArray(
          1,
          tx.createArrayOf(
              "uuid",
              read.values().stream().flatMap(headers -> headers.eventId().stream()).toArray()));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          known
              .computeIfAbsent(row.getObject(1, UUID.class), _ -> new ArrayList<>(1))
              .add(row.getLong(2));
        }
      }
    }
    return known;
  }

  private static Content content(Connection tx, Map<Long, Content> contents, long index)
      throws SQLException {
    Content had = contents.get(index);
    if (had != null) {
      return had;
    }
    try (PreparedStatement select =
        tx.prepareStatement(
            "SELECT topic, record_key, headers, value FROM log_entry WHERE index = ?")) {
      select.setLong(1, index);
      try (ResultSet row = select.executeQuery()) {
        // A row that somebody took away repeats nothing.
        Content content =
            row.next()
                ? new Content(row.getString(1), row.getBytes(2), row.getBytes(3), row.getBytes(4))
                : new Content("", null, new byte[0], null);
        contents.put(index, content);
        return content;
      }
    }
  }

  private static void insert(Connection tx, List<Facts> facts) throws SQLException {
    try (PreparedStatement insert =
        tx.prepareStatement(
            """
            INSERT INTO log_facts (index, event_id, type, dossier_id, actor, time, repeat_of)
            SELECT * FROM unnest(?::bigint[], ?::uuid[], ?::text[], ?::uuid[], ?::text[],
                                 ?::timestamptz[], ?::bigint[])
            """)) {
      array(insert, 1, "int8", facts, Facts::index);
      array(insert, 2, "uuid", facts, each -> each.headers().eventId().orElse(null));
      array(insert, 3, "text", facts, each -> each.headers().type().orElse(null));
      array(insert, 4, "uuid", facts, each -> each.headers().dossierId().orElse(null));
      array(insert, 5, "text", facts, each -> each.headers().actor().orElse(null));
      array(
          insert,
          6,
          "timestamptz",
          facts,
          each -> each.headers().time().map(Instant::toString).orElse(null));
      array(insert, 7, "int8", facts, each -> each.repeatOf().orElse(null));
      insert.executeUpdate();
    }
  }

  private static void array(
      PreparedStatement statement,
      int at,
      String type,
      List<Facts> facts,
      Function<Facts, Object> column)
      throws SQLException {
    statement.setArray(
        at, statement.getConnection().createArrayOf(type, facts.stream().map(column).toArray()));
  }
}
