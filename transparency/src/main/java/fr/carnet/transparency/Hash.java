package fr.carnet.transparency;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/** A Merkle Tree Hash: SHA-256 as RFC 6962, section 2.1, applies it. */
public final class Hash {
  /** Bytes in a hash. */
  public static final int SIZE = 32;

  private static final byte LEAF = 0;
  private static final byte NODE = 1;

  /** The root of the tree without entries. */
  public static final Hash EMPTY_TREE = new Hash(sha256().digest());

  private final byte[] bytes;

  private Hash(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * A hash that was stored or sent.
   *
   * @throws Malformed when it is not 32 bytes
   */
  public static Hash of(byte[] bytes) {
    return of(bytes, 0, bytes.length);
  }

  static Hash of(byte[] bytes, int from, int to) {
    if (to - from != SIZE) {
      throw new Malformed("a hash has 32 bytes, not " + (to - from));
    }
    return new Hash(Arrays.copyOfRange(bytes, from, to));
  }

  /** From base64, as notes and proofs carry it. */
  public static Hash fromBase64(String text) {
    try {
      return of(Base64.getDecoder().decode(text));
    } catch (IllegalArgumentException e) {
      throw new Malformed("a hash is 32 bytes in base64");
    }
  }

  /** From lower case hex. */
  public static Hash fromHex(String text) {
    try {
      return of(HexFormat.of().parseHex(text));
    } catch (IllegalArgumentException e) {
      throw new Malformed("a hash is 32 bytes in hex");
    }
  }

  /** The hash of an entry. */
  public static Hash ofLeaf(byte[] entry) {
    MessageDigest digest = sha256();
    digest.update(LEAF);
    digest.update(entry);
    return new Hash(digest.digest());
  }

  /** The hash of a node over two others. */
  public static Hash ofNode(Hash left, Hash right) {
    return new Nodes().of(left, right);
  }

  /** Hashes one node after the other: most of a tree's work. For one thread. */
  static final class Nodes {
    private final MessageDigest digest = sha256();
    private final byte[] node = new byte[1 + 2 * SIZE];

    /** The hash of a node over two others. */
    Hash of(Hash left, Hash right) {
      node[0] = NODE;
      System.arraycopy(left.bytes, 0, node, 1, SIZE);
      System.arraycopy(right.bytes, 0, node, 1 + SIZE, SIZE);
      return new Hash(digest.digest(node));
    }
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** The 32 bytes. */
  public byte[] bytes() {
    return bytes.clone();
  }

  void copyInto(byte[] target, int at) {
    System.arraycopy(bytes, 0, target, at, SIZE);
  }

  public String base64() {
    return new String(Base64.getEncoder().encode(bytes), StandardCharsets.US_ASCII);
  }

  public String hex() {
    return HexFormat.of().formatHex(bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Hash hash && Arrays.equals(bytes, hash.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return base64();
  }
}
