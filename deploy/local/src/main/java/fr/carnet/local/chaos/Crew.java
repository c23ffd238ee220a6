package fr.carnet.local.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What goes on at the same time, until it is told to stop; the first failure ends it. */
final class Crew implements AutoCloseable {
  /** For what is under way when it is told to stop. */
  private static final Duration ENDING = Duration.ofMinutes(3);

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Future<?>> work = new ArrayList<>();
  private volatile boolean stopping;

  /** Something that may fail. */
  interface Work {
    void run() throws Exception;
  }

  /** Does something once. */
  void once(Work task) {
    work.add(
        threads.submit(
            () -> {
              task.run();
              return null;
            }));
  }

  /** Does something again and again. */
  void again(Work task) {
    once(
        () -> {
          while (!stopping) {
            task.run();
          }
        });
  }

  /** Whether everything has ended by itself. */
  boolean isDone() {
    return work.stream().allMatch(Future::isDone);
  }

  /** Whether work should come to its end. */
  boolean isStopping() {
    return stopping;
  }

  /** Fails if something has failed. */
  void check() throws Exception {
    for (Future<?> one : work) {
      if (one.isDone()) {
        result(one, ENDING);
      }
    }
  }

  /** Lets what is under way come to its end. */
  void finish() throws Exception {
    stopping = true;
    await(ENDING);
  }

  /** Waits for everything to end by itself. */
  void await(Duration atMost) throws Exception {
    for (Future<?> one : work) {
      result(one, atMost);
    }
  }

  private static void result(Future<?> one, Duration atMost) throws Exception {
    try {
      one.get(atMost.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case AssertionError violated -> throw violated;
        case Exception failure -> throw failure;
        case Throwable other -> throw new IllegalStateException(other);
      }
    } catch (TimeoutException e) {
      throw new AssertionError("something did not end within " + atMost, e);
    }
  }

  @Override
  public void close() {
    stopping = true;
    threads.shutdownNow();
    threads.close();
  }
}
