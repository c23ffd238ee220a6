package fr.carnet.local.chaos;

import fr.carnet.local.Api;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Asks again while a service is down or not ready, as a client does that must get its answer.
 * Thread-safe.
 */
final class Persistence {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration BETWEEN = Duration.ofMillis(100);
  private static final int CONFLICT = 409;
  private static final int SERVER_ERRORS = 500;

  private final AtomicLong repeats = new AtomicLong();

  /** A request that may be sent again. */
  interface Request {
    Api.Answer send();
  }

  /** The first answer that is not "ask again". */
  Api.Answer ask(Request request) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      Optional<Api.Answer> answer = answer(request);
      if (answer.filter(a -> !asksAgain(a)).isPresent()) {
        return answer.get();
      }
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError(
            "no answer within "
                + PATIENCE.toSeconds()
                + " s, the last was "
                + answer.map(Api.Answer::toString).orElse("none"));
      }
      repeats.incrementAndGet();
      Thread.sleep(BETWEEN);
    }
  }

  private static Optional<Api.Answer> answer(Request request) {
    try {
      return Optional.of(request.send());
    } catch (UncheckedIOException e) {
      // Killed before, during or after: nobody can tell from here.
      return Optional.empty();
    }
  }

  private static boolean asksAgain(Api.Answer answer) {
    return answer.status() >= SERVER_ERRORS
        || (answer.status() == CONFLICT && answer.code().equals("CONCURRENT_UPDATE"));
  }

  /** How often it had to ask again. */
  long repeats() {
    return repeats.get();
  }
}
