package fr.carnet.local.probing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A second verifier of an export, written from what is published and from nothing else: RFC 9162
 * (section 2.1.2 makes a root with a stack), C2SP signed-note and tlog-checkpoint, and the form of
 * entries and exports in {@code docs/integrators.md}. It shares no code with the first, so that
 * what both agree on is not one mistake made once.
 */
public final class SecondVerifier {
  private static final int LONGEST_IN_LEAF = 20_480;
  private static final byte[] X509 = HexFormat.of().parseHex("302a300506032b6570032100");
  private static final Pattern NOTE =
      Pattern.compile(
          "(?m)^([^\\n\u2014]+)\\n([0-9]+)\\n([A-Za-z0-9+/=]{44})\\n\\n((?:\u2014 .+\\n)+)");

  private final MessageDigest sha256 = digest("SHA-256");
  private final List<String> wrong = new ArrayList<>();
  private final String name;
  private final byte[] keyId;
  private final byte[] publicKey;

  /**
   * What it says.
   *
   * @param root of all entries, base64
   * @param wrong sentences; empty when the log holds
   */
  public record Verdict(long entries, String root, List<String> wrong) {
    public Verdict {
      wrong = List.copyOf(wrong);
    }

    /** Whether the log holds. */
    public boolean holds() {
      return wrong.isEmpty();
    }
  }

  private record Head(String origin, long size, String root) {}

  private SecondVerifier(String key) {
    String[] parts = key.strip().split("\\+", 3);
    byte[] typed = Base64.getDecoder().decode(parts[2]);
    this.name = parts[0];
    this.publicKey = Arrays.copyOfRange(typed, 1, typed.length);
    sha256.update((name + "\n").getBytes(StandardCharsets.UTF_8));
    this.keyId = Arrays.copyOf(sha256.digest(typed), 4);
    if (typed[0] != 1 || !HexFormat.of().formatHex(keyId).equals(parts[1])) {
      throw new IllegalArgumentException("not an Ed25519 key of its name");
    }
  }

  /**
   * Checks an export.
   *
   * @param key as {@code GET /log/keys} gives it
   * @param kept checkpoints from before, as the log's file of them has them; may be empty
   */
  public static Verdict of(InputStream export, String key, String kept) throws IOException {
    return new SecondVerifier(key)
        .check(new DataInputStream(new BufferedInputStream(export, 1 << 20)), kept);
  }

  private Verdict check(DataInputStream in, String kept) throws IOException {
    if (!"carnet-log-export/v1\n"
        .equals(new String(in.readNBytes(21), StandardCharsets.US_ASCII))) {
      throw new IOException("not an export");
    }
    String note = new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
    Map<Long, String> roots = new TreeMap<>();
    List<Head> heads = heads(note + "\n" + kept);
    if (heads.isEmpty()) {
      throw new IOException("no checkpoint");
    }
    long size = heads.getFirst().size();
    for (Head head : heads) {
      String other = roots.put(head.size(), head.root());
      if (other != null && !other.equals(head.root())) {
        wrong.add("two roots were signed for " + head.size() + " entries");
      }
    }
    List<byte[]> stack = new ArrayList<>();
    Map<String, Long> offsets = new HashMap<>();
    long index = 0;
    compare(roots, index, stack);
    for (byte[] entry = next(in); entry != null; entry = next(in)) {
      byte[] leaf = in.readNBytes(32);
      byte[] made = hash((byte) 0, leafBytes(entry, index, offsets));
      if (!Arrays.equals(leaf, made)) {
        wrong.add("entry " + index + " is not the one whose leaf is kept");
      }
      byte[] subtree = made;
      for (long of = index; (of & 1) == 1; of >>= 1) {
        subtree = hash((byte) 1, stack.removeLast(), subtree);
      }
      stack.add(subtree);
      index++;
      compare(roots, index, stack);
    }
    if (index != size) {
      wrong.add("the checkpoint has " + size + " entries, the export " + index);
    }
    for (long missing : roots.keySet()) {
      if (missing > index) {
        wrong.add("a checkpoint has " + missing + " entries, the export " + index);
      }
    }
    return new Verdict(index, Base64.getEncoder().encodeToString(root(stack)), wrong);
  }

