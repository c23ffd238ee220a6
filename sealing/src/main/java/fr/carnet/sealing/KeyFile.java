package fr.carnet.sealing;

import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
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
 * Secret keys in a file that only its owner reads. A new file is complete on disk before it has its
 * name, so a crash never leaves half a key; two makers agree on the first.
 */
final class KeyFile {
  private KeyFile() {}

  /** Makes a new key. */
  @FunctionalInterface
  interface Maker {
    KeysetHandle make() throws GeneralSecurityException;
  }

  static KeysetHandle readOrMake(Path file, Maker maker)
      throws IOException, GeneralSecurityException {
    if (!Files.exists(file)) {
      create(file, maker.make());
    }
    return read(file);
  }

  static KeysetHandle read(Path file) throws IOException, GeneralSecurityException {
    return TinkJsonProtoKeysetFormat.parseKeyset(
        Files.readString(file), RegistryConfiguration.get(), InsecureSecretKeyAccess.get());
  }

  /** Puts other keys in the place of those in the file: all of them or, after a crash, none. */
  static void replace(Path file, KeysetHandle keys) throws IOException, GeneralSecurityException {
    Path unfinished = unfinished(file, keys);
    try {
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }

  private static Path unfinished(Path file, KeysetHandle keys)
      throws IOException, GeneralSecurityException {
    Path folder = file.toAbsolutePath().getParent();
    Files.createDirectories(folder);
    Path unfinished =
        Files.createTempFile(
            folder,
            "key",
            ".new",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(
        unfinished,
        TinkJsonProtoKeysetFormat.serializeKeyset(
            keys, RegistryConfiguration.get(), InsecureSecretKeyAccess.get()));
    try (FileChannel channel = FileChannel.open(unfinished, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    return unfinished;
  }

  private static void create(Path file, KeysetHandle keys)
      throws IOException, GeneralSecurityException {
    Path unfinished = unfinished(file, keys);
    try {
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
}
