package fr.carnet.audit.sequencing;

import fr.carnet.audit.proving.Checkpoints;
import fr.carnet.resourceserver.KafkaSettings;
import fr.carnet.resourceserver.Machinery;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Optional;
import javax.sql.DataSource;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Runs the sequencer as long as the service, and says how it is. */
@ApplicationScoped
class Sequencing {
  private static final Duration STANDSTILL = Duration.ofMinutes(1);

  @Inject DataSource dataSource;
  @Inject KafkaSettings kafka;
  @Inject MeterRegistry metrics;
  @Inject Checkpoints checkpoints;

  private volatile Optional<Sequencer> sequencer = Optional.empty();

  void start(@Observes Machinery.Starting starting) {
    Sequencer started = new Sequencer(dataSource, kafka.client(), checkpoints).start();
    sequencer = Optional.of(started);
    starting.worker(started);
    metrics.gauge("carnet.audit.lag.records", started, Sequencer::lag);
    metrics.gauge("carnet.audit.leads", started, leader -> leader.leads() ? 1 : 0);
    metrics.gauge("carnet.audit.broken", started, leader -> leader.broken().isPresent() ? 1 : 0);
  }

  /** A log that contradicts itself, or whose leader does not come round, is not ready. */
  @Readiness
  HealthCheck logGrows() {
    return () -> {
      Optional<String> broken = sequencer.flatMap(Sequencer::broken);
      boolean stands = sequencer.map(running -> running.stands(STANDSTILL)).orElse(false);
      return HealthCheckResponse.named("log")
          .status(broken.isEmpty() && !stands)
          .withData("leads", sequencer.map(Sequencer::leads).orElse(false))
          .withData("broken", broken.orElse(""))
          .build();
    };
  }
}
