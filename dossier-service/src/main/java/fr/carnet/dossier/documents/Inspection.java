package fr.carnet.dossier.documents;

import fr.carnet.resourceserver.Refusal;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Whether bytes are what they are declared to be, and nothing that acts when it is opened. It tells
 * what is certainly unfit; it is no scanner for malware.
 *
 * <p>It runs on few threads of its own, because somebody else's bytes decide how long it takes, and
 * reading dossiers must not wait for it.
 */
public final class Inspection {
  /** Bytes of a zip's end record, and of the longest comment behind it. */
  private static final int ZIP_END = 22;

  private static final int ZIP_COMMENT = 65_535;

  private static final ExecutorService INSPECTORS =
      Executors.newFixedThreadPool(2, Thread.ofPlatform().daemon().name("inspect-", 0).factory());

  private Inspection() {}

  /**
   * Inspects a whole document.
   *
   * @throws Refusal with a {@link DocumentRefusal} when it is not fit to be kept
   */
  public static void of(DocumentFormat format, byte[] bytes) {
    try {
      INSPECTORS.submit(() -> inspect(format, bytes)).get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Refusal refusal) {
        throw refusal;
      }
      throw new IllegalStateException("a document could not be inspected", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Refusal(DocumentRefusal.DOCUMENTS_BUSY);
    }
  }

  /** Here and now, also for what is in a document. */
  static void inspect(DocumentFormat format, byte[] bytes) {
    if (bytes.length == 0) {
      throw new Refusal(DocumentRefusal.DOCUMENT_EMPTY);
    }
    requireNoProgram(bytes);
    switch (format) {
      case PDF -> PdfInspection.of(bytes);
      case CDA -> CdaInspection.of(bytes);
      case JPEG -> ImageInspection.jpeg(bytes);
      case PNG -> ImageInspection.png(bytes);
    }
  }

  static void requireNoProgram(byte[] bytes) {
    if (isProgramOrArchive(bytes) || endsAsArchive(bytes)) {
      throw new Refusal(DocumentRefusal.DOCUMENT_EXECUTABLE);
    }
  }

  private static boolean isProgramOrArchive(byte[] bytes) {
    return startsWith(bytes, 'M', 'Z')
        || startsWith(bytes, 0x7f, 'E', 'L', 'F')
        || startsWith(bytes, '#', '!')
        // Mach-O, in both orders and widths, and fat or Java.
        || startsWith(bytes, 0xfe, 0xed, 0xfa)
        || startsWith(bytes, 0xce, 0xfa, 0xed, 0xfe)
        || startsWith(bytes, 0xcf, 0xfa, 0xed, 0xfe)
        || startsWith(bytes, 0xca, 0xfe, 0xba, 0xbe)
        // WebAssembly; a Windows shortcut; an old Office file, which may have macros.
        || startsWith(bytes, 0, 'a', 's', 'm')
        || startsWith(bytes, 0x4c, 0, 0, 0, 1, 0x14, 2, 0)
        || startsWith(bytes, 0xd0, 0xcf, 0x11, 0xe0)
        // Zip (jar and Office as well), gzip, 7z, rar, bzip2, xz.
        || startsWith(bytes, 'P', 'K')
        || startsWith(bytes, 0x1f, 0x8b)
        || startsWith(bytes, '7', 'z', 0xbc, 0xaf)
        || startsWith(bytes, 'R', 'a', 'r', '!')
        || startsWith(bytes, 'B', 'Z', 'h')
        || startsWith(bytes, 0xfd, '7', 'z', 'X', 'Z');
  }

  /**
   * A zip is read from its end, and a jar run from there, whatever stands before: the end record,
   * which a comment of 64 KiB may follow, and before it a directory of at least one entry.
   */
  private static boolean endsAsArchive(byte[] bytes) {
    int end = bytes.length - ZIP_END;
    int first = Math.max(0, end - ZIP_COMMENT);
    while (end >= first && !isAt(bytes, end, 'P', 'K', 5, 6)) {
      end--;
    }
    if (end < first) {
      return false;
    }
    int entry = end;
    while (entry >= 0 && !isAt(bytes, entry, 'P', 'K', 1, 2)) {
      entry--;
    }
    return entry >= 0;
  }

  static boolean startsWith(byte[] bytes, int... start) {
    return isAt(bytes, 0, start);
  }

  private static boolean isAt(byte[] bytes, int place, int... sought) {
    if (bytes.length - place < sought.length) {
      return false;
    }
    for (int i = 0; i < sought.length; i++) {
      if ((bytes[place + i] & 0xff) != sought[i]) {
        return false;
      }
    }
    return true;
  }
}
