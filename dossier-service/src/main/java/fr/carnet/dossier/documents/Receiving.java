package fr.carnet.dossier.documents;

import fr.carnet.resourceserver.Refusal;
import io.quarkus.runtime.configuration.MemorySize;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.resteasy.reactive.common.util.CaseInsensitiveMap;
import org.jboss.resteasy.reactive.server.core.multipart.MultipartParser;

/**
 * Receives {@code multipart/form-data} with the parts {@code metadata} and {@code file}, within
 * bounds of size, time and heap, and without a file on disk: the framework's own forms would write
 * one, in clear.
 *
 * <p>What is wrong is said at the end of the body, because many clients hear nothing before they
 * have sent all; a body of several times the limit is not awaited.
 */
@ApplicationScoped
public class Receiving {
  private static final int BUFFER = 64 * 1024;
  private static final int MOST_METADATA = 16 * 1024;
  private static final int AWAITED_TIMES = 4;

  /** Heap is reckoned in megabytes; each is held twice while the pieces are joined. */
  private static final int PIECE = 1 << 20;

  private static final int COPIES = 2;
  private static final Pattern BOUNDARY =
      Pattern.compile("(?i)multipart/form-data\\s*;(?:.*;)?\\s*boundary=\"?([^\";,]{1,70})\"?.*");
  private static final Pattern NAME =
      Pattern.compile("(?is)form-data\\s*;(?:.*;)?\\s*name=\"?([^\";]*)\"?.*");

  @Inject
  @ConfigProperty(name = "carnet.documents.most-bytes")
  MemorySize mostBytes;

  @Inject
  @ConfigProperty(name = "carnet.documents.patience")
  Duration patience;

  @Inject
  @ConfigProperty(name = "carnet.documents.memory")
  MemorySize memorySize;

  private Optional<Semaphore> memory = Optional.empty();

  @PostConstruct
  void measure() {
    memory = Optional.of(new Semaphore(Math.toIntExact(memorySize.asLongValue() / PIECE)));
  }

  /** How much of the heap is held now, in megabytes. */
  int held() {
    return Math.toIntExact(memorySize.asLongValue() / PIECE)
        - memory.orElseThrow().availablePermits();
  }

  /**
   * Receives a document.
   *
   * @param contentType of the whole body
   * @throws Refusal with a {@link DocumentRefusal}
   */
  public Received receive(String contentType, InputStream body) {
    Matcher boundary = BOUNDARY.matcher(contentType);
    if (!boundary.matches()) {
      throw new Refusal(DocumentRefusal.DOCUMENT_PARTS_WRONG);
    }
    Parts parts = new Parts(mostBytes.asLongValue(), memory.orElseThrow());
    boolean whole = false;
    try {
      read(
          body,
          parts,
          MultipartParser.beginParse(
              parts, boundary.group(1).getBytes(StandardCharsets.US_ASCII), "UTF-8"));
      Received received = parts.received();
      whole = true;
      return received;
    } finally {
      if (!whole) {
        parts.release();
      }
    }
  }

  private void read(InputStream body, Parts parts, MultipartParser.ParseState parser) {
    byte[] buffer = new byte[BUFFER];
    long total = 0;
    try (Deadline deadline = new Deadline(patience)) {
      while (true) {
        int read = read(body, buffer, deadline);
        if (read < 0) {
          break;
        }
        total += read;
        if (total > mostBytes.asLongValue() * AWAITED_TIMES) {
          throw new Refusal(DocumentRefusal.DOCUMENT_TOO_LARGE);
        }
        if (parts.wrong.isEmpty()) {
          parse(parser, parts, ByteBuffer.wrap(buffer, 0, read));
        }
      }
    }
    if (parts.wrong.isPresent()) {
      throw new Refusal(parts.wrong.get());
    }
    if (!parser.isComplete()) {
      throw new Refusal(DocumentRefusal.DOCUMENT_CUT);
    }
  }

  private static int read(InputStream body, byte[] buffer, Deadline deadline) {
    int read;
    try {
      read = body.read(buffer);
    } catch (IOException e) {
      throw new Refusal(
          deadline.isOver() ? DocumentRefusal.DOCUMENT_TOO_SLOW : DocumentRefusal.DOCUMENT_CUT);
    }
    if (deadline.isOver()) {
      throw new Refusal(DocumentRefusal.DOCUMENT_TOO_SLOW);
    }
    return read;
  }

  /**
   * Interrupts the thread that reads when its time is over. The framework's own timeout closes the
   * connection, so that who is slow would not be told.
   */
  private static final class Deadline implements AutoCloseable {
    private static final ScheduledExecutorService CLOCK =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("uploads-deadline").factory());

    private final Thread reader = Thread.currentThread();
    private final ScheduledFuture<?> alarm;
    private boolean over;
    private boolean closed;

