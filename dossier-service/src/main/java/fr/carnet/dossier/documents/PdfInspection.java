package fr.carnet.dossier.documents;

import fr.carnet.dossier.documents.BoundedFilters.Bounded;
import fr.carnet.dossier.documents.BoundedFilters.Budget;
import fr.carnet.resourceserver.Refusal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.pdfbox.cos.COSArray;
import org.apache.pdfbox.cos.COSBase;
import org.apache.pdfbox.cos.COSDictionary;
import org.apache.pdfbox.cos.COSDocument;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.cos.COSObjectKey;
import org.apache.pdfbox.cos.COSStream;
import org.apache.pdfbox.cos.COSString;
import org.apache.pdfbox.io.IOUtils;
import org.apache.pdfbox.io.RandomAccessRead;
import org.apache.pdfbox.io.RandomAccessReadBuffer;
import org.apache.pdfbox.pdfparser.PDFParser;
import org.apache.pdfbox.pdmodel.PDDocument;

/**
 * A PDF without scripts, actions that start something, files inside or protection, whose streams
 * stay within bounds. Every object that a viewer could reach is looked at, whether a page shows it
 * or not.
 */
final class PdfInspection {
  private static final int[] START = {'%', 'P', 'D', 'F', '-'};
  private static final byte[] END = {'%', '%', 'E', 'O', 'F'};
  private static final String WHITE_SPACE = "\0\t\n\f\r ";

  private static final Set<String> SCRIPT_KEYS =
      Set.of("JS", "JavaScript", "XFA", "RichMediaContent", "RichMediaSettings");
  private static final Set<String> ACTING =
      Set.of(
          "JavaScript",
          "Launch",
          "ImportData",
          "SubmitForm",
          "GoToR",
          "GoToE",
          "RichMediaExecute",
          "Rendition",
          "Movie",
          "Sound");
  private static final Set<String> FILE_KEYS = Set.of("EmbeddedFile", "EmbeddedFiles", "EF");
  private static final Set<String> PLAYED = Set.of("RichMedia", "Screen", "Movie", "Sound", "3D");

  /** Where a link may lead. */
  private static final Pattern LINK = Pattern.compile("(?is)\\s*(https?:|mailto:|tel:|#).*");

  private PdfInspection() {}

  static void of(byte[] bytes) {
    if (!Inspection.startsWith(bytes, START)) {
      throw new Refusal(DocumentRefusal.DOCUMENT_NOT_ITS_TYPE);
    }
    requireEnd(bytes);
    Budget budget = new Budget();
    try {
      ScopedValue.where(BoundedFilters.BUDGET, budget)
          .call(
              () -> {
                requireFewTokens(bytes, budget);
                inspect(bytes);
                return true;
              });
    } catch (IOException e) {
      throw new Refusal(
          budget.isUsedUp()
              ? DocumentRefusal.DOCUMENT_INFLATES
              : DocumentRefusal.DOCUMENT_UNREADABLE);
    } catch (Refusal e) {
      throw e;
    } catch (RuntimeException | StackOverflowError e) {
      // A parser of damaged files fails in many ways; all say the same of the file.
      throw new Refusal(DocumentRefusal.DOCUMENT_UNREADABLE);
    } finally {
      forgetNames();
    }
  }

  /** Behind the last end of file there is nothing but white space, for whoever reads from there. */
  private static void requireEnd(byte[] bytes) {
    int end = bytes.length;
    while (end > 0 && WHITE_SPACE.indexOf(bytes[end - 1]) >= 0) {
      end--;
    }
    int last = end - END.length;
    if (last >= 0 && Arrays.equals(bytes, last, end, END, 0, END.length)) {
      return;
    }
    while (last >= 0 && !Arrays.equals(bytes, last, last + END.length, END, 0, END.length)) {
      last--;
    }
    throw new Refusal(
        last >= 0 ? DocumentRefusal.DOCUMENT_NOT_ITS_TYPE : DocumentRefusal.DOCUMENT_UNREADABLE);
  }

  /** PDFBox keeps every name it ever read. */
  @SuppressWarnings("deprecation")
  private static void forgetNames() {
    COSName.clearResources();
  }

  /** What begins an array, a dictionary or a name costs far more in the heap than in the file. */
  static boolean startsObject(byte one) {
    return one == '[' || one == '<' || one == '/';
  }

  private static void requireFewTokens(byte[] bytes, Budget budget) throws IOException {
    int tokens = 0;
    for (byte one : bytes) {
      if (startsObject(one)) {
        tokens++;
      }
    }
    if (tokens > BoundedFilters.MOST_TOKENS) {
      throw budget.usedUp();
    }
  }

  private static void inspect(byte[] bytes) throws IOException {
    try (RandomAccessRead source = new RandomAccessReadBuffer(bytes);
        PDDocument document = new Parser(source).parse()) {
      COSDocument objects = document.getDocument();
      objects(objects.getTrailer());
      for (COSObjectKey key : List.copyOf(objects.getXrefTable().keySet())) {
        // What cannot be read here, a viewer may read all the same.
        objects(
            Optional.ofNullable(objects.getObjectFromPool(key).getObject())
                .orElseThrow(() -> new IOException("an object cannot be read")));
      }
      if (BoundedFilters.BUDGET.get().isUsedUp()) {
        // PDFBox goes on where it could not read.
        throw new Refusal(DocumentRefusal.DOCUMENT_INFLATES);
      }
      if (document.getNumberOfPages() < 1) {
        throw new Refusal(DocumentRefusal.DOCUMENT_UNREADABLE);
      }
    }
  }

