package fr.carnet.local.probing;

import fr.carnet.local.Api;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Does what a 503 says: asks again. A service answers so when another one that it must ask does not
 * answer in half a second, as on a machine on which that one has only just started.
 */
public final class Insisting {
  private static final int LATER = 503;
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration PAUSE = Duration.ofMillis(100);

  private Insisting() {}

  /** The first answer that is not 503, or the last after 30 seconds. */
  public static Api.Answer onAnAnswer(Supplier<Api.Answer> request) {
    long since = System.nanoTime();
    Api.Answer answer = request.get();
    while (answer.status() == LATER && System.nanoTime() - since < PATIENCE.toNanos()) {
      pause();
      answer = request.get();
    }
    return answer;
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