    Deadline(Duration patience) {
      alarm = CLOCK.schedule(this::ring, patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    private synchronized void ring() {
      if (!closed) {
        over = true;
        reader.interrupt();
      }
    }

    synchronized boolean isOver() {
      return over;
    }

    @Override
    public void close() {
      synchronized (this) {
        closed = true;
      }
      alarm.cancel(false);
      // What follows, the answer too, is not to be interrupted.
      var _ = Thread.interrupted();
    }
  }

  private static void parse(MultipartParser.ParseState parser, Parts parts, ByteBuffer bytes) {
    try {
      parser.parse(bytes);
    } catch (IOException | RuntimeException e) {
      parts.wrong(DocumentRefusal.DOCUMENT_PARTS_WRONG);
    }
  }

  /** The two parts, as they come. */
  private static final class Parts implements MultipartParser.PartHandler {
    private enum Part {
      NONE,
      METADATA,
      FILE,
      DONE
    }

    private final long mostBytes;
    private final Semaphore memory;
    private final ByteArrayOutputStream metadata = new ByteArrayOutputStream();
    private final Pieces file = new Pieces();
    private Optional<DocumentFormat> format = Optional.empty();
    private Optional<DocumentRefusal> wrong = Optional.empty();
    private Part part = Part.NONE;
    private int held;

    Parts(long mostBytes, Semaphore memory) {
      this.mostBytes = mostBytes;
      this.memory = memory;
    }

    /** The first thing that is wrong is what is said. */
    void wrong(DocumentRefusal refusal) {
      if (wrong.isEmpty()) {
        wrong = Optional.of(refusal);
      }
    }

    @Override
    public void beginPart(CaseInsensitiveMap<String> headers) {
      Matcher name =
          NAME.matcher(Optional.ofNullable(headers.getFirst("Content-Disposition")).orElse(""));
      String found = name.matches() ? name.group(1) : "";
      if (part == Part.NONE && found.equals("metadata")) {
        part = Part.METADATA;
      } else if (part == Part.METADATA && found.equals("file")) {
        part = Part.FILE;
        format = Optional.ofNullable(headers.getFirst("Content-Type")).flatMap(DocumentFormat::of);
        if (format.isEmpty()) {
          wrong(DocumentRefusal.DOCUMENT_TYPE_NOT_TAKEN);
        }
      } else {
        part = Part.DONE;
        wrong(DocumentRefusal.DOCUMENT_PARTS_WRONG);
      }
    }

    @Override
    public void data(ByteBuffer bytes) {
      if (wrong.isPresent()) {
        return;
      }
      switch (part) {
        case METADATA -> {
          if (metadata.size() + bytes.remaining() > MOST_METADATA) {
            wrong(DocumentRefusal.DOCUMENT_PARTS_WRONG);
          } else {
            byte[] more = new byte[bytes.remaining()];
            bytes.get(more);
            metadata.writeBytes(more);
          }
        }
        case FILE -> file(bytes);
        case NONE, DONE -> wrong(DocumentRefusal.DOCUMENT_PARTS_WRONG);
      }
    }

    private void file(ByteBuffer bytes) {
      if (file.size() + bytes.remaining() > mostBytes) {
        wrong(DocumentRefusal.DOCUMENT_TOO_LARGE);
        return;
      }
      while (bytes.hasRemaining()) {
        if (file.isFull()) {
          if (!memory.tryAcquire(COPIES)) {
            wrong(DocumentRefusal.DOCUMENTS_BUSY);
            return;
          }
          held += COPIES;
        }
        file.take(bytes);
      }
    }

    @Override
    public void endPart() {
      if (part == Part.FILE && wrong.isEmpty() && file.size() == 0) {
        wrong(DocumentRefusal.DOCUMENT_EMPTY);
      }
    }

    Received received() {
      if (part != Part.FILE) {
        throw new Refusal(DocumentRefusal.DOCUMENT_PARTS_WRONG);
      }
      return new Received(
          metadata.toByteArray(), format.orElseThrow(), file.joined(), memory, held);
    }

    void release() {
      memory.release(held);
    }
  }

  /** Bytes of unknown number, without copying them again and again. */
  private static final class Pieces {
    private final List<byte[]> pieces = new ArrayList<>();
    private int size;

    int size() {
      return size;
    }

    boolean isFull() {
      return size == pieces.size() * PIECE;
    }

    void take(ByteBuffer bytes) {
      if (isFull()) {
        pieces.add(new byte[PIECE]);
      }
      int from = size % PIECE;
      int count = Math.min(bytes.remaining(), PIECE - from);
      bytes.get(pieces.getLast(), from, count);
      size += count;
    }

    byte[] joined() {
      byte[] all = new byte[size];
      for (int i = 0; i < pieces.size(); i++) {
        System.arraycopy(pieces.get(i), 0, all, i * PIECE, Math.min(PIECE, size - i * PIECE));
      }
      pieces.clear();
      return all;
    }
  }
}
