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
 *
 * <p>It has versions: the newest wraps, each of them opens what it wrapped. Rotated, nothing but
 * the wraps is written anew; an older version may be dropped once nothing is wrapped by it.
 */
public final class MasterKey {
  static {
    try {
      AeadConfig.register();
    } catch (GeneralSecurityException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static final String ALGORITHM = "AES256_GCM";

  private final Aead aead;
  private final int newest;
  private final int versions;

  private MasterKey(KeysetHandle keys) throws GeneralSecurityException {
    this.newest = keys.getPrimary().getId();
    this.versions = keys.size();
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
                      KeyTemplates.get(ALGORITHM).toParameters(), RegistryConfiguration.get())));
    } catch (GeneralSecurityException e) {
      throw new IOException("not a master key: " + file, e);
    }
  }

  /** Adds a version to the file, which wraps from now on; the older ones go on opening. */
  public static MasterKey addVersion(Path file) throws IOException {
    try {
      KeysetHandle keys =
          KeysetHandle.newBuilder(KeyFile.read(file))
              .addEntry(
                  KeysetHandle.generateEntryFromParameters(
                          KeyTemplates.get(ALGORITHM).toParameters())
                      .withRandomId()
                      .makePrimary())
              .build();
      KeyFile.replace(file, keys);
      return new MasterKey(keys);
    } catch (GeneralSecurityException e) {
      throw new IOException("not a master key: " + file, e);
    }
  }

  /** Drops every version but the newest from the file: what they wrapped opens no more. */
  public static MasterKey dropOlder(Path file) throws IOException {
    try {
      KeysetHandle keys = onlyNewest(KeyFile.read(file));
      KeyFile.replace(file, keys);
      return new MasterKey(keys);
    } catch (GeneralSecurityException e) {
      throw new IOException("not a master key: " + file, e);
    }
  }

  private static KeysetHandle onlyNewest(KeysetHandle keys) throws GeneralSecurityException {
    return KeysetHandle.newBuilder()
        .addEntry(
            KeysetHandle.importKey(keys.getPrimary().getKey())
                .withFixedId(keys.getPrimary().getId())
                .makePrimary())
        .build();
  }

  /** Which version wraps. */
  public int newest() {
    return newest;
  }

  /** How many versions open. */
  public int versions() {
    return versions;
  }

  Aead aead() {
    return aead;
  }
}
