package fr.carnet.audit.projecting;

import fr.carnet.resourceserver.Machinery;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import javax.sql.DataSource;

/** Projects as long as the service runs. */
@ApplicationScoped
class Projecting {
  @Inject DataSource dataSource;

  void start(@Observes Machinery.Starting starting) {
    starting.worker(new FactsProjection(dataSource).start());
  }
}
