package fr.carnet.local.bench;

import fr.carnet.platform.Clients;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Asks over HTTP, as fast as answers come or evenly, and looks at every answer. */
final class Load implements AutoCloseable {
  private static final int ASKING_AT_ONCE = 16;

  /** So many wait at most; who waits longer for a turn waits within the time that is measured. */
  private static final int WAITING_AT_ONCE = 200;

  private static final Duration SETTLING = Duration.ofSeconds(5);

  private static final int OK = 200;

  /**
   * One request.
   *
   * @param isRight whether the body of an answer with 200 is what it must be
   */
  record Asked(HttpRequest request, Predicate<byte[]> isRight) {}

  private final AtomicLong answered = new AtomicLong();
  private final Map<String, Integer> failed = new ConcurrentSkipListMap<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient client = Clients.http().executor(threads).build();

  /** How many answers came with 200 and were right, warm-ups included. */
  long answered() {
    return answered.get();
  }

  /** How many came with another status, were wrong, or did not come: by which. */
  Map<String, Integer> failed() {
    return new TreeMap<>(failed);
  }

  /** Answers a second, as fast as they come: each asks again when it was answered. */
  double closedLoop(Supplier<Asked> next, Duration time) throws InterruptedException {
    long begin = System.nanoTime();
    long before = answered.get();
    long end = begin + time.toNanos();
    try (ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < ASKING_AT_ONCE; i++) {
        var _ =
            readers.submit(
                () -> {
                  while (System.nanoTime() - end < 0) {
                    ask(next.get());
                  }
                });
      }
    }
    return (answered.get() - before) / ((System.nanoTime() - begin) / 1e9);
  }

  /**
   * How long answers take that are asked for evenly, whether or not those before have come: from
   * when it was time to ask. Nothing of the first seconds counts: another rhythm opens other
   * connections, and is compiled anew.
   */
  Latencies openLoop(Supplier<Asked> next, int perSecond, Duration time) {
    Collection<Long> nanos = new ConcurrentLinkedQueue<>();
    Semaphore turns = new Semaphore(WAITING_AT_ONCE);
    long between = Duration.ofSeconds(1).toNanos() / perSecond;
    long begin = System.nanoTime();
    try (ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
      long counted = begin + SETTLING.toNanos();
      for (long due = begin; due - counted < time.toNanos(); due += between) {
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
          LockSupport.parkNanos(left);
        }
        long since = due;
        var _ =
            readers.submit(
                () -> {
                  turns.acquireUninterruptibly();
                  try {
                    ask(next.get());
                  } finally {
                    turns.release();
                  }
                  if (since >= counted) {
                    nanos.add(System.nanoTime() - since);
                  }
                });
      }
    }
    return Latencies.ofNanos(nanos);
  }

  private void ask(Asked asked) {
    try {
      HttpResponse<byte[]> answer =
          client.send(asked.request(), HttpResponse.BodyHandlers.ofByteArray());
      if (answer.statusCode() != OK) {
        failed.merge("status " + answer.statusCode(), 1, Integer::sum);
      } else if (!asked.isRight().test(answer.body())) {
        failed.merge("a wrong answer", 1, Integer::sum);
      } else {
        answered.incrementAndGet();
      }
    } catch (IOException e) {
      failed.merge(e.getClass().getSimpleName(), 1, Integer::sum);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
    threads.shutdownNow();
  }
}
