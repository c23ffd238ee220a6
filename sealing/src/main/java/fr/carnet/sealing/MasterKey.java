package fr.carnet.sealing;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.KeyTemplates;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
import com.google.crypto.tink.aead.AeadConfig;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
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

  /**
   * Reads the key from a file, or makes it when there is none. The new file is complete on disk
   * before it has its name, so a crash never leaves half a key; two makers agree on the first.
   */
  public static MasterKey inFile(Path file) throws IOException {
    try {
      if (!Files.exists(file)) {
        create(file);
      }
      return new MasterKey(
          TinkJsonProtoKeysetFormat.parseKeyset(
              Files.readString(file), RegistryConfiguration.get(), InsecureSecretKeyAccess.get()));
    } catch (GeneralSecurityException e) {
      throw new IOException("not a master key: " + file, e);
    }
  }

  private static void create(Path file) throws IOException, GeneralSecurityException {
    Path folder = file.toAbsolutePath().getParent();
    Files.createDirectories(folder);
    KeysetHandle keys =
        KeysetHandle.generateNew(
            KeyTemplates.get("AES256_GCM").toParameters(), RegistryConfiguration.get());
    Path unfinished =
        Files.createTempFile(
            folder,
            "master",
            ".new",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      Files.writeString(
          unfinished,
          TinkJsonProtoKeysetFormat.serializeKeyset(
              keys, RegistryConfiguration.get(), InsecureSecretKeyAccess.get()));
      try (FileChannel channel = FileChannel.open(unfinished, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
      // A hard link fails when the name is taken, where a move would replace the first maker's key.
      try {
        Files.createLink(file, unfinished);
      } catch (UnsupportedOperationException e) {
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
      }
    } catch (FileAlreadyExistsException e) {
      // Another process was first; its key is the key.
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }

  Aead aead() {
    return aead;
  }
}
