package fr.carnet.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Everything that a suite keeps, in one folder, held by one suite at a time.
 *
 * <p>The claim is a lock of the operating system's, so that a suite that was killed leaves none.
 */
final class DataFolder implements AutoCloseable {

  private static final String LOCK = "lock";
  private static final String ADDRESSES = "addresses.txt";
  private static final String SHELL_ADDRESSES = "addresses.sh";

  /** There while a restore is under way, so that nobody starts on half of one. */
  static final String RESTORING = "restoring";

  /** What was erased: it outlives the data, because a backup of them may come back. */
  static final String ERASURES = "erasures.ndjson";

  /** Where what is restored is whole before it takes the place of what there was. */
  static final String RESTORED = "restored";

  /** Every checkpoint that the audit log signed. */
  static final String CHECKPOINTS = "checkpoints.txt";

  /** Where backups of it are kept, a folder a line; it outlives all else, as the journal does. */
  static final String BACKUPS = "backups.txt";

  /** What cannot be made again from something else; a backup is of these. */
  static final List<String> KEPT = List.of("postgres", "kafka", "keys", CHECKPOINTS);

  private static final List<String> MADE_AGAIN =
      List.of(
          "keycloak", "logs", "extracts", ADDRESSES, SHELL_ADDRESSES, "pid", RESTORING, RESTORED);

  /** For {@code ./carnet}, which must not build over the files that a running suite runs from. */
  private static final String PID = "pid";

  private final Path folder;
  private final FileChannel claim;

  private DataFolder(Path folder, FileChannel claim) {
    this.folder = folder;
    this.claim = claim;
  }

  /**
   * Takes the folder, making it when it is absent; the logs of the suite before are kept beside the
   * new ones as {@code *.previous.log}.
   *
   * @param fresh whether what suites have left in it is thrown away
   * @throws AlreadyUp when another suite holds it
   * @throws NotADataFolder when it is a file, or holds something and no suite was ever in it
   */
  static DataFolder claim(Path folder, boolean fresh) {
    DataFolder claimed = claimToRestore(folder);
    try {
      if (fresh) {
        claimed.empty();
      }
      if (Files.exists(folder.resolve(RESTORING))) {
        throw new IllegalStateException(
            "A restore into "
                + folder
                + " did not end, so what is there is not whole. Restore again.");
      }
      // Of a restore that was killed while it copied: keys are in it, and nothing would end them.
      deleteAll(folder.resolve(RESTORED));
      claimed.makeFolders();
      Files.writeString(folder.resolve(PID), Long.toString(ProcessHandle.current().pid()));
      return claimed;
    } catch (IOException e) {
      claimed.close();
      throw new UncheckedIOException(e);
    } catch (RuntimeException e) {
      claimed.close();
      throw e;
    }
  }

  /** Takes the folder and leaves what is in it as it is. */
  static DataFolder claimToRestore(Path folder) {
    try {
      if (Files.exists(folder) && !Files.isDirectory(folder)) {
        throw NotADataFolder.file(folder);
      }
      Files.createDirectories(folder);
      if (!isOfASuite(folder) && !isEmpty(folder)) {
        throw NotADataFolder.full(folder);
      }
      FileChannel channel =
          FileChannel.open(
              folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (!locks(channel)) {
        channel.close();
        Path addresses = folder.resolve(ADDRESSES);
        throw new AlreadyUp(folder, Files.exists(addresses) ? Files.readString(addresses) : "");
      }
      Files.deleteIfExists(folder.resolve(ADDRESSES));
      Files.deleteIfExists(folder.resolve(SHELL_ADDRESSES));
      return new DataFolder(folder, channel);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether a suite has ever kept its data there: the lock stays. */
  static boolean isOfASuite(Path folder) {
    return Files.isRegularFile(folder.resolve(LOCK));
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.findAny().isEmpty();
    }
  }

  private static boolean locks(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      // Held by another suite of this very JVM.
      return false;
    }
  }

  private void makeFolders() throws IOException {
    Files.createDirectories(logs());
    Files.createDirectories(keys());
    Files.setPosixFilePermissions(keys(), PosixFilePermissions.fromString("rwx------"));
    try (Stream<Path> logs = Files.list(logs())) {
      for (Path log : logs.toList()) {
        String name = log.getFileName().toString();
        if (name.endsWith(".log") && !name.endsWith(".previous.log")) {
          Files.move(
              log,
              log.resolveSibling(name.replace(".log", ".previous.log")),
              StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }

  /** The lock stays, or another suite would lock another file of the same name. */
  private void empty() throws IOException {
    for (String part : Stream.concat(KEPT.stream(), MADE_AGAIN.stream()).toList()) {
      deleteAll(folder.resolve(part));
    }
  }

  /** Deletes a file, or a folder with all that is in it; a link, not what it leads to. */
  static void deleteAll(Path path) throws IOException {
    if (Files.notExists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.walkFileTree(
        path,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, IOException failure)
              throws IOException {
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** Says that a restore is under way, or that it has ended. */
  void restoring(boolean underWay) throws IOException {
    if (underWay) {
      Files.writeString(folder.resolve(RESTORING), "");
    } else {
      Files.delete(folder.resolve(RESTORING));
    }
  }

  Path path() {
    return folder;
  }

  Path logs() {
    return folder.resolve("logs");
  }

  Path log(Part part) {
    return logs().resolve(part.logName() + ".log");
  }

  Path keys() {
    return folder.resolve("keys");
  }

  /** Where senders' extracts are, a folder each. */
  static Path extracts(Path data) {
    return data.resolve("extracts");
  }

  Path of(Foundation foundation) {
    return folder.resolve(foundation.logName());
  }

  /** Leaves the addresses for a second suite to say, and for shells and {@code load} to go by. */
  void tell(String addresses, String forShell) {
    try {
      Files.writeString(folder.resolve(ADDRESSES), addresses);
      Files.writeString(folder.resolve(SHELL_ADDRESSES), forShell);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The addresses of the suite that is up on a folder, by name; none where none is up. */
  static Map<String, String> addresses(Path data) throws IOException {
    try {
      return Addresses.parsed(Files.readString(data.resolve(SHELL_ADDRESSES)));
    } catch (NoSuchFileException e) {
      return Map.of();
    }
  }

  /** Lets go of the folder. */
  @Override
  public void close() {
    try {
      Files.deleteIfExists(folder.resolve(ADDRESSES));
      Files.deleteIfExists(folder.resolve(SHELL_ADDRESSES));
      Files.deleteIfExists(folder.resolve(PID));
      claim.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
