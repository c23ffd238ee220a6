package fr.carnet.audit.sequencing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import fr.carnet.events.Topic;
import fr.carnet.testkit.RealServers;
import java.io.IOException;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sequencers as processes, killed, stopped and woken while records arrive. */
class SequencerKillTest {
  private static final int KILLS = Integer.getInteger("carnet.kills", 2);
  private AuditedKafka kafka;

  @BeforeEach
  void start() throws Exception {
    kafka = new AuditedKafka();
  }

  @AfterEach
  void stop() {
    kafka.close();
  }

  private SequencerProcess process(LogDatabase database) throws IOException {
    return SequencerProcess.start(
        database.jdbcUrl(),
        RealServers.postgres().user(),
        RealServers.postgres().password(),
        kafka.bootstrapServers());
  }

  /** Records that arrive, some in transactions that are aborted, until it is closed. */
  private final class Arrivals implements AutoCloseable {
    private final AtomicBoolean running = new AtomicBoolean(true);
    private final Thread thread;
    final AtomicLong committed = new AtomicLong();

    Arrivals(long seed) {
      Random dice = new Random(seed);
      thread =
          Thread.ofPlatform()
              .start(
                  () -> {
                    while (running.get()) {
                      List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
                      for (int i = dice.nextInt(60); i >= 0; i--) {
                        byte[] value = new byte[dice.nextInt(600)];
                        dice.nextBytes(value);
                        records.add(
                            AuditedKafka.event(
                                Topic.AUDITED.get(dice.nextInt(Topic.AUDITED.size())),
                                new UUID(dice.nextLong(), dice.nextLong()),
                                new UUID(0, dice.nextInt(50)),
                                "test.v1",
                                value));
                      }
                      boolean commit = dice.nextInt(5) > 0;
                      kafka.publish(commit, records);
                      if (commit) {
                        committed.addAndGet(records.size());
                      }
                      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(dice.nextInt(30)));
                    }
                  });
    }

    @Override
    public void close() throws InterruptedException {
      running.set(false);
      thread.join();
    }
  }

  private static void awaitGrowth(LogDatabase database) {
    long before = database.size();
    await()
        .atMost(Duration.ofMinutes(5))
        .pollInterval(Duration.ofMillis(20))
        .until(() -> database.size() > before);
  }

  private static void awaitStanding(LogDatabase database, SequencerProcess process) {
    await()
        .atMost(Duration.ofMinutes(5))
        .until(
            () ->
                database.number(
                        "SELECT count(*) FROM pg_stat_activity WHERE application_name = '"
                            + process.name()
                            + "'")
                    > 0);
  }

  /** Holds new entries back, so that the sequencer is caught between announcing and committing. */
  private static Connection holdEntriesBack(LogDatabase database) throws Exception {
    Connection hold = database.dataSource().getConnection();
    hold.setAutoCommit(false);
    try (Statement lock = hold.createStatement()) {
      lock.execute("LOCK TABLE log_entry IN EXCLUSIVE MODE");
    }
    await()
        .atMost(Duration.ofMinutes(5))
        .pollInterval(Duration.ofMillis(20))
        .until(
            () ->
                database.number(
                        """
                        SELECT count(*) FROM pg_locks
                        WHERE relation = 'log_entry'::regclass AND NOT granted
                          AND database = (SELECT oid FROM pg_database
                                          WHERE datname = current_database())
                        """)
                    > 0);
    return hold;
  }

  @Test
  void killedAtRandomItLosesNothingAndRepeatsNothing() throws Exception {
    long seed = Long.getLong("carnet.seed", System.nanoTime());
    System.out.println("kill test, seed " + seed + ", " + KILLS + " kills");
    Random dice = new Random(seed);
    LogDatabase database = LogDatabase.empty();
    int betweenAnnouncedAndCommitted = 0;
    long committed;
    try (Arrivals arrivals = new Arrivals(seed)) {
      for (int kill = 0; kill < KILLS; kill++) {
        SequencerProcess process = process(database);
        try {
          awaitGrowth(database);
          if (kill == 0 || dice.nextInt(3) == 0) {
            try (Connection hold = holdEntriesBack(database)) {
              process.kill();
              betweenAnnouncedAndCommitted++;
              hold.rollback();
            }
          } else {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(dice.nextInt(900)));
          }
        } finally {
          process.kill();
        }
      }
      arrivals.close();
      committed = arrivals.committed.get();
    }
    try (Sequencer _ =
        new Sequencer(database.dataSource(), kafka.settings, database.checkpoints()).start()) {
      database.awaitSize(committed);
    }
    System.out.printf(
        "%d records in %d batches after %d kills, %d of them between announcement and commit; %d"
            + " leaderships%n",
        committed,
        database.number("SELECT batches FROM log_head"),
        KILLS,
        betweenAnnouncedAndCommitted,
        database.number("SELECT epoch FROM log_head"));
    assertThat(committed).isPositive();
    database.requireWhole(kafka.committed());
    requireTheSameFromNothing(database);
  }

  @Test
  void oneThatWakesUpAfterItsSuccessorBeganWritesNothing() throws Exception {
    LogDatabase database = LogDatabase.empty();
    SequencerProcess first = process(database);
    SequencerProcess second = null;
    long committed;
    try (Arrivals arrivals = new Arrivals(11)) {
      awaitGrowth(database);
      second = process(database);
      awaitStanding(database, second);
      // Stopped where it hurts most: it has announced a batch and holds the head's row.
      try (Connection hold = holdEntriesBack(database)) {
        first.stop();
        hold.rollback();
      }
      long epoch = database.number("SELECT epoch FROM log_head");
      long stopped = System.nanoTime();
      await()
          .atMost(Duration.ofMinutes(5))
          .pollInterval(Duration.ofMillis(20))
          .until(() -> database.number("SELECT epoch FROM log_head") > epoch);
      awaitGrowth(database);
      long takeoverMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - stopped);
      System.out.println("takeover from a stopped sequencer: " + takeoverMillis + " ms");
      first.wake();
      awaitGrowth(database);
      assertThat(first.isAlive()).isTrue();
      // And the woken one, which stands by, takes over in its turn.
      second.kill();
      awaitGrowth(database);
      arrivals.close();
      committed = arrivals.committed.get();
      database.awaitSize(committed);
    } finally {
      first.kill();
      if (second != null) {
        second.kill();
      }
    }
    database.requireWhole(kafka.committed());
    requireTheSameFromNothing(database);
  }

  /** A fresh database, made from the announcements alone, has the same rows. */
  private void requireTheSameFromNothing(LogDatabase database) throws Exception {
    LogDatabase fresh = LogDatabase.empty();
    try (Sequencer _ =
        new Sequencer(fresh.dataSource(), kafka.settings, fresh.checkpoints()).start()) {
      fresh.awaitSize(database.size());
    }
    assertThat(fresh.everything()).isEqualTo(database.everything());
  }
}