  /** The heads that this key has signed; the first is the export's own. */
  private List<Head> heads(String notes) {
    List<Head> heads = new ArrayList<>();
    Matcher note = NOTE.matcher(notes);
    while (note.find()) {
      String text = note.group(1) + "\n" + note.group(2) + "\n" + note.group(3) + "\n";
      boolean signed = note.group(4).lines().anyMatch(line -> isSigned(text, line));
      if (signed) {
        heads.add(new Head(note.group(1), Long.parseLong(note.group(2)), note.group(3)));
      } else {
        wrong.add("the key has not signed the checkpoint of " + note.group(2) + " entries");
      }
    }
    return heads;
  }

  private boolean isSigned(String text, String line) {
    String[] parts = line.split(" ", 3);
    if (parts.length != 3 || !parts[1].equals(name)) {
      return false;
    }
    byte[] bytes = Base64.getDecoder().decode(parts[2]);
    if (bytes.length != 68 || !Arrays.equals(Arrays.copyOf(bytes, 4), keyId)) {
      return false;
    }
    try {
      byte[] encoded = ByteBuffer.allocate(44).put(X509).put(publicKey).array();
      Signature verifier = Signature.getInstance("Ed25519");
      verifier.initVerify(
          KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded)));
      verifier.update(text.getBytes(StandardCharsets.UTF_8));
      return verifier.verify(bytes, 4, 64);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static byte[] next(DataInputStream in) throws IOException {
    int first = in.read();
    if (first < 0) {
      return null;
    }
    int length = first << 24 | in.readUnsignedByte() << 16 | in.readUnsignedShort();
    byte[] entry = in.readNBytes(length);
    if (entry.length < length) {
      throw new EOFException("the export ends within an entry");
    }
    return entry;
  }

  /** What is hashed of an entry: parts that are too long stand as their digest. */
  private byte[] leafBytes(byte[] entry, long index, Map<String, Long> offsets) {
    ByteBuffer in = ByteBuffer.wrap(entry);
    ByteArrayOutputStream leaf = new ByteArrayOutputStream(entry.length);
    int topic = 3 + Short.toUnsignedInt(in.getShort(1));
    leaf.write(entry, 0, topic + 12);
    String partition = new String(entry, 3, topic - 3 + 4, StandardCharsets.ISO_8859_1);
    Long before = offsets.put(partition, in.getLong(topic + 4));
    if (before != null && before >= in.getLong(topic + 4)) {
      wrong.add("entry " + index + " is out of its partition's order");
    }
    int at = topic + 12;
    for (int part = 0; part < 3; part++) {
      int end = at + 1;
      if (entry[at] == 1) {
        end = at + 5 + in.getInt(at + 1);
      } else if (entry[at] == 2) {
        end = at + 37;
      }
      if (entry[at] == 1 && end - at - 5 > LONGEST_IN_LEAF) {
        leaf.write(2);
        leaf.write(entry, at + 1, 4);
        sha256.update(entry, at + 5, end - at - 5);
        leaf.writeBytes(sha256.digest());
      } else {
        leaf.write(entry, at, end - at);
      }
      at = end;
    }
    return leaf.toByteArray();
  }

  private void compare(Map<Long, String> roots, long size, List<byte[]> stack) {
    String wanted = roots.get(size);
    if (wanted != null && !wanted.equals(Base64.getEncoder().encodeToString(root(stack)))) {
      wrong.add("the first " + size + " entries do not make the root that was signed");
    }
  }

  private byte[] root(List<byte[]> stack) {
    if (stack.isEmpty()) {
      return sha256.digest();
    }
    byte[] root = stack.getLast();
    for (int i = stack.size() - 2; i >= 0; i--) {
      root = hash((byte) 1, stack.get(i), root);
    }
    return root;
  }

  private byte[] hash(byte prefix, byte[]... parts) {
    sha256.update(prefix);
    for (byte[] part : parts) {
      sha256.update(part);
    }
    return sha256.digest();
  }

  private static MessageDigest digest(String algorithm) {
    try {
      return MessageDigest.getInstance(algorithm);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
