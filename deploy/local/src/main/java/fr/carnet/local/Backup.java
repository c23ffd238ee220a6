package fr.carnet.local;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import fr.carnet.events.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A copy of everything that a stopped suite keeps: databases, Kafka, keys and checkpoints. All of
 * it is of one moment, because nothing runs. It holds keys, so it ends after 30 days: then it is
 * neither restored nor kept.
 *
 * <p>The journal of erasures is no part of it, and no restore touches it: what was erased since is
 * erased again when the suite starts.
 */
final class Backup {
  static final Duration KEPT = Duration.ofDays(30);

  private static final String JOURNAL = DataFolder.ERASURES;
  private static final String MANIFEST = "manifest.json";
  private static final String DIGEST = "manifest.sha256";
  private static final String CONTENT = "data";
  private static final String UNFINISHED = ".unfinished";
  private static final DateTimeFormatter NAME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH-mm-ss'Z'").withZone(ZoneOffset.UTC);
  private static final ObjectMapper JSON = new ObjectMapper();

  private Backup() {}

  /** Why there is no backup, or no restore; for the person who asked. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    Refused(String why) {
      super(why);
    }
  }

  /**
   * What a backup says of itself.
   *
   * @param takenAt UTC
   * @param erasures how many the journal named then
   * @param files SHA-256 by path; empty for a folder
   */
  private record Manifest(Instant takenAt, long erasures, Map<String, String> files) {}

