package fr.carnet.local.chaos;

import fr.carnet.local.probing.Http;
import java.io.IOException;
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
    Http.Answer send() throws IOException;
  }

  /** The first answer that is not "ask again". */
  Http.Answer ask(Request request) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      Optional<Http.Answer> answer = answer(request);
      if (answer.filter(a -> !asksAgain(a)).isPresent()) {
        return answer.get();
      }
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError(
            "no answer within "
                + PATIENCE.toSeconds()
                + " s, the last was "
                + answer.map(Http.Answer::toString).orElse("none"));
      }
      repeats.incrementAndGet();
      Thread.sleep(BETWEEN);
    }
  }

  private static Optional<Http.Answer> answer(Request request) {
    try {
      return Optional.of(request.send());
    } catch (IOException e) {
      // Killed before, during or after: nobody can tell from here.
      return Optional.empty();
    }
  }

  private static boolean asksAgain(Http.Answer answer) {
    return answer.status() >= SERVER_ERRORS
        || (answer.status() == CONFLICT && answer.code().equals("CONCURRENT_UPDATE"));
  }

  /** How often it had to ask again. */
  long repeats() {
    return repeats.get();
  }
}
