package fr.carnet.audit.proving;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** What this log is called, what it signs with and where its checkpoints are kept. */
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
}
