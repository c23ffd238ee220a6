package fr.carnet.audit.projecting;

import static java.util.Comparator.naturalOrder;

import fr.carnet.audit.projecting.DerivedRows.Column;
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
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jboss.logging.Logger;

/**
 * Notes for each entry of the log what is looked for: event id, type, dossier, actor and time, the
 * latest time so far, and whether it repeats an earlier one; and of a trace what it says in clear.
 * Replicas take turns, by the row that says how far; an entry's facts depend on nothing but the
 * entries up to it, so whoever projects comes to the same.
 */
public final class FactsProjection implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(FactsProjection.class);
  static final int AT_ONCE = 5_000;

  /** Many at once cost less than few often; a search may be this late. */
  private static final Duration PAUSE = Duration.ofMillis(200);

  private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

  /**
   * While the log is behind Kafka it works a tenth of the time: what is in no log could be lost or
   * changed, what is not found yet can wait.
   */
  private static final int REST_WHILE_BEHIND = 9;

  /** One slow step must not keep a search waiting for minutes. */
  private static final Duration LONGEST_REST = Duration.ofSeconds(2);

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
        long begin = System.nanoTime();
        Step step = step(dataSource);
        Duration took = Duration.ofNanos(System.nanoTime() - begin);
        rest = rest(step, took);
      } catch (SQLException | RuntimeException e) {
        LOG.warnf("facts are not projected: %s", e.getClass().getName());
        LOG.debug("facts are not projected", e);
        rest = AFTER_FAILURE;
      }
    }
  }

  static Duration rest(Step step, Duration took) {
    if (step.entries() < AT_ONCE) {
      return PAUSE;
    }
    if (!step.logIsBehind()) {
      return Duration.ZERO;
    }
    Duration rest = took.multipliedBy(REST_WHILE_BEHIND);
    return rest.compareTo(LONGEST_REST) < 0 ? rest : LONGEST_REST;
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
    while (step(dataSource).entries() == AT_ONCE) {
      // Once more.
    }
  }

  /**
   * The first entry of a stretch about which something else is noted than follows from the log, or
   * nothing. What is not projected yet is not looked at. Who derives other facts than before makes
   * all of them anew, in a migration: else this finds them.
   *
   * @param tx a snapshot: others project meanwhile
   * @param to exclusive
   */
  public static Optional<Long> differing(Connection tx, long from, long to) throws SQLException {
    Optional<Long> projected = projected(tx);
    if (projected.isEmpty()) {
      return Optional.of(from);
    }
    long end = Math.min(to, projected.get());
    if (from >= end) {
      return Optional.empty();
    }
    Optional<Long> differing = facts(tx, from, read(tx, from, end)).differing(tx, from, end);
    return differing.isPresent()
        ? differing
        : TraceFacts.of(tx, from, end).differing(tx, from, end);
  }

  /** An index of which something is noted and that no entry of the log has, or nothing. */
  public static Optional<Long> ofNoEntry(Connection tx) throws SQLException {
    try (Statement select = tx.createStatement();
        ResultSet row =
            select.executeQuery(
                """
                SELECT noted FROM (
                  SELECT min(index) FROM log_facts UNION ALL SELECT max(index) FROM log_facts
                  UNION ALL
                  SELECT min(index) FROM trace_fact UNION ALL SELECT max(index) FROM trace_fact
                ) AS ends (noted), log_head
                WHERE name = 'carnet' AND (noted < 0 OR noted >= size) LIMIT 1
                """)) {
      return row.next() ? Optional.of(row.getLong(1)) : Optional.empty();
    }
  }

  private static Optional<Long> projected(Connection tx) throws SQLException {
    try (Statement select = tx.createStatement();
        ResultSet row = select.executeQuery("SELECT next_index FROM log_facts_head")) {
      return row.next() ? Optional.of(row.getLong(1)) : Optional.empty();
    }
  }

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

  /** How many entries were projected, and whether the log has not yet what Kafka had 5 s ago. */
  record Step(int entries, boolean logIsBehind) {}

  static Step step(DataSource dataSource) throws SQLException {
    return Transactions.run(
        dataSource,
        tx -> {
          Optional<Stretch> stretch = stretch(tx);
          if (stretch.isEmpty()) {
            return new Step(0, false);
          }
          long from = stretch.get().from();
          long to = stretch.get().to();
          if (from < to) {
            facts(tx, from, read(tx, from, to)).keep(tx);
            TraceFacts.of(tx, from, to).keep(tx);
          }
          move(tx, to);
          return new Step(Math.toIntExact(to - from), stretch.get().logIsBehind());
        });
  }

  /** From an index to another, exclusive; the same where it is only to be noted how far it is. */
  private record Stretch(long from, long to, boolean logIsBehind) {}

  /** What to project next; nobody else projects until this transaction ends. */
  private static Optional<Stretch> stretch(Connection tx) throws SQLException {
    try (Statement select = tx.createStatement();
        ResultSet row =
            select.executeQuery(
                """
                SELECT next_index, size,
                       log_facts_head.whole_at < now() - interval '2 s'
                         OR finds_at IS DISTINCT FROM held_at,
                       log_head.whole_at < now() - interval '5 s'
                FROM log_facts_head, log_head
                WHERE name = 'carnet' FOR UPDATE OF log_facts_head SKIP LOCKED
                """)) {
      if (!row.next()) {
        return Optional.empty();
      }
      long from = row.getLong(1);
      long to = Math.max(from, Math.min(row.getLong(2), from + AT_ONCE));
      return from < to || row.getBoolean(3)
          ? Optional.of(new Stretch(from, to, row.getBoolean(4)))
          : Optional.empty();
    }
  }

  /** Notes how far it is, and aims at where the log ends now once it is where the log ended. */
  private static void move(Connection tx, long to) throws SQLException {
    try (PreparedStatement update =
        tx.prepareStatement(
            """
            UPDATE log_facts_head SET next_index = moved.reached,
              whole_at = CASE WHEN moved.reached >= aim THEN aimed_at ELSE whole_at END,
              aimed_at = CASE WHEN moved.reached >= aim THEN now() ELSE aimed_at END,
              finds_at = CASE WHEN moved.reached >= aim THEN aims_at ELSE finds_at END,
              finds_below = CASE WHEN moved.reached >= aim THEN aim ELSE finds_below END,
              aims_at = CASE WHEN moved.reached >= aim THEN moved.held_at ELSE aims_at END,
              aim = CASE WHEN moved.reached >= aim THEN moved.size ELSE aim END
            FROM (SELECT ?::bigint AS reached, size, held_at FROM log_head WHERE name = 'carnet') moved
            """)) {
      update.setLong(1, to);
      update.executeUpdate();
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
          read.put(row.getLong(1), ReadableHeaders.of(HeaderBytes.readable(row.getBytes(2))));
        }
      }
    }
    return read;
  }

  /** In the order of the log; what an entry repeats is looked for among those before it. */
  private static DerivedRows facts(Connection tx, long from, Map<Long, ReadableHeaders> read)
      throws SQLException {
    Map<UUID, List<Long>> firsts = known(tx, from, read);
    Map<Long, Content> contents = new HashMap<>();
    DerivedRows facts =
        new DerivedRows(
            "log_facts",
            new Column("index", "int8"),
            new Column("event_id", "uuid"),
            new Column("type", "text"),
            new Column("dossier_id", "uuid"),
            new Column("actor", "text"),
            new Column("time", "timestamptz"),
            new Column("latest", "timestamptz"),
            new Column("repeat_of", "int8"));
    Optional<Instant> latest = latest(tx, from);
    for (long index : read.keySet().stream().sorted().toList()) {
      ReadableHeaders headers = read.get(index);
      latest = Stream.concat(latest.stream(), headers.time().stream()).max(naturalOrder());
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
      facts.add(
          index,
          headers.eventId().orElse(null),
          headers.type().orElse(null),
          headers.dossierId().orElse(null),
          headers.actor().orElse(null),
          headers.time().map(Instant::toString).orElse(null),
          latest.map(Instant::toString).orElse(null),
          repeatOf.orElse(null));
    }
    return facts;
  }

  /** The latest event time of the entries before this one. */
  private static Optional<Instant> latest(Connection tx, long before) throws SQLException {
    try (PreparedStatement select =
        tx.prepareStatement(
            "SELECT latest FROM log_facts WHERE index < ? ORDER BY index DESC LIMIT 1")) {
      select.setLong(1, before);
      try (ResultSet row = select.executeQuery()) {
        return row.next()
            ? Optional.ofNullable(row.getObject(1, OffsetDateTime.class))
                .map(OffsetDateTime::toInstant)
            : Optional.empty();
      }
    }
  }

  /**
   * The entries before this one that are shown with these event ids: nearly always none. Facts of
   * later ones may be left from before all of it is made again.
   */
  private static Map<UUID, List<Long>> known(
      Connection tx, long before, Map<Long, ReadableHeaders> read) throws SQLException {
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
            WHERE event_id = ANY (?) AND repeat_of IS NULL AND index < ? ORDER BY index
            """)) {
      select.setArray(
          1,
          tx.createArrayOf(
              "uuid",
              read.values().stream().flatMap(headers -> headers.eventId().stream()).toArray()));
      select.setLong(2, before);
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
}
