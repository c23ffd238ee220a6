package fr.carnet.ingest.keeping;

import fr.carnet.resourceserver.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.Map;

/**
 * Deliveries, for as long as their sender takes, corrections, and pages of rejections while they
 * are made, under way over HTTP, of which there is an end: each holds some megabytes of lines, and,
 * while it keeps or reads them, one of the connections to the database that the reader of Kafka and
 * the valve need too.
 */
@ApplicationScoped
public class UnderWay {
  private static final int OF_ONE_SENDER = 8;
  private static final int OF_ALL = 16;

  private final Map<String, Integer> bySender = new HashMap<>();
  private int all;

  /** A place among them, until it is closed. */
  @FunctionalInterface
  public interface Place extends AutoCloseable {
    @Override
    void close();
  }

  /** Takes a place, or refuses where there is none. */
  public synchronized Place take(String sender) {
    if (all == OF_ALL || bySender.getOrDefault(sender, 0) == OF_ONE_SENDER) {
      throw new Refusal(UnderWayProblem.TOO_MANY_DELIVERIES);
    }
    all++;
    bySender.merge(sender, 1, Integer::sum);
    return () -> end(sender);
  }

  private synchronized void end(String sender) {
    all--;
    bySender.computeIfPresent(sender, (_, count) -> count == 1 ? null : count - 1);
  }
}