  /** Refuses protection before anything is tried on it. */
  private static final class Parser extends PDFParser {
    Parser(RandomAccessRead source) throws IOException {
      super(source, "", null, null, IOUtils.createMemoryOnlyStreamCache());
    }

    @Override
    protected void prepareDecryption() {
      if (document.getEncryptionDictionary() != null) {
        throw new Refusal(DocumentRefusal.DOCUMENT_ENCRYPTED);
      }
    }
  }

  /** An object and what stands in it; what it refers to has its own turn. */
  private static void objects(COSBase root) throws IOException {
    Deque<COSBase> open = new ArrayDeque<>();
    open.add(root);
    while (!open.isEmpty()) {
      switch (open.pop()) {
        case COSDictionary dictionary -> {
          dictionary(dictionary);
          if (dictionary instanceof COSStream stream) {
            stream(stream);
          }
          for (COSBase value : dictionary.getValues()) {
            push(open, value);
          }
        }
        case COSArray array -> {
          for (COSBase value : array) {
            push(open, value);
          }
        }
        default -> {
          // A number, a word, or a reference.
        }
      }
    }
  }

  private static void push(Deque<COSBase> open, COSBase value) {
    if (value instanceof COSDictionary || value instanceof COSArray) {
      open.push(value);
    }
  }

  private static void dictionary(COSDictionary dictionary) {
    for (Map.Entry<COSName, COSBase> entry : dictionary.entrySet()) {
      String key = entry.getKey().getName();
      if (SCRIPT_KEYS.contains(key)) {
        throw new Refusal(DocumentRefusal.DOCUMENT_HAS_SCRIPT);
      }
      if (FILE_KEYS.contains(key)) {
        throw new Refusal(DocumentRefusal.DOCUMENT_HAS_FILES);
      }
    }
    if (ACTING.contains(name(dictionary, "S"))) {
      throw new Refusal(DocumentRefusal.DOCUMENT_HAS_SCRIPT);
    }
    if (PLAYED.contains(name(dictionary, "Subtype"))) {
      throw new Refusal(DocumentRefusal.DOCUMENT_HAS_SCRIPT);
    }
    if (name(dictionary, "Subtype").equals("FileAttachment")
        || name(dictionary, "Type").equals("EmbeddedFile")) {
      throw new Refusal(DocumentRefusal.DOCUMENT_HAS_FILES);
    }
    if (dictionary.getDictionaryObject("URI") instanceof COSString link
        && name(dictionary, "S").equals("URI")
        && !LINK.matcher(link.getString()).matches()) {
      throw new Refusal(DocumentRefusal.DOCUMENT_HAS_SCRIPT);
    }
    requireNoCall(dictionary.getDictionaryObject("OpenAction"));
    requireNoCall(dictionary.getDictionaryObject("Next"));
    if (dictionary.getDictionaryObject("AA") instanceof COSDictionary happenings) {
      for (COSName happening : happenings.keySet()) {
        requireNoCall(happenings.getDictionaryObject(happening));
      }
    }
  }

  /** A link leads somewhere when a person follows it, and not by itself. */
  private static void requireNoCall(COSBase action) {
    switch (action) {
      case COSDictionary dictionary when name(dictionary, "S").equals("URI") ->
          throw new Refusal(DocumentRefusal.DOCUMENT_HAS_SCRIPT);
      case COSArray array -> {
        for (int i = 0; i < array.size(); i++) {
          if (array.getObject(i) instanceof COSDictionary each && name(each, "S").equals("URI")) {
            throw new Refusal(DocumentRefusal.DOCUMENT_HAS_SCRIPT);
          }
        }
      }
      case null, default -> {
        // A destination, or nothing.
      }
    }
  }

  private static String name(COSDictionary dictionary, String key) {
    return dictionary.getDictionaryObject(key) instanceof COSName name ? name.getName() : "";
  }

  private static void stream(COSStream stream) throws IOException {
    if (name(stream, "Subtype").equals("Image")
        && (long) stream.getInt(COSName.WIDTH, 1) * stream.getInt(COSName.HEIGHT, 1)
            > ImageInspection.MOST_PIXELS) {
      throw BoundedFilters.BUDGET.get().usedUp();
    }
    List<COSName> names = filters(stream);
    List<Bounded> decoders = new ArrayList<>();
    for (COSName name : names) {
      Optional<Bounded> decoder = BoundedFilters.of(name);
      if (decoder.isEmpty()) {
        // An image: what a viewer makes of it has the size that was looked at above.
        break;
      }
      decoders.add(decoder.get());
    }
    if (decoders.isEmpty()) {
      return;
    }
    InputStream encoded = stream.createRawInputStream();
    for (Bounded decoder : decoders.subList(0, decoders.size() - 1)) {
      ByteArrayOutputStream decoded = new ByteArrayOutputStream();
      decoder.decode(encoded, decoded, new COSDictionary(), 0);
      encoded = new ByteArrayInputStream(decoded.toByteArray());
    }
    decoders.getLast().through(encoded);
  }

  private static List<COSName> filters(COSStream stream) {
    return switch (stream.getFilters()) {
      case null -> List.of();
      case COSName name -> List.of(name);
      case COSArray array -> {
        List<COSName> names = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
          if (array.getObject(i) instanceof COSName name) {
            names.add(name);
          }
        }
        yield names;
      }
      default -> List.of();
    };
  }
}
