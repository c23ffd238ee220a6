package fr.carnet.resourceserver;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Answers that must not tell by their time whether there is a dossier: what is answered, and that
 * it is not, both come no sooner than after more time than either takes. For requests of people, on
 * virtual threads.
 */
public final class NoSooner {
  /** Longer than any such request takes. */
  public static final Duration THAN = Duration.ofMillis(100);

  private NoSooner() {}

  /** What is to be done. */
  @FunctionalInterface
  public interface Work<T> {
    /** Does it. */
    T done() throws SQLException;
  }

  /** Does it, and gives its answer or its exception in due time. */
  public static <T> T answer(Work<T> work) throws SQLException {
    long end = System.nanoTime() + THAN.toNanos();
    try {
      return work.done();
    } finally {
      for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
    }
  }
}
