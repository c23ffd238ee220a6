package fr.carnet.resourceserver;

import fr.carnet.events.Topic;
import fr.carnet.eventstore.Parking;
import fr.carnet.eventstore.Rebuild;
import fr.carnet.eventstore.Relay;
import fr.carnet.eventstore.TopicReader;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.apache.kafka.clients.admin.Admin;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;

/**
 * The moving parts of a service: it declares its readers and rebuilds once, at start, and they run
 * until it stops. The relay runs in every service.
 */
@ApplicationScoped
public class Machinery {
  private static final Logger LOG = Logger.getLogger(Machinery.class);
  private static final Duration STANDSTILL = Duration.ofMinutes(1);

  /** A service declares its parts by observing this event; it is fired once topics exist. */
  public interface Starting {
    /** Adds a reader; it starts after every service bean has been asked. */
    void reader(TopicReader reader);

    /** Adds something else that runs until the service stops. */
    void worker(AutoCloseable worker);

    /** Makes the service's own streams, published on this topic, comparable with Kafka. */
    void streams(Topic topic);

    /** Makes a read model rebuildable by an operator. */
    void rebuild(String projection, Rebuild rebuild);
  }

  private final class Declared implements Starting {
    @Override
    public void reader(TopicReader reader) {
      readers.add(reader);
    }

    @Override
    public void worker(AutoCloseable worker) {
      workers.add(worker);
    }

    @Override
    public void streams(Topic topic) {
      streams.add(topic);
    }

    @Override
    public void rebuild(String projection, Rebuild rebuild) {
      rebuilds.put(projection, rebuild);
    }
  }

  @Inject DataSource dataSource;
  @Inject KafkaSettings kafka;
  @Inject MeterRegistry metrics;
  @Inject jakarta.enterprise.event.Event<Starting> starting;

  @Inject
  @ConfigProperty(name = "quarkus.application.name")
  String service;

  private final List<TopicReader> readers = new ArrayList<>();
  private final List<AutoCloseable> workers = new ArrayList<>();
  private final Map<String, Rebuild> rebuilds = new LinkedHashMap<>();
  private final List<Topic> streams = new ArrayList<>();
  private volatile Optional<Relay> relay = Optional.empty();

  void start(@Observes @Priority(2_000) StartupEvent event) throws InterruptedException {
    try (Admin admin = Admin.create(kafka.client())) {
      Topic.createMissing(admin, kafka.partitions(), kafka.replication());
    }
    relay = Optional.of(new Relay(dataSource, service, kafka.client()).start());
    starting.fire(new Declared());
    readers.forEach(TopicReader::start);
    metrics.gauge("carnet.parked.records", this, Machinery::parked);
    metrics.gauge("carnet.outbox.rows", this, Machinery::outboxRows);
    for (TopicReader reader : readers) {
      metrics.gauge(
          "carnet.reader.lag.records",
          List.of(io.micrometer.core.instrument.Tag.of("reader", reader.name())),
          reader,
          TopicReader::lag);
    }
  }

  void stop(@Observes ShutdownEvent event) {
    readers.forEach(TopicReader::close);
    for (AutoCloseable worker : workers) {
      try {
        worker.close();
      } catch (Exception e) {
        LOG.warnf("a worker did not stop: %s", e.getClass().getSimpleName());
      }
    }
    relay.ifPresent(Relay::close);
    // The registry stays where one service starts after another in a process, as in tests: a gauge
    // of this name could not be made again, and would be asked of what is gone.
    metrics.getMeters().stream()
        .filter(meter -> meter.getId().getName().startsWith("carnet."))
        .forEach(metrics::remove);
  }

  /** Tells the relay that something was committed. */
  public void wakeRelay() {
    relay.ifPresent(Relay::wake);
  }

  /** The topics of the service's own streams. */
  List<Topic> streams() {
    return List.copyOf(streams);
  }

  Optional<Rebuild> rebuildOf(String projection) {
    return Optional.ofNullable(rebuilds.get(projection));
  }

  private double parked() {
    try (var connection = dataSource.getConnection()) {
      return Parking.count(connection);
    } catch (SQLException e) {
      return Double.NaN;
    }
  }

  private double outboxRows() {
    try (var connection = dataSource.getConnection();
        var select = connection.createStatement();
        var row = select.executeQuery("SELECT count(*) FROM outbox")) {
      row.next();
      return row.getLong(1);
    } catch (SQLException e) {
      return Double.NaN;
    }
  }

  /**
   * A reader with waiting records whose offset stands still is not ready, however alive it looks.
   */
  @Readiness
  HealthCheck readersMove() {
    return () -> {
      List<String> standing =
          readers.stream()
              .filter(reader -> reader.stands(STANDSTILL))
              .map(TopicReader::name)
              .toList();
      return HealthCheckResponse.named("readers")
          .status(standing.isEmpty())
          .withData("standing", String.join(",", standing))
          .build();
    };
  }
}
