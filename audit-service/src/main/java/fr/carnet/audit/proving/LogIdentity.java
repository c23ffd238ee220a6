package fr.carnet.audit.proving;

import fr.carnet.resourceserver.Machinery;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** What this log is called, what it signs with, where its checkpoints are kept and who cosigns. */
@ApplicationScoped
class LogIdentity {
  /** The keys are read, or made, once. */
  @Produces
  @Singleton
  Checkpoints checkpoints(
      @ConfigProperty(name = "carnet.log-origin") String origin,
      @ConfigProperty(name = "carnet.log-key-files") List<String> keyFiles,
      @ConfigProperty(name = "carnet.checkpoint-file") String file) {
    try {
      return Checkpoints.with(origin, keyFiles.stream().map(Path::of).toList(), Path.of(file));
    } catch (IOException e) {
      throw new UncheckedIOException("no key to sign checkpoints with", e);
    }
  }

  /** Asked as long as the service runs. */
  @Produces
  @Singleton
  Witnesses witnesses(
      DataSource dataSource,
      Checkpoints checkpoints,
      @ConfigProperty(name = "carnet.witnesses") Optional<List<String>> all) {
    return new Witnesses(
        all.orElse(List.of()).stream().map(Witness::parse).toList(),
        dataSource,
        checkpoints.keys());
  }

  void start(@Observes Machinery.Starting starting, Witnesses witnesses) {
    starting.worker(witnesses.start());
  }
}