  /**
   * Copies the data folder into a new folder in this one, and removes from it the backups that have
   * ended.
   *
   * @throws AlreadyUp when a suite holds the data folder
   */
  static Path take(Path data, Path into, Instant now) throws IOException, Refused {
    requireApart(data, into);
    if (Files.exists(into) && !Files.isDirectory(into)) {
      throw new Refused(into + " is a file. Name a folder to keep backups in.");
    }
    if (!DataFolder.isOfASuite(data) || !holdsASuite(parts(data).stream())) {
      throw new Refused("There is nothing to back up in " + data + ": no suite has run there.");
    }
    try (DataFolder _ = DataFolder.claim(data, false)) {
      requireNothingRuns(data);
      Files.createDirectories(into);
      removeEnded(into, now);
      Path finished = into.resolve(NAME.format(now));
      Path copy = into.resolve(NAME.format(now) + UNFINISHED);
      if (Files.exists(finished)) {
        throw new Refused("There is a backup of this second already: " + finished + ".");
      }
      Files.createDirectory(
          copy, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      Map<String, String> files = copy(data, copy.resolve(CONTENT));
      byte[] manifest =
          JSON.writeValueAsBytes(
              Map.of("takenAt", now.toString(), "erasures", erasures(data), "files", files));
      Files.write(copy.resolve(MANIFEST), manifest);
      Files.writeString(copy.resolve(DIGEST), Sha256.hex(manifest));
      // Before there is one there: whoever looks for those that have ended finds it in any case.
      remember(data, into);
      // It has its name once it is whole.
      return Files.move(copy, finished, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  private static void remember(Path data, Path into) throws IOException {
    String folder = into.toAbsolutePath().normalize().toString();
    if (!rememberedBy(data).contains(folder)) {
      Files.writeString(
          data.resolve(DataFolder.BACKUPS),
          folder + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    }
  }

  private static List<String> rememberedBy(Path data) throws IOException {
    Path remembered = data.resolve(DataFolder.BACKUPS);
    return Files.exists(remembered) ? Files.readAllLines(remembered) : List.of();
  }

  /**
   * Removes backups of this data folder that have ended, wherever they were put: what was erased
   * since is in them. A folder that is not there now, on a disk in a cupboard, is left out.
   */
  static void removeEndedOf(Path data, Instant now) throws IOException {
    for (String folder : rememberedBy(data)) {
      if (Files.isDirectory(Path.of(folder))) {
        removeEnded(Path.of(folder), now);
      }
    }
  }

  /**
   * Puts back the newest backup in this folder, or the one that this folder is. Nothing is changed
   * before all of it was read and found whole.
   *
   * @throws AlreadyUp when a suite holds the data folder
   */
  static Path restore(Path data, Path from, Instant now) throws IOException, Refused {
    requireApart(data, from);
    Path backup = newest(from);
    Manifest manifest = manifest(backup);
    if (!holdsASuite(manifest.files().keySet().stream().map(Path::of))) {
      throw new Refused("The backup " + backup + " is of no suite that ran: it has no database.");
    }
    if (hasEnded(manifest.takenAt(), now)) {
      throw new Refused(
          "The backup is of "
              + manifest.takenAt()
              + ": backups of keys end after "
              + KEPT.toDays()
              + " days.");
    }
    requireWhole(backup, manifest);
    try (DataFolder folder = DataFolder.claimToRestore(data)) {
      requireNothingRuns(data);
      if (erasures(data) < manifest.erasures()) {
        throw new Refused(
            "The journal of erasures in the data folder lacks entries that there were when the"
                + " backup was taken. Put "
                + JOURNAL
                + " back first, or erased dossiers would return.");
      }
      // What there was stays until all of the backup has been copied: a full disk costs nothing.
      Path restored = data.resolve(DataFolder.RESTORED);
      DataFolder.deleteAll(restored);
      try {
        copy(backup.resolve(CONTENT), restored);
      } catch (IOException | UncheckedIOException e) {
        // Keys are in it, and nothing would ever end them there.
        DataFolder.deleteAll(restored);
        throw e;
      }
      folder.restoring(true);
      keepAside(data, restored, now);
      for (Path part : parts(data)) {
        DataFolder.deleteAll(part);
      }
      for (Path part : parts(restored)) {
        Files.move(part, data.resolve(part.getFileName()));
      }
      DataFolder.deleteAll(restored);
      folder.restoring(false);
    }
    return backup;
  }

  /**
   * Checkpoints that were signed since the backup say what the log was, and nobody else may have
   * kept them.
   */
  private static void keepAside(Path data, Path restored, Instant now) throws IOException {
    Path signed = data.resolve(DataFolder.CHECKPOINTS);
    Path old = restored.resolve(DataFolder.CHECKPOINTS);
    if (Files.exists(signed) && (Files.notExists(old) || Files.mismatch(signed, old) >= 0)) {
      Files.copy(signed, data.resolve("checkpoints-until-" + NAME.format(now) + ".txt"));
    }
  }

  private static void requireApart(Path data, Path backups) throws Refused {
    Path one = real(data);
    Path other = real(backups);
    if (one.startsWith(other) || other.startsWith(one)) {
      throw new Refused(
          "Backups cannot be kept in the data folder, nor it in them: name a folder outside of "
              + data
              + ".");
    }
  }

  /** With links followed, as far as it exists. */
  private static Path real(Path path) {
    Path absolute = path.toAbsolutePath().normalize();
    try {
      return absolute.toRealPath();
    } catch (IOException e) {
      Path above = absolute.getParent();
      return above == null ? absolute : real(above).resolve(absolute.getFileName());
    }
  }

  private static boolean holdsASuite(Stream<Path> parts) {
    return parts
        .map(path -> path.getName(path.isAbsolute() ? path.getNameCount() - 1 : 0).toString())
        .collect(Collectors.toSet())
        .containsAll(Set.of("postgres", "kafka", "keys"));
  }

  private static Path newest(Path from) throws IOException, Refused {
    if (Files.exists(from.resolve(MANIFEST))) {
      return from;
    }
    return backups(from)
        .max(Comparator.comparing(path -> path.getFileName().toString()))
        .orElseThrow(() -> new Refused("There is no backup in " + from + "."));
  }

  private static Stream<Path> backups(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return Stream.empty();
    }
    try (Stream<Path> found = Files.list(folder)) {
      return found.filter(path -> takenAt(path).isPresent()).toList().stream();
    }
  }

  /** By its name, so that one that is damaged ends too. */
  private static Optional<Instant> takenAt(Path backup) {
    try {
      return Optional.of(Instant.from(NAME.parse(backup.getFileName().toString())));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private static boolean hasEnded(Instant takenAt, Instant now) {
    return takenAt.plus(KEPT).isBefore(now);
  }

  private static void removeEnded(Path into, Instant now) throws IOException {
    for (Path backup : backups(into).toList()) {
      if (hasEnded(takenAt(backup).orElseThrow(), now)) {
        DataFolder.deleteAll(backup);
      }
    }
    try (Stream<Path> left = Files.list(into)) {
      for (Path path : left.filter(p -> p.toString().endsWith(UNFINISHED)).toList()) {
        DataFolder.deleteAll(path);
      }
    }
  }

  private static Manifest manifest(Path backup) throws Refused {
    try {
      byte[] bytes = Files.readAllBytes(backup.resolve(MANIFEST));
      if (!Files.readString(backup.resolve(DIGEST)).equals(Sha256.hex(bytes))) {
        throw new Refused("The backup is damaged: " + MANIFEST + " is not as it was written.");
      }
      var json = JSON.readTree(bytes);
      return new Manifest(
          Instant.parse(json.path("takenAt").asText()),
          json.path("erasures").asLong(),
          JSON.convertValue(json.path("files"), new TypeReference<Map<String, String>>() {}));
    } catch (IOException | DateTimeException e) {
      throw new Refused("The backup is damaged: " + MANIFEST + " cannot be read.");
    }
  }

  private static void requireWhole(Path backup, Manifest manifest) throws IOException, Refused {
    Path content = backup.resolve(CONTENT);
    Map<String, String> found = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(content)) {
      for (Path path : paths.filter(path -> !path.equals(content)).toList()) {
        found.put(
            content.relativize(path).toString(), Files.isDirectory(path) ? "" : digestOf(path));
      }
    }
    if (!found.equals(new TreeMap<>(manifest.files()))) {
      List<String> wrong = new ArrayList<>(manifest.files().keySet());
      wrong.removeIf(path -> manifest.files().get(path).equals(found.get(path)));
      throw new Refused(
          "The backup is damaged"
              + (wrong.isEmpty()
                  ? ": there is more in it than was written."
                  : ": " + wrong.getFirst())
              + ".");
    }
  }

  /** Parts have sessions of their own: one may have outlived a suite that was killed. */
  private static void requireNothingRuns(Path data) throws IOException, Refused {
    try (Stream<Path> files = Files.walk(data)) {
      for (Path file : files.toList()) {
        boolean runs =
            switch (file.getFileName().toString()) {
              case "postmaster.pid" -> isAlive(file);
              case ".lock" -> isLocked(file);
              default -> false;
            };
        if (runs) {
          throw new Refused("Something still runs on " + file.getParent() + ". Stop it first.");
        }
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static boolean isAlive(Path pidFile) throws IOException {
    List<String> lines = Files.readAllLines(pidFile);
    return !lines.isEmpty()
        && lines.getFirst().matches("[0-9]{1,18}")
        && ProcessHandle.of(Long.parseLong(lines.getFirst())).isPresent();
  }

  private static boolean isLocked(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      return lock == null;
    } catch (OverlappingFileLockException e) {
      return true;
    }
  }

  private static List<Path> parts(Path data) {
    return DataFolder.KEPT.stream().map(data::resolve).filter(Files::exists).toList();
  }

  /** Copies all parts; gives the SHA-256 of each file by its path, and an empty one of folders. */
  private static Map<String, String> copy(Path from, Path to) throws IOException {
    Map<String, String> files = new TreeMap<>();
    Files.createDirectories(to);
    for (Path part : parts(from)) {
      try (Stream<Path> paths = Files.walk(part)) {
        for (Path path : paths.toList()) {
          String name = from.relativize(path).toString();
          if (path.getFileName().toString().equals("postmaster.pid")) {
            continue;
          }
          Files.copy(path, to.resolve(name), StandardCopyOption.COPY_ATTRIBUTES);
          files.put(name, Files.isDirectory(path) ? "" : digestOf(path));
        }
      }
    }
    return files;
  }

  private static long erasures(Path data) throws IOException {
    Path journal = data.resolve(JOURNAL);
    if (!Files.exists(journal)) {
      return 0;
    }
    try (Stream<String> lines = Files.lines(journal)) {
      return lines.count();
    }
  }

  private static String digestOf(Path file) throws IOException {
    MessageDigest digest = Sha256.digest();
    try (InputStream bytes = new DigestInputStream(Files.newInputStream(file), digest)) {
      byte[] buffer = new byte[1 << 16];
      while (bytes.read(buffer) >= 0) {
        // The digest reads along.
      }
    }
    return hex(digest.digest());
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
