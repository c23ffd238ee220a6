package fr.carnet.audit.sequencing;

import fr.carnet.audit.noticing.LogNotice;
import fr.carnet.audit.noticing.Notices;
import fr.carnet.audit.proving.Checkpoints;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/**
 * Gives every record of every topic kept for ever its index.
 *
 * <p>In this order, and why: take the lock (one leads); open {@code audit.batches}, which fences
 * whoever wrote it before and aborts what they left open; begin a new epoch, so that a predecessor
 * who has announced a batch can no longer commit it; apply every announced batch that the database
 * lacks; only then take new records. For each new batch: announce, then commit, then sign.
 *
 * <p>A crash before the announcement is committed leaves nothing. A crash after it, or a failure of
 * which nobody knows on which side it fell, leaves an announcement that the next leader applies
 * before anything else. There is no other way back to work than through that recovery, so every
 * failure ends the leadership.
 */
public final class Sequencer implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Sequencer.class);
  private static final String CARNET = "carnet";
  private static final ThreadFactory WRITER =
      Thread.ofPlatform().name("sequencer-writer").daemon().factory();
  private static final Duration STANDBY = Duration.ofMillis(250);

  /** A busy log signs a checkpoint this often; what has not changed is not signed again. */
  private static final Duration CHECKPOINT = Duration.ofSeconds(1);

  private static final Duration BROKEN = Duration.ofSeconds(5);

  /** How often it is noted how far the log is. */
  private static final Duration NOTED = Duration.ofSeconds(2);

  private final DataSource dataSource;
  private final Map<String, Object> kafka;
  private final Checkpoints checkpoints;
  private final LogTables tables;
  private final Semaphore stop = new Semaphore(0);
  private final Thread thread;
  private volatile boolean running = true;
  private volatile boolean leads;
  private volatile long lag;
  private volatile long lastRound = System.nanoTime();
  private volatile Optional<String> broken = Optional.empty();

  /**
   * A sequencer; {@link #start()} starts it.
   *
   * @param kafka how to reach Kafka: {@code bootstrap.servers} and security settings
   * @param checkpoints signs what is in the log
   */
  public Sequencer(DataSource dataSource, Map<String, Object> kafka, Checkpoints checkpoints) {
    this.dataSource = dataSource;
    this.kafka = Map.copyOf(kafka);
    this.checkpoints = checkpoints;
    this.tables = new LogTables(dataSource, CARNET);
    this.thread = Thread.ofPlatform().name("sequencer").daemon().unstarted(this::run);
  }

  /** Starts sequencing, or standing by. */
  public Sequencer start() {
    thread.start();
    return this;
  }

  /** Stops after the batch under way. */
  @Override
  public void close() {
    running = false;
    stop.release();
    try {
      thread.join(Duration.ofSeconds(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether this one leads. */
  public boolean leads() {
    return leads;
  }

  /** How many records wait on Kafka; 0 where this one does not lead. */
  public long lag() {
    return leads ? lag : 0;
  }

  /** Why the log stands still and needs a person; in offsets and counts, never content. */
  public Optional<String> broken() {
    return broken;
  }

  /**
   * Whether it leads and has not come round for this long. It does not matter whether records wait:
   * that would tell the sender of a line that one of theirs does.
   */
  public boolean stands(Duration time) {
    return leads && System.nanoTime() - lastRound > time.toNanos();
  }

  private void run() {
    while (running) {
      try {
        Optional<Leadership> taken = Leadership.tryTake(dataSource, CARNET);
        if (taken.isEmpty()) {
          broken = Optional.empty();
          rest(STANDBY);
          continue;
        }
        try (Leadership leadership = taken.get()) {
          lead(leadership);
        }
      } catch (LogBroken e) {
        LOG.errorf("THE LOG STANDS STILL: %s", e.getMessage());
        broken = Optional.of(e.getMessage());
        tell(e.getMessage());
        rest(BROKEN);
      } catch (Exception e) {
        if (running) {
          LOG.warnf("sequencer starts over: %s", e.getClass().getName());
          LOG.debug("sequencer starts over", e);
          rest(STANDBY);
        }
      } finally {
        leads = false;
      }
    }
  }

  private void lead(Leadership leadership) throws SQLException {
    try (BatchTopic batches = new BatchTopic(CARNET, kafka);
        AuditedTopics topics = new AuditedTopics(kafka);
        ExecutorService writer = Executors.newSingleThreadExecutor(WRITER)) {
      leadership.confirm();
      Head begun = recover(leadership, batches, topics);
      requireToGoOn(begun);
      topics.follow(begun);
      long signed = -1;
      long signedAt = 0;
      lastRound = System.nanoTime();
      broken = Optional.empty();
      Notices.end(dataSource, LogNotice.LOG_CONTRADICTED, "");
      long notedAt = 0;
      leads = true;
      long gathered = begun.size();
      Future<Head> writing = CompletableFuture.completedFuture(begun);
      while (running) {
        leadership.confirm();
        List<ConsumerRecord<byte[], byte[]>> records = topics.gather();
        List<LogEntry> entries = LogEntry.from(gathered, records);
        gathered += entries.size();
        // While one batch is announced and written the next is gathered: never two are under way.
        Head head = written(writing);
        if (!entries.isEmpty()) {
          writing = writer.submit(() -> append(head, entries, batches));
        }
        boolean due = signed < 0 || System.nanoTime() - signedAt > CHECKPOINT.toNanos();
        if (due && head.size() > signed && sign(head)) {
          signed = head.size();
          signedAt = System.nanoTime();
        }
        if (notedAt == 0 || System.nanoTime() - notedAt > NOTED.toNanos()) {
          noteWhole(written(writing), topics, records);
          notedAt = System.nanoTime();
        }
        lag = topics.lag() + entries.size();
        lastRound = System.nanoTime();
      }
    }
  }

  /** Announces a batch, and then commits it. */
  private Head append(Head head, List<LogEntry> entries, BatchTopic batches) throws SQLException {
    if (entries.getFirst().index() != head.size()) {
      throw new IllegalStateException("what was gathered does not follow on what was written");
    }
    try {
      Head.Next next = head.next(entries, Clock.systemUTC().instant());
      Announcement announced = batches.publish(next.batch());
      return tables.append(head, new TakenBatch(announced, entries), next.growth());
    } catch (SQLException | RuntimeException e) {
      // Where the leader has failed by itself nobody asks for this any more.
      LOG.debug("a batch could not be written", e);
      throw e;
    }
  }

  /** The head with what was being written, or why it could not be. */
  private static Head written(Future<Head> writing) throws SQLException {
    try {
      return writing.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case SQLException database -> throw database;
        case RuntimeException unchecked -> throw unchecked;
        default -> throw new IllegalStateException(e.getCause());
      }
    }
  }

  /**
   * The log holds what Kafka had before it was asked; or, while more comes than was taken, what was
   * there before the oldest record of the last batch. Nothing where Kafka does not say which.
   */
  void noteWhole(Head head, AuditedTopics topics, List<ConsumerRecord<byte[], byte[]>> records)
      throws SQLException {
    Instant before = Clock.systemUTC().instant();
    Optional<Boolean> atEnd = topics.isAtEnd();
    if (atEnd.isEmpty()) {
      return;
    }
    if (atEnd.get()) {
      tables.noteWhole(head, before);
    } else if (!records.isEmpty()) {
      long oldest = records.stream().mapToLong(ConsumerRecord::timestamp).min().getAsLong();
      tables.noteWhole(head, Instant.ofEpochMilli(Math.min(oldest, before.toEpochMilli())));
    }
  }

  private void tell(String contradiction) {
    try {
      Notices.raise(dataSource, LogNotice.LOG_CONTRADICTED, "", contradiction);
    } catch (SQLException e) {
      LOG.warnf("the notice of it could not be kept: %s", e.getSQLState());
    }
  }

  /** What was signed once binds for ever: a log that does not go on from it is not led on. */
  private void requireToGoOn(Head head) throws SQLException {
    try {
      checkpoints
          .contradiction(head.tree(), dataSource)
          .ifPresent(
              contradiction -> {
                throw new LogBroken(contradiction);
              });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Signs what is announced and committed. A file that cannot be written does not stop the log. */
  private boolean sign(Head head) throws SQLException {
    try {
      checkpoints.sign(head.tree(), Clock.systemUTC().instant(), dataSource);
      return true;
    } catch (IOException e) {
      LOG.errorf("no checkpoint can be written: %s", e.getClass().getName());
      return false;
    }
  }

  /** The truth is what stands on {@code audit.batches}: the database is brought up to it. */
  private Head recover(Leadership leadership, BatchTopic batches, AuditedTopics topics)
      throws SQLException {
    Head head = tables.begin(0);
    while (head.tree().size() < head.size() && running) {
      leadership.confirm();
      head = tables.growTree(head);
    }
    BatchTopic.Unread unread = batches.behind(head.last());
    long recovered = 0;
    List<Announcement> group = nextGroup(unread);
    while (!group.isEmpty() && running) {
      leadership.confirm();
      requireToFollow(head, group);
      head = tables.append(head, take(group, topics));
      recovered += group.size();
      group = nextGroup(unread);
    }
    if (recovered > 0) {
      LOG.infof(
          "%d announced batches were applied; the log has %d entries", recovered, head.size());
    }
    long lastEpoch = head.last().map(last -> last.batch().epoch()).orElse(0L);
    return lastEpoch < head.epoch() ? head : tables.begin(lastEpoch);
  }

  private static List<Announcement> nextGroup(BatchTopic.Unread unread) {
    return unread.next(AuditedTopics.FULL_RECORDS, AuditedTopics.FULL_BYTES);
  }

  private static void requireToFollow(Head head, List<Announcement> group) {
    Head end = head;
    for (Announcement announcement : group) {
      end = end.after(announcement);
    }
  }

  private static List<TakenBatch> take(List<Announcement> group, AuditedTopics topics) {
    Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> read = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> record : topics.exactly(Head.covering(group))) {
      read.computeIfAbsent(
              new TopicPartition(record.topic(), record.partition()), _ -> new ArrayList<>())
          .add(record);
    }
    List<TakenBatch> taken = new ArrayList<>();
    for (Announcement announcement : group) {
      List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
      for (OffsetRange range : announcement.batch().ranges()) {
        List<ConsumerRecord<byte[], byte[]>> left = read.getOrDefault(range.place(), List.of());
        int count = 0;
        while (count < left.size() && left.get(count).offset() < range.to()) {
          count++;
        }
        records.addAll(left.subList(0, count));
        read.put(range.place(), left.subList(count, left.size()));
      }
      taken.add(
          new TakenBatch(announcement, LogEntry.from(announcement.batch().firstIndex(), records)));
    }
    return taken;
  }

  private void rest(Duration time) {
    try {
      if (stop.tryAcquire(time.toMillis(), TimeUnit.MILLISECONDS)) {
        running = false;
      }
    } catch (InterruptedException e) {
      running = false;
    }
  }
}
