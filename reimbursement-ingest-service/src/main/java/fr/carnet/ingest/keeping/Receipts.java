package fr.carnet.ingest.keeping;

import fr.carnet.events.Wire;
import fr.carnet.sealing.SigningKey;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Signs receipts, so that a sender can show later what was received. */
@ApplicationScoped
public class Receipts {
  @Inject
  @ConfigProperty(name = "carnet.receipt-key-file")
  String keyFile;

  private Optional<SigningKey> key = Optional.empty();

  @PostConstruct
  void readKey() {
    try {
      key = Optional.of(SigningKey.inFile(Path.of(keyFile)));
    } catch (IOException e) {
      throw new UncheckedIOException("no key to sign receipts with", e);
    }
  }

  /** The receipt as a JSON Web Signature, compact. */
  public String signed(Receipt receipt) {
    return key().jws(Wire.write(receipt));
  }

  /** The key whose public half checks it. */
  public SigningKey key() {
    return key.orElseThrow();
  }
}
