package fr.carnet.dossier.forgetting;

import fr.carnet.events.Wire;
import fr.carnet.events.dossier.ErasureCause;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Which dossiers were erased, in a file outside the database: one line each, only ever added to,
 * and on disk before the erasure commits. No backup takes it along and no restore sets it back. An
 * entry whose erasure did not commit is applied again at the next start.
 */
@ApplicationScoped
public class ErasureJournal {
  private static final char END = '\n';

  private final Path file;

  @Inject
  ErasureJournal(@ConfigProperty(name = "carnet.erasure-journal") Path file) {
    this.file = file;
  }

  /**
   * One erasure.
   *
   * @param actor who asked for it, in clear facts only
   * @param at when it was about to be carried out, UTC, by this machine's clock
   */
  public record Entry(UUID dossierId, ErasureCause cause, String actor, Instant at) {}

  /** Adds an entry; it is on disk when this returns. */
  synchronized void append(Entry entry) {
    try {
      Path folder = file.toAbsolutePath().getParent();
      Files.createDirectories(folder);
      boolean isNew = !Files.exists(file);
      try (FileChannel channel =
              FileChannel.open(
                  file,
                  StandardOpenOption.CREATE,
                  StandardOpenOption.READ,
                  StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        // After what a crash left of a line begins a new one.
        String line = (endsWithin(channel) ? END : "") + text(entry) + END;
        channel.position(channel.size());
        ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(true);
        lock.release();
      }
      if (isNew) {
        try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
          names.force(true);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("no journal of erasures, so nothing can be erased", e);
    }
  }

  private static String text(Entry entry) {
    return new String(Wire.write(entry), StandardCharsets.UTF_8);
  }

  private static boolean endsWithin(FileChannel channel) throws IOException {
    if (channel.size() == 0) {
      return false;
    }
    ByteBuffer last = ByteBuffer.allocate(1);
    channel.read(last, channel.size() - 1);
    return last.get(0) != END;
  }

  /** All entries, oldest first. What a crash left of a line is none: its erasure did not commit. */
  public List<Entry> entries() {
    try {
      if (!Files.exists(file)) {
        return List.of();
      }
      List<Entry> entries = new ArrayList<>();
      for (String line : Files.readAllLines(file)) {
        try {
          entries.add(Wire.read(line.getBytes(StandardCharsets.UTF_8), Entry.class));
        } catch (Wire.UnreadableFact e) {
          if (line.endsWith("}")) {
            throw e;
          }
        }
      }
      return entries;
    } catch (IOException e) {
      throw new UncheckedIOException("the journal of erasures cannot be read", e);
    }
  }
}
