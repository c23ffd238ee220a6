package fr.carnet.audit.watching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import fr.carnet.audit.noticing.LogNotice;
import fr.carnet.audit.noticing.Notices;
import fr.carnet.audit.proving.Checkpoints;
import fr.carnet.audit.proving.StoredTree;
import fr.carnet.eventstore.Transactions;
import fr.carnet.testkit.RealServers;
import fr.carnet.transparency.Entry;
import fr.carnet.transparency.Hash;
import fr.carnet.transparency.TreeEdge;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A log whose tree has three levels, and somebody who may write its database. */
class LogWatchTest {
  private static final int SIZE = 65_536 + 300;

  /** Of an older checkpoint: more than is checked at once. */
  private static final int FIRST = 2_000;

  private static String url;
  private static DataSource dataSource;
  private static TreeEdge edge;

  private LogWatch watch;
  private SelfCheck check;

  @BeforeAll
  static void fill() throws Exception {
    url = RealServers.emptyDatabase();
    dataSource = RealServers.dataSource(url);
    Flyway.configure()
        .dataSource(dataSource)
        .locations("db/eventstore", "db/migration")
        .load()
        .migrate();
    execute(
        """
        INSERT INTO log_entry (index, topic, partition, record_offset, headers, value)
        SELECT n, 'dossier.events', 0, n, '', convert_to(n::text, 'UTF8')
        FROM generate_series(0, %d - 1) AS n
        """
            .formatted(SIZE));
    List<Hash> leaves = IntStream.range(0, SIZE).mapToObj(LogWatchTest::leaf).toList();
    TreeEdge.Growth growth = TreeEdge.EMPTY.grow(leaves);
    edge = growth.edge();
    Transactions.run(
        dataSource,
        tx -> {
          new StoredTree(tx).write(growth.tiles());
          return growth;
        });
    // It is known to be whole for as long as this runs.
    execute(
        "UPDATE log_head SET size = %1$d, tree_size = %1$d, whole_at = now() + interval '1 h'"
            .formatted(SIZE));
    execute("UPDATE log_facts_head SET whole_at = now() + interval '1 h'");
    TreeEdge first = TreeEdge.EMPTY.grow(leaves.subList(0, FIRST)).edge();
    checkpoints(file()).sign(first, Instant.EPOCH, dataSource);
    checkpoints(file()).sign(edge, Instant.EPOCH, dataSource);
  }

  private static Hash leaf(int index) {
    byte[] value = Integer.toString(index).getBytes(StandardCharsets.UTF_8);
    return Hash.ofLeaf(
        new Entry(
                "dossier.events",
                0,
                index,
                Entry.Part.of(null),
                Entry.Part.of(new byte[0]),
                Entry.Part.of(value))
            .leaf());
  }

  private static Path file() {
    return Path.of("target", "checkpoints-" + UUID.randomUUID() + ".txt");
  }

  private static Checkpoints checkpoints(Path file) throws IOException {
    return Checkpoints.with(
        "watch.example/log", List.of(Path.of("target", "watch-key.json")), file);
  }

