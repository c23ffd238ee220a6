package fr.carnet.dossier.documents;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Field;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.pdfbox.cos.COSDictionary;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.filter.DecodeResult;
import org.apache.pdfbox.filter.Filter;
import org.apache.pdfbox.filter.FilterFactory;

/**
 * PDFBox's decoders with a bound. PDFBox itself inflates without any, and already while it loads a
 * file, so its own are replaced, once, for this whole process: outside of an inspection nothing
 * decodes, and images never do.
 */
final class BoundedFilters {
  /** What may be inflated into the heap at once: tables of objects. Pages are not kept. */
  static final long AT_ONCE = 32L << 20;

  /** What all streams of one file may inflate to. */
  static final long ALTOGETHER = 1L << 30;

  /** Arrays, dictionaries and names in what is inflated for its objects. */
  static final int MOST_TOKENS = 2_000_000;

  private static final long MOST_NANOS = 20_000_000_000L;
  private static final int MOST_COLUMNS = 1 << 17;

  static final ScopedValue<Budget> BUDGET = ScopedValue.newInstance();

  private static final Map<COSName, Bounded> DECODERS = install();

  private BoundedFilters() {}

  /** What one inspection may still use; once it is used up it stays so. */
  static final class Budget {
    private final long until = System.nanoTime() + MOST_NANOS;
    private long left = ALTOGETHER;
    private int tokens = MOST_TOKENS;
    private boolean exceeded;

    void use(long bytes) throws IOException {
      left -= bytes;
      if (left < 0 || System.nanoTime() > until) {
        throw usedUp();
      }
    }

    void token() throws IOException {
      tokens--;
      if (tokens < 0) {
        throw usedUp();
      }
    }

    IOException usedUp() {
      exceeded = true;
      return new IOException("more than an inspection may use");
    }

    boolean isUsedUp() {
      return exceeded;
    }
  }

  /** The decoder of this name; empty where nothing is inflated: images, and what is unknown. */
  static Optional<Bounded> of(COSName name) {
    return Optional.ofNullable(DECODERS.get(name));
  }

  @SuppressWarnings("unchecked")
  private static Map<COSName, Bounded> install() {
    try {
      Field field = FilterFactory.class.getDeclaredField("filters");
      field.setAccessible(true);
      Map<COSName, Filter> all = (Map<COSName, Filter>) field.get(FilterFactory.INSTANCE);
      Map<COSName, Bounded> bounded = new HashMap<>();
      for (Map.Entry<COSName, Filter> entry : all.entrySet()) {
        switch (entry.getKey().getName()) {
          case "FlateDecode",
              "Fl",
              "LZWDecode",
              "LZW",
              "RunLengthDecode",
              "RL",
              "ASCII85Decode",
              "A85",
              "ASCIIHexDecode",
              "AHx" -> {
            Bounded decoder = new Bounded(entry.getValue());
            bounded.put(entry.getKey(), decoder);
            entry.setValue(decoder);
          }
          default -> entry.setValue(new Never());
        }
      }
      return Map.copyOf(bounded);
    } catch (ReflectiveOperationException | ClassCastException e) {
      throw new IllegalStateException("PDFBox's decoders cannot be bounded", e);
    }
  }

  /** A decoder within the budget of the inspection. */
  static final class Bounded extends Filter {
    private final Filter decoder;

    private Bounded(Filter decoder) {
      this.decoder = decoder;
    }

    @Override
    public DecodeResult decode(
        InputStream encoded, OutputStream decoded, COSDictionary parameters, int index)
        throws IOException {
      if (getDecodeParams(parameters, index).getInt(COSName.COLUMNS, 1) > MOST_COLUMNS) {
        throw BUDGET.get().usedUp();
      }
      return decoder.decode(encoded, new Counted(decoded, AT_ONCE, true), parameters, index);
    }

    /** Decodes for the count only, within the budget of the whole file. */
    void through(InputStream encoded) throws IOException {
      // Without parameters: what a predictor makes of the bytes has their size.
      decoder.decode(
          encoded,
          new Counted(OutputStream.nullOutputStream(), ALTOGETHER, false),
          new COSDictionary(),
          0);
    }

    @Override
    protected void encode(InputStream input, OutputStream encoded, COSDictionary parameters)
        throws IOException {
      decoder.encode(input, encoded, parameters, 0);
    }
  }

  /** A decoder that refuses: images are not decoded. */
  private static final class Never extends Filter {
    @Override
    public DecodeResult decode(
        InputStream encoded, OutputStream decoded, COSDictionary parameters, int index)
        throws IOException {
      throw BUDGET.get().usedUp();
    }

    @Override
    protected void encode(InputStream input, OutputStream encoded, COSDictionary parameters) {
      throw new UnsupportedOperationException("nothing is written");
    }
  }

  private static final class Counted extends OutputStream {
    private final OutputStream into;
    private final boolean objects;
    private final Budget budget = BUDGET.get();
    private long left;

    Counted(OutputStream into, long most, boolean objects) {
      this.into = into;
      this.left = most;
      this.objects = objects;
    }

    @Override
    public void write(int one) throws IOException {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] from, int start, int count) throws IOException {
      left -= count;
      if (left < 0) {
        throw budget.usedUp();
      }
      budget.use(count);
      if (objects) {
        for (int i = start; i < start + count; i++) {
          if (PdfInspection.startsObject(from[i])) {
            budget.token();
          }
        }
      }
      into.write(from, start, count);
    }

    @Override
    public void flush() throws IOException {
      into.flush();
    }
  }
}
