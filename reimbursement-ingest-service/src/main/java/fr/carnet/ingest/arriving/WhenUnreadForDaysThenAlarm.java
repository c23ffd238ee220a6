package fr.carnet.ingest.arriving;

import fr.carnet.events.Topic;
import fr.carnet.eventstore.Unread;
import fr.carnet.resourceserver.KafkaSettings;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.health.api.Wellness;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.jboss.logging.Logger;

/**
 * The insurer's topic keeps a line for seven days. What has waited for five is two days from being
 * lost unread.
 */
@ApplicationScoped
class WhenUnreadForDaysThenAlarm {
  private static final Logger LOG = Logger.getLogger(WhenUnreadForDaysThenAlarm.class);
  private static final Duration WAITED = Duration.ofDays(5);

  private final AtomicLong expiring;
  private final DataSource dataSource;
  private final KafkaSettings kafka;

  @Inject
  WhenUnreadForDaysThenAlarm(DataSource dataSource, KafkaSettings kafka, MeterRegistry metrics) {
    this.dataSource = dataSource;
    this.kafka = kafka;
    this.expiring = metrics.gauge("carnet.billing.expiring.records", new AtomicLong());
  }

  /** Apart from readiness: whoever reads less because of it would lose more. */
  @Wellness
  HealthCheck billingDataAreRead() {
    return () ->
        HealthCheckResponse.named("billing-data-are-read")
            .status(expiring.get() == 0)
            .withData("expiringRecords", expiring.get())
            .build();
  }

  @Scheduled(every = "5m", delayed = "30s")
  void look() throws SQLException, InterruptedException {
    lookFor(WAITED);
  }

  void lookFor(Duration waited) throws SQLException, InterruptedException {
    note(
        Unread.olderThan(
            waited,
            BillingApplier.READER,
            Topic.BILLING_REIMBURSEMENTS,
            dataSource,
            kafka.client()));
  }

  void note(long unread) {
    expiring.set(unread);
    if (unread > 0) {
      LOG.errorf(
          "%d BILLING LINES EXPIRE UNREAD within two days: see why this service does not read them,"
              + " or lengthen the retention of %s",
          unread, Topic.BILLING_REIMBURSEMENTS.wireName());
    }
  }
}
