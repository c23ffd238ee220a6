package fr.carnet.eventstore;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Threads that append to many accounts until they are stopped. */
final class Writers implements AutoCloseable {
  private final CommandHandler<Accounts.Account, Accounts.Event> handler;
  private final ExecutorService threads;
  private final List<Future<?>> running = new ArrayList<>();
  private final AtomicLong appended = new AtomicLong();
  private final long pauseNanos;
  private volatile boolean stopped;

  /** A small pause between two appends of a writer leaves the machine some air. */
  Writers(Bench bench, Accounts accounts, int writers, int streams, long seed, Runnable wake) {
    this.handler = new CommandHandler<>(bench.dataSource(), accounts, wake, () -> true);
    this.threads = Executors.newFixedThreadPool(writers);
    this.pauseNanos = TimeUnit.MILLISECONDS.toNanos(40);
    List<UUID> ids =
        new Random(seed).longs(streams).mapToObj(most -> new UUID(most, seed)).toList();
    for (int i = 0; i < writers; i++) {
      Random random = new Random(seed + i);
      running.add(threads.submit(() -> write(random, ids)));
    }
  }

  private Void write(Random random, List<UUID> streams) throws Exception {
    while (!stopped) {
      UUID stream = streams.get(random.nextInt(streams.size()));
      CommandResult result =
          handler.handle(
              new CommandEnvelope(stream, UUID.randomUUID(), "test", "test", Optional.empty()),
              account ->
                  account.owner().isEmpty()
                      ? Accounts.open("owner of " + stream).on(account)
                      : Accounts.deposit(1 + random.nextInt(100)).on(account),
              events -> Integer.toString(events.size()).getBytes(StandardCharsets.UTF_8));
      if (result instanceof CommandResult.Done) {
        appended.incrementAndGet();
      }
      LockSupport.parkNanos(pauseNanos);
    }
    return null;
  }

  long appended() {
    return appended.get();
  }

  /** Stops them, and fails if one of them failed. */
  @Override
  public void close() {
    stopped = true;
    threads.close();
    for (Future<?> writer : running) {
      try {
        writer.get();
      } catch (ExecutionException e) {
        throw new IllegalStateException(e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
