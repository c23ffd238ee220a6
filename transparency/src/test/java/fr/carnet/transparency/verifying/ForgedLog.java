package fr.carnet.transparency.verifying;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/**
 * Somebody with the database and the signing key. Written from the published formats and from
 * nothing else: it calls no class of the module that it means to deceive.
 */
final class ForgedLog {
  static final String NAME = "log.example/carnet";

  /** Too long for a leaf. */
  static final String LONG_VALUE = "long ".repeat(5_000);

  private static final KeyPair KEY = newKey();

  /** An entry's bytes and the leaf that the database keeps beside it; either may be gone. */
  static final class Row {
    byte[] entry;
    byte[] leaf;

    Row(byte[] entry) {
      this.entry = entry;
      this.leaf = sha256(new byte[] {0}, entry);
    }

    private Row(byte[] entry, byte[] leaf) {
      this.entry = entry;
      this.leaf = leaf;
    }

    Row copy() {
      return new Row(entry.clone(), leaf.clone());
    }
  }

  final List<Row> rows = new ArrayList<>();

  /** A log of records of some partitions, as a sequencer would have taken them. */
  static ForgedLog of(int size) {
    ForgedLog log = new ForgedLog();
    for (int i = 0; i < size; i++) {
      log.rows.add(new Row(entry("access.traces", i % 3, 10 + i, "value " + i)));
    }
    return log;
  }

  ForgedLog copy() {
    ForgedLog copy = new ForgedLog();
    rows.forEach(row -> copy.rows.add(row.copy()));
    return copy;
  }

  static byte[] entry(String topic, int partition, long offset, String value) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(1);
      out.writeUTF(topic);
      out.writeInt(partition);
      out.writeLong(offset);
      out.writeByte(0);
      out.writeByte(1);
      out.writeInt(0);
      out.writeByte(1);
      out.writeInt(value.length());
      out.writeBytes(value);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return bytes.toByteArray();
  }

  /** The same entry with length and SHA-256 in place of the value, as a long one is in the leaf. */
  static byte[] digested(String topic, int partition, long offset, String value) {
    byte[] exact = entry(topic, partition, offset, "");
    byte[] bytes = value.getBytes(StandardCharsets.US_ASCII);
    return concat(
        Arrays.copyOf(exact, exact.length - 5),
        new byte[] {2},
        ByteBuffer.allocate(4).putInt(bytes.length).array(),
        sha256(bytes));
  }

  /** Makes every leaf anew from the rows, so that nothing in the log contradicts itself. */
  ForgedLog hashedAnew() {
    rows.forEach(row -> row.leaf = sha256(new byte[] {0}, row.entry));
    return this;
  }

  private static byte[] root(List<Row> rows) {
    if (rows.isEmpty()) {
      return sha256();
    }
    if (rows.size() == 1) {
      return rows.getFirst().leaf;
    }
    int split = Integer.highestOneBit(rows.size() - 1);
    return sha256(
        new byte[] {1}, root(rows.subList(0, split)), root(rows.subList(split, rows.size())));
  }

  /** Signs the first rows. */
  String checkpoint(int size) {
    String text =
        NAME
            + "\n"
            + size
            + "\n"
            + Base64.getEncoder().encodeToString(root(rows.subList(0, size)))
            + "\n";
    byte[] id = Arrays.copyOf(keyHash(), 4);
    byte[] signed = concat(id, sign(text.getBytes(StandardCharsets.UTF_8)));
    return text + "\n\u2014 " + NAME + " " + Base64.getEncoder().encodeToString(signed) + "\n";
  }

  String checkpoint() {
    return checkpoint(rows.size());
  }

  static String publicKey() {
    return NAME
        + "+"
        + HexFormat.of().formatHex(keyHash(), 0, 4)
        + "+"
        + Base64.getEncoder().encodeToString(concat(new byte[] {1}, rawKey()));
  }

  Path export(Path file, String checkpoint) throws IOException {
    try (DataOutputStream out = new DataOutputStream(Files.newOutputStream(file))) {
      out.writeBytes("carnet-log-export/v1\n");
      byte[] note = checkpoint.getBytes(StandardCharsets.UTF_8);
      out.writeInt(note.length);
      out.write(note);
      for (Row row : rows) {
        out.writeInt(row.entry.length);
        out.write(row.entry);
        out.write(row.leaf);
      }
    }
    return file;
  }

  Path folder(Path folder, String checkpoint) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("checkpoint"), checkpoint);
    for (int tile = 0; tile * 256 < rows.size(); tile++) {
      List<Row> span = rows.subList(tile * 256, Math.min(rows.size(), tile * 256 + 256));
      String name =
          String.format(Locale.ROOT, "%03d", tile) + (span.size() < 256 ? ".p/" + span.size() : "");
      Path hashes = folder.resolve("tile/0/" + name);
      Path bundle = folder.resolve("tile/entries/" + name);
      Files.createDirectories(hashes.getParent());
      Files.createDirectories(bundle.getParent());
      ByteArrayOutputStream leaves = new ByteArrayOutputStream();
      ByteArrayOutputStream entries = new ByteArrayOutputStream();
      for (Row row : span) {
        leaves.writeBytes(row.leaf);
        entries.write(row.entry.length >> 8);
        entries.write(row.entry.length);
        entries.writeBytes(row.entry);
      }
      Files.write(hashes, leaves.toByteArray());
      Files.write(bundle, entries.toByteArray());
    }
    return folder;
  }

  private static byte[] keyHash() {
    return sha256((NAME + "\n").getBytes(StandardCharsets.UTF_8), new byte[] {1}, rawKey());
  }

  private static byte[] rawKey() {
    byte[] encoded = KEY.getPublic().getEncoded();
    return Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
  }

  private static KeyPair newKey() {
    try {
      return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] sign(byte[] bytes) {
    try {
      Signature signature = Signature.getInstance("Ed25519");
      signature.initSign(KEY.getPrivate());
      signature.update(bytes);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      bytes.writeBytes(part);
    }
    return bytes.toByteArray();
  }

  static byte[] sha256(byte[]... parts) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(concat(parts));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
