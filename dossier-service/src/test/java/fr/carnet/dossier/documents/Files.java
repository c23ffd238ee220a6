package fr.carnet.dossier.documents;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;

/** Real files, harmless and hostile, byte by byte. */
public final class Files {
  private static final String PAGES = "<</Type/Pages/Kids[3 0 R]/Count 1>>";
  private static final String PAGE = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>";

  private Files() {}

  /** One empty page. */
  public static byte[] pdf() {
    return pdfWith("");
  }

  /** One page, and this in the catalog. */
  public static byte[] pdfWith(String inCatalog, String... more) {
    List<byte[]> objects = new ArrayList<>();
    objects.add(ascii("<</Type/Catalog/Pages 2 0 R" + inCatalog + ">>"));
    objects.add(ascii(PAGES));
    objects.add(ascii(PAGE));
    for (String object : more) {
      objects.add(ascii(object));
    }
    return pdfOf(objects, "");
  }

  /** One page, and streams that nothing shows. */
  public static byte[] pdfWithStreams(String dictionary, List<byte[]> streams) {
    List<byte[]> objects = new ArrayList<>();
    objects.add(ascii("<</Type/Catalog/Pages 2 0 R>>"));
    objects.add(ascii(PAGES));
    objects.add(ascii(PAGE));
    streams.forEach(stream -> objects.add(stream(dictionary, stream)));
    return pdfOf(objects, "");
  }

  /** Protected by a password. */
  public static byte[] encryptedPdf() {
    return pdfOf(
        List.of(
            ascii("<</Type/Catalog/Pages 2 0 R>>"),
            ascii(PAGES),
            ascii(PAGE),
            ascii(
                "<</Filter/Standard/V 1/R 2/P -4/O<"
                    + "28".repeat(32)
                    + ">/U<"
                    + "29".repeat(32)
                    + ">>>")),
        "/Encrypt 4 0 R/ID[<00><00>]");
  }

