package fr.carnet.local.bench;

import fr.carnet.local.Service;
import fr.carnet.local.Suite;
import fr.carnet.platform.Clients;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;

/**
 * One resource of random dossiers, read with a doctor's token: each answer costs a look at the
 * token, a decision by the access-control-service, and a trace.
 */
final class ReadLoad implements AutoCloseable {
  private static final int READING_AT_ONCE = 16;

  /** So many wait at most; who waits longer for a turn waits within the time that is measured. */
  private static final int WAITING_AT_ONCE = 200;

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int OK = 200;

  private final Suite suite;
  private final IntFunction<UUID> dossier;
  private final int dossiers;
  private final AtomicLong answered = new AtomicLong();
  private final Map<String, Integer> failed = new ConcurrentSkipListMap<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient client = Clients.http().executor(threads).build();

  ReadLoad(Suite suite, IntFunction<UUID> dossier, int dossiers) {
    this.suite = suite;
    this.dossier = dossier;
    this.dossiers = dossiers;
  }

  /** How many answers came with 200, warm-ups included. */
  long answered() {
    return answered.get();
  }

  /** How many came with another status, or did not come, by which. */
  Map<String, Integer> failed() {
    return new TreeMap<>(failed);
  }

  /** Answers a second, as fast as they come: each reader asks again when it was answered. */
  double closedLoop(String resource, Duration time) throws InterruptedException {
    String token = suite.accounts().token(MadeUpDossier.DOCTOR);
    long begin = System.nanoTime();
    long before = answered.get();
    long end = begin + time.toNanos();
    try (ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < READING_AT_ONCE; i++) {
        var _ =
            readers.submit(
                () -> {
                  while (System.nanoTime() - end < 0) {
                    read(resource, token);
                  }
                });
      }
    }
    return (answered.get() - before) / ((System.nanoTime() - begin) / 1e9);
  }

  /**
   * How long answers take that are asked for evenly, whether or not those before have come: from
   * when it was time to ask.
   */
  Latencies openLoop(String resource, int perSecond, Duration time) {
    String token = suite.accounts().token(MadeUpDossier.DOCTOR);
    Collection<Long> nanos = new ConcurrentLinkedQueue<>();
    Semaphore turns = new Semaphore(WAITING_AT_ONCE);
    long between = Duration.ofSeconds(1).toNanos() / perSecond;
    long begin = System.nanoTime();
    try (ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (long due = begin; due - begin < time.toNanos(); due += between) {
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
          LockSupport.parkNanos(left);
        }
        long since = due;
        var _ =
            readers.submit(
                () -> {
                  turns.acquireUninterruptibly();
                  try {
                    read(resource, token);
                  } finally {
                    turns.release();
                  }
                  nanos.add(System.nanoTime() - since);
                });
      }
    }
    return Latencies.ofNanos(nanos);
  }

  private void read(String resource, String token) {
    UUID id = dossier.apply(ThreadLocalRandom.current().nextInt(dossiers));
    try {
      int status =
          client
              .send(
                  HttpRequest.newBuilder(at(id, resource))
                      .header("Authorization", "Bearer " + token)
                      .timeout(PATIENCE)
                      .build(),
                  HttpResponse.BodyHandlers.ofByteArray())
              .statusCode();
      if (status == OK) {
        answered.incrementAndGet();
      } else {
        failed.merge("status " + status, 1, Integer::sum);
      }
    } catch (IOException e) {
      failed.merge(e.getClass().getSimpleName(), 1, Integer::sum);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private URI at(UUID id, String resource) {
    return suite.url(Service.DOSSIER).resolve("/dossiers/" + id + "/" + resource);
  }

  @Override
  public void close() {
    client.shutdownNow();
    threads.shutdownNow();
  }
}
