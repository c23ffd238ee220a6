package fr.carnet.resourceserver;

import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Who may not see a dossier is answered at a full step of time after the request, with its body,
 * had come: so how long it took tells as little as the words whether there is such a dossier.
 * Whatever is done for the one and not for the other (a trace, a longer answer of a neighbour) is a
 * fraction of a step.
 */
final class EvenTime {
  private static final Duration STEP = Duration.ofMillis(50);
  private static final String ARRIVED = "arrived";

  private EvenTime() {}

  /** The request has come: its head, and once more when its body is read. */
  static void begins(RoutingContext request) {
    request.put(ARRIVED, System.nanoTime());
  }

  /** Waits for the next full step; a virtual thread waits at no cost. */
  static void awaitFullStep(RoutingContext request) {
    long arrived = request.get(ARRIVED);
    long step = STEP.toNanos();
    long until = arrived + ((System.nanoTime() - arrived) / step + 1) * step;
    for (long left = until - System.nanoTime(); left > 0; left = until - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }
}