  /** Its objects are in a stream, of which this is the content. */
  public static byte[] pdfWithObjectStream(String dictionary, byte[] encoded) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(ascii("%PDF-1.5\n"));
    int objects = out.size();
    out.writeBytes(ascii("1 0 obj\n"));
    out.writeBytes(stream("/Type/ObjStm/N 3/First 12" + dictionary, encoded));
    out.writeBytes(ascii("\nendobj\n"));
    int table = out.size();
    ByteArrayOutputStream entries = new ByteArrayOutputStream();
    entries.writeBytes(new byte[] {0, 0, 0, 0});
    entries.writeBytes(new byte[] {1, 0, (byte) objects, 0});
    for (int i = 0; i < 3; i++) {
      entries.writeBytes(new byte[] {2, 0, 1, (byte) i});
    }
    entries.writeBytes(new byte[] {1, (byte) (table >> 8), (byte) table, 0});
    out.writeBytes(ascii("5 0 obj\n"));
    out.writeBytes(stream("/Type/XRef/Size 6/W[1 2 1]/Root 2 0 R", entries.toByteArray()));
    out.writeBytes(ascii("\nendobj\nstartxref\n" + table + "\n%%EOF\n"));
    return out.toByteArray();
  }

  /** What such an object stream begins with: catalog, pages, page. */
  public static byte[] objectStream(String inCatalog, int padding) {
    String catalog = "<</Type/Catalog/Pages 3 0 R" + inCatalog + ">> ";
    String pages = "<</Type/Pages/Kids[4 0 R]/Count 1>> ";
    String page = "<</Type/Page/Parent 3 0 R/MediaBox[0 0 9 9]>>";
    String head = "2 0 3 " + catalog.length() + " 4 " + (catalog.length() + pages.length()) + " ";
    byte[] text = ascii(head + catalog + pages + page + "\n");
    byte[] all = new byte[text.length + padding];
    java.util.Arrays.fill(all, (byte) ' ');
    System.arraycopy(text, 0, all, 0, text.length);
    return all;
  }

  private static byte[] stream(String dictionary, byte[] bytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(ascii("<<" + dictionary + "/Length " + bytes.length + ">>stream\n"));
    out.writeBytes(bytes);
    out.writeBytes(ascii("\nendstream"));
    return out.toByteArray();
  }

  private static byte[] pdfOf(List<byte[]> objects, String inTrailer) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(ascii("%PDF-1.4\n"));
    StringBuilder table = new StringBuilder("0000000000 65535 f \n");
    for (int i = 0; i < objects.size(); i++) {
      table.append("%010d 00000 n \n".formatted(out.size()));
      out.writeBytes(ascii((i + 1) + " 0 obj\n"));
      out.writeBytes(objects.get(i));
      out.writeBytes(ascii("\nendobj\n"));
    }
    int at = out.size();
    int size = objects.size() + 1;
    out.writeBytes(
        ascii(
            "xref\n0 %d\n%strailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n"
                .formatted(size, table, size, inTrailer, at)));
    return out.toByteArray();
  }

  /** Zeros, deflated: a thousandth of their number. */
  public static byte[] deflatedZeros(int count) {
    return deflated(new byte[count]);
  }

  /** As zlib does. */
  public static byte[] deflated(byte[] bytes) {
    try (Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION)) {
      deflater.setInput(bytes);
      deflater.finish();
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      byte[] buffer = new byte[65_536];
      while (!deflater.finished()) {
        out.write(buffer, 0, deflater.deflate(buffer));
      }
      return out.toByteArray();
    }
  }

  /** Hexadecimal, as a PDF has it. */
  public static byte[] hex(byte[] bytes) {
    return ascii(java.util.HexFormat.of().formatHex(bytes) + ">");
  }

  /** A CDA whose body is this. */
  public static byte[] cda(String body) {
    return cdaFrom("", body);
  }

  /** A CDA with this before its root. */
  public static byte[] cdaFrom(String prolog, String body) {
    return ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
            + prolog
            + "<ClinicalDocument xmlns=\"urn:hl7-org:v3\"><title>Lettre de liaison</title>"
            + "<component>"
            + body
            + "</component></ClinicalDocument>")
        .getBytes(StandardCharsets.UTF_8);
  }

  /** A CDA with a file as its body. */
  public static byte[] cdaAround(String mediaType, byte[] file) {
    return cda(
        "<nonXMLBody><text mediaType=\"%s\" representation=\"B64\">%s</text></nonXMLBody>"
            .formatted(mediaType, Base64.getMimeEncoder().encodeToString(file)));
  }

  /** An image. */
  public static byte[] image(String format) {
    try {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ImageIO.write(new BufferedImage(40, 30, BufferedImage.TYPE_INT_RGB), format, out);
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A PNG that says it has so many pixels in each direction. */
  public static byte[] pngOf(int side) {
    byte[] png = image("png");
    ByteBuffer head = ByteBuffer.wrap(png);
    head.putInt(16, side).putInt(20, side);
    CRC32 check = new CRC32();
    check.update(png, 12, 17);
    head.putInt(29, (int) check.getValue());
    return png;
  }

  /** A JPEG that says it has 65,500 pixels in each direction. */
  public static byte[] vastJpeg() {
    byte[] jpeg = image("jpg");
    for (int i = 2; i < jpeg.length - 9; i++) {
      if ((jpeg[i] & 0xff) == 0xff && (jpeg[i + 1] & 0xff) == 0xc0) {
        ByteBuffer.wrap(jpeg).putShort(i + 5, (short) 65_500).putShort(i + 7, (short) 65_500);
        return jpeg;
      }
    }
    throw new IllegalStateException("no frame");
  }

  /**
   * A ZIP of one entry with this comment, which is its end: what a JDK runs, whatever is before.
   */
  public static byte[] zip(byte[] comment) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out, StandardCharsets.ISO_8859_1)) {
      zip.setComment(new String(comment, StandardCharsets.ISO_8859_1));
      zip.putNextEntry(new ZipEntry("Main.class"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** Bytes of a text. */
  public static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** One after the other. */
  public static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