  private static void execute(String sql) throws SQLException {
    try (var connection = dataSource.getConnection();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @BeforeEach
  void start() throws Exception {
    execute("TRUNCATE log_notice");
    watch(dataSource, Duration.ofSeconds(60));
  }

  private void watch(DataSource through, Duration behind) throws IOException {
    Checkpoints checkpoints = checkpoints(file());
    watch = new LogWatch(through, checkpoints, behind);
    check = new SelfCheck(through, checkpoints);
  }

  /** What is told, once the log was looked through up to its end. */
  private List<String> told() throws SQLException {
    do {
      watch.check(check);
    } while (check.checked() > 0);
    return Transactions.run(dataSource, Notices::list).stream()
        .filter(notice -> notice.ended().isEmpty())
        .map(notice -> notice.code() + " " + notice.detail())
        .toList();
  }

  /** Another replica tells of a place where this one had been already in its round. */
  @Test
  void onlyWhoHasLookedAtEverythingSinceEndsWhatAnotherFound() throws Exception {
    execute("CREATE TABLE taken AS SELECT * FROM log_checkpoint WHERE size = " + SIZE);
    execute("DELETE FROM log_checkpoint WHERE size = " + SIZE);
    try {
      // given: in the middle of a round
      watch.check(check);
      assertThat(check.checked()).isPositive();

      // when
      Notices.raise(dataSource, LogNotice.LOG_NOT_VERIFIED, "", "index 0: of another replica");

      // then: it ends with the next round
      assertThat(told()).hasSize(1);
      assertThat(told()).isEmpty();
    } finally {
      execute("INSERT INTO log_checkpoint SELECT * FROM taken");
      execute("DROP TABLE taken");
    }
  }

  @Test
  void aTileThatIsTakenAwayIsToldAndHidesNothingElse() throws Exception {
    for (int level : List.of(2, 1, 0)) {
      execute("CREATE TABLE taken AS SELECT * FROM log_tile WHERE level = " + level);
      try {
        // given: of the level, the tile at the edge
        execute(
            "DELETE FROM log_tile WHERE level = %1$d AND index = (SELECT max(index) FROM taken)"
                .formatted(level));

        // when
        start();
        watch.check(check);

        // then
        assertThat(opened())
            .startsWith("the tree that was signed cannot be made: there is no tile/" + level + "/");
        assertThat(check.checked()).as("and it goes on").isPositive();
      } finally {
        execute("INSERT INTO log_tile SELECT * FROM taken ON CONFLICT DO NOTHING");
        execute("DROP TABLE taken");
      }
    }
  }

  @Test
  void aTileAwayFromTheEdgeIsComparedWithTheEntries() throws Exception {
    // given
    String first = "WHERE level = 1 AND index = 0";
    execute("UPDATE log_tile SET hashes = set_byte(hashes, 77, get_byte(hashes, 77) # 1) " + first);
    try {
      // then
      assertThat(told())
          .containsExactly("LOG_NOT_VERIFIED tile/1/000 is not the one that the entries make");
    } finally {
      execute(
          "UPDATE log_tile SET hashes = set_byte(hashes, 77, get_byte(hashes, 77) # 1) " + first);
    }
  }

  @Test
  void aCheckpointThatStandsInThePlaceOfTheNewestIsTold() throws Exception {
    for (String planted :
        List.of(
            "SELECT 1000000000000000, note FROM log_checkpoint WHERE size = " + FIRST,
            "SELECT 1000000000000000, 'no note'")) {
      // given
      execute("INSERT INTO log_checkpoint " + planted);
      try {
        // then
        assertThat(told()).as(planted).hasSize(1).first().asString().startsWith("LOG_NOT_VERIFIED");
      } finally {
        execute("DELETE FROM log_checkpoint WHERE size > " + SIZE);
      }
    }
  }

  @Test
  void whatIsNotedOfNoEntryIsTold() throws Exception {
    for (long index : List.of(-1L, (long) SIZE)) {
      execute("INSERT INTO log_facts (index) VALUES (%d)".formatted(index));
      try {
        start();
        watch.check(check);
        assertThat(opened())
            .isEqualTo("index %d: something is found here, and no entry is".formatted(index));
      } finally {
        execute("TRUNCATE log_facts");
      }
    }
  }

  @Test
  void whatCannotBeCheckedIsToldUnlessTheDatabaseFailsForAMoment() throws Exception {
    for (String table : List.of("log_tile", "log_facts_head")) {
      // given
      start();
      execute("ALTER TABLE %s RENAME TO hidden".formatted(table));
      try {
        // when
        watch.lookAndCheck(check);

        // then
        assertThat(opened()).startsWith("index 0: nothing can be checked from here on");
      } finally {
        execute("ALTER TABLE hidden RENAME TO " + table);
      }
    }

    // given: a lock, in vain waited for
    start();
    try (var connection = dataSource.getConnection();
        var lock = connection.createStatement()) {
      DataSource impatient = RealServers.dataSource(url + "?options=-c%20lock_timeout%3D50ms");
      watch(impatient, Duration.ofSeconds(60));
      connection.setAutoCommit(false);
      lock.execute("LOCK TABLE log_tile");

      // then
      assertThatThrownBy(() -> watch.check(check)).isInstanceOf(RuntimeException.class);
      assertThat(Transactions.run(dataSource, Notices::open)).isZero();

      // and when it goes on for too long
      watch(impatient, Duration.ZERO);
      assertThatThrownBy(() -> watch.check(check)).isInstanceOf(RuntimeException.class);
      assertThat(opened()).startsWith("index 0: nothing can be checked from here on");
      connection.rollback();
    }
  }

  private String opened() throws SQLException {
    assertThat(Transactions.run(dataSource, Notices::open)).isEqualTo(1);
    return Transactions.run(dataSource, Notices::list).getFirst().detail();
  }

  @Test
  void aLogThatIsNotSignedIsNotWholeUntilItIs() throws Exception {
    // given
    execute("DELETE FROM log_checkpoint WHERE size = " + SIZE);
    Path file = Files.createDirectories(file());
    watch(dataSource, Duration.ofMillis(100));
    assertThatThrownBy(() -> checkpoints(file).sign(edge, Instant.EPOCH, dataSource))
        .isInstanceOf(IOException.class);

    // when
    watch.look();
    assertThat(Transactions.run(dataSource, watch::isWhole)).as("at first").isTrue();
    Notices.Notice told =
        await()
            .atMost(Duration.ofMinutes(5))
            .until(
                () -> {
                  watch.look();
                  return Transactions.run(dataSource, Notices::list).stream().findFirst();
                },
                Optional::isPresent)
            .orElseThrow();

    // then
    assertThat(told.code()).isEqualTo(LogNotice.LOG_NOT_SIGNED.code());
    assertThat(told.detail()).isEqualTo("from index %d on".formatted(FIRST));
    assertThat(Transactions.run(dataSource, watch::isWhole)).isFalse();

    // and when it is signed
    checkpoints(file()).sign(edge, Instant.EPOCH, dataSource);
    watch.look();
    assertThat(Transactions.run(dataSource, watch::isWhole)).isTrue();
  }
}
