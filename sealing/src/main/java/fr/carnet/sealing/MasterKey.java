package fr.carnet.sealing;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.KeyTemplates;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.aead.AeadConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;

/**
 * The key that wraps every dossier's keys: a file locally, a key management service in production.
 * Whoever loses it loses everything; whoever copies it can read everything.
 */
public final class MasterKey {
  static {
    try {
      AeadConfig.register();
    } catch (GeneralSecurityException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Aead aead;

  private MasterKey(KeysetHandle keys) throws GeneralSecurityException {
    this.aead = keys.getPrimitive(RegistryConfiguration.get(), Aead.class);
  }

  /** Reads the key from a file, or makes it when there is none. */
  public static MasterKey inFile(Path file) throws IOException {
    try {
      return new MasterKey(
          KeyFile.readOrMake(
              file,
              () ->
                  KeysetHandle.generateNew(
                      KeyTemplates.get("AES256_GCM").toParameters(), RegistryConfiguration.get())));
    } catch (GeneralSecurityException e) {
      throw new IOException("not a master key: " + file, e);
    }
  }

  Aead aead() {
    return aead;
  }
}
